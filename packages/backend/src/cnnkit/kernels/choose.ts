import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { Conversion, Op } from '../opcodes.js';
import { type Deferred, Storage } from '../storage.js';
import { chunksFor, type Kernel, sameShape, sizeOf } from './kernel.js';

/**
 * Between float32, int32 and bool. What a block holds is float32 for bool too, so bool to float32 is
 * the same storage under another name.
 */
export const cast: Kernel = ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const to = attrs.dtype as string;
  const plain = ['float32', 'int32', 'bool'];
  if (!plain.includes(x.dtype) || !plain.includes(to)) return undefined;
  const dtype = to as 'float32' | 'int32' | 'bool';
  const storage = backend.storageOf(x);
  if (x.dtype === dtype) {
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype };
  }
  if (x.dtype === 'bool' && dtype === 'float32')
    return backend.tensorOver(storage.retain(), x.shape, dtype);
  const n = sizeOf(x.shape);
  const from = storage.block();
  const out = backend.output(x.shape, dtype);
  const conversion =
    x.dtype === 'int32'
      ? dtype === 'bool'
        ? Conversion.intToBool
        : Conversion.toFloat
      : dtype === 'int32'
        ? Conversion.toInt
        : Conversion.toBool;
  backend.commands.send(Op.cast, chunksFor(n >> 10, n), [
    from,
    backend.blockOf(out),
    n,
    conversion,
  ]);
  return out;
};

const select: Kernel = ({ inputs, backend }) => {
  const { condition, t, e } = inputs as { condition: TensorInfo; t: TensorInfo; e: TensorInfo };
  if (condition.dtype !== 'bool' || t.dtype !== e.dtype || !sameShape(t.shape, e.shape))
    return undefined;
  if (t.dtype !== 'float32' && t.dtype !== 'int32' && t.dtype !== 'bool') return undefined;
  const n = sizeOf(t.shape);
  // tfjs's rule of 1-D conditions over rows is odd for more than one column; leave those to it.
  if (sizeOf(condition.shape) !== n) return undefined;
  const blocks = [condition, t, e].map((x) => backend.blockOf(x));
  const out = backend.output(t.shape, t.dtype);
  backend.commands.send(Op.select, chunksFor(n >> 10, n), [...blocks, backend.blockOf(out), n, 1]);
  return out;
};

/** Elements from which on it is worth the while not to gather them twice. */
const MANY = 4096;

/** Rows that somebody is about to read: gathered then, or right where they are wanted. */
export class DeferredRows implements Deferred {
  readonly #operands: readonly Storage[];
  readonly #send: (block: number) => void;

  constructor(operands: readonly Storage[], send: (block: number) => void) {
    this.#operands = operands;
    this.#send = send;
    for (const operand of operands) operand.retain();
  }

  compute(block: number): void {
    this.#send(block);
  }

  release(): void {
    for (const operand of this.#operands) operand.release();
  }
}

const gather: Kernel = ({ inputs, attrs, backend }) => {
  const { x, indices } = inputs as { x: TensorInfo; indices: TensorInfo };
  if (indices.dtype !== 'int32' || x.dtype === 'string' || x.dtype === 'complex64')
    return undefined;
  if (((attrs.batchDims as number | undefined) ?? 0) !== 0 || sizeOf(x.shape) === 0)
    return undefined;
  const axis = util.parseAxisParam(attrs.axis as number, x.shape)[0]!;
  const limit = x.shape[axis]!;
  const known = backend.storageOf(indices).hostValues;
  if (known?.some((i) => i < 0 || i >= limit)) return undefined; // tfjs's kernel has the message
  const outShape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  const [outer, n, row] = [
    sizeOf(x.shape.slice(0, axis)),
    sizeOf(indices.shape),
    sizeOf(x.shape.slice(axis + 1)),
  ];
  const from = [backend.storageOf(x), backend.storageOf(indices)] as const;
  const send = (to: number): void => {
    const ints = [from[0].block(), from[1].block(), to, outer, n, row, limit];
    backend.commands.send(Op.gather, chunksFor(outer * n, outer * n * row), ints);
  };
  // A batch of training data, say, which a recorded step takes right into its place.
  if (x.dtype === 'float32' && outer === 1 && n * row >= MANY && backend.capture === undefined) {
    return backend.deferredOutput(outShape, new DeferredRows(from, send));
  }
  for (const storage of from) storage.block();
  const out = backend.output(outShape, x.dtype);
  if (outer * n > 0) send(backend.blockOf(out));
  return out;
};

/** Bytes that a table is for. */
const BYTES = 256;

/** A tensor of what `table` has for each of the bytes that `write` puts down. */
export function lookUpBytes(
  backend: CnnkitBackend,
  shape: readonly number[],
  table: Float32Array,
  write: (into: Uint8Array) => void,
): TensorInfo {
  if (table.length !== BYTES) {
    const rule = 'table must have 256 numbers, one for each byte';
    throw new RangeError(`cnnkit backend: ${rule}; received ${table.length}.`);
  }
  const n = sizeOf(shape);
  const from = Storage.written(backend, BYTES + Math.ceil(n / 4), (into) => {
    into.set(table);
    write(new Uint8Array(into.buffer, into.byteOffset + into.BYTES_PER_ELEMENT * BYTES, n));
  });
  const rows = new DeferredRows([from], (to) =>
    backend.commands.send(Op.cast, chunksFor(n >> 10, n), [from.block(), to, n, Conversion.lookUp]),
  );
  from.release();
  return backend.deferredOutput(shape, rows);
}

const oneHot: Kernel = ({ inputs, attrs, backend }) => {
  const indices = inputs.indices!;
  const { dtype, depth, onValue, offValue } = attrs as {
    dtype: string;
    depth: number;
    onValue: number;
    offValue: number;
  };
  if (indices.dtype !== 'int32' || (dtype !== 'float32' && dtype !== 'int32')) return undefined;
  const n = sizeOf(indices.shape);
  const from = backend.blockOf(indices);
  const out = backend.output([...indices.shape, depth], dtype);
  const ints = [from, backend.blockOf(out), n, depth];
  if (dtype === 'int32')
    backend.commands.send(Op.oneHot, chunksFor(n, n * depth), [...ints, onValue, offValue]);
  else backend.commands.send(Op.oneHot, chunksFor(n, n * depth), ints, [onValue, offValue]);
  return out;
};

function softmax(logarithm: number): Kernel {
  return ({ inputs, attrs, backend }) => {
    const logits = inputs.logits!;
    const rank = logits.shape.length;
    const dim = (attrs.dim ?? attrs.axis ?? -1) as number;
    if (logits.dtype !== 'float32' || (dim !== -1 && dim !== rank - 1)) return undefined;
    const n = sizeOf(logits.shape);
    if (n === 0) return backend.output(logits.shape);
    const columns = logits.shape.at(-1) ?? 1;
    const from = backend.blockOf(logits);
    const out = backend.output(logits.shape);
    const ints = [from, backend.blockOf(out), n / columns, columns, logarithm];
    backend.commands.send(Op.softmax, chunksFor(n / columns, n * 8), ints);
    return out;
  };
}

const segmentSum: Kernel = ({ inputs, attrs, backend }) => {
  const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
  if (x.dtype !== 'float32' || segmentIds.dtype !== 'int32' || segmentIds.shape.length !== 1)
    return undefined;
  const segments = attrs.numSegments as number;
  const [n, ...rest] = x.shape as [number, ...number[]];
  const row = sizeOf(rest);
  const from = [backend.blockOf(x), backend.blockOf(segmentIds)];
  const out = backend.output([segments, ...rest]);
  if (segments * row === 0) return out;
  const ints = [...from, backend.blockOf(out), n, segments, row];
  backend.commands.send(Op.segmentSum, chunksFor(Math.ceil(row / 64), (n + segments) * row), ints);
  return out;
};

const topK: Kernel = ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  // Without `sorted` any order will do, so this one does.
  const { k } = attrs as { k: number };
  const columns = x.shape.at(-1) ?? 0;
  const n = sizeOf(x.shape);
  if (x.dtype !== 'float32' || k < 1 || k > columns || n === 0) return undefined;
  const from = backend.blockOf(x);
  const shape = [...x.shape.slice(0, -1), k];
  const [values, places] = [backend.output(shape), backend.output(shape, 'int32')];
  const rows = n / columns;
  const ints = [from, backend.blockOf(values), backend.blockOf(places), rows, columns, k];
  backend.commands.send(Op.topK, chunksFor(rows, n * 2), ints);
  return [values, places];
};

export const CHOOSE_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['Cast', cast],
  ['Select', select],
  ['GatherV2', gather],
  ['OneHot', oneHot],
  ['Softmax', softmax(0)],
  ['LogSoftmax', softmax(1)],
  ['UnsortedSegmentSum', segmentSum],
  ['TopK', topK],
];
