import { type DataType, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { Op, Unary } from '../opcodes.js';
import { chunksFor, type Kernel, sizeOf } from './kernel.js';
import { sendTranspose } from './matmul.js';

/** A copy between two strided views: up to five dimensions, strides and offsets in elements. */
export interface StridedCopy {
  readonly shape: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly fromOffset?: number;
  readonly toOffset?: number;
}

/**
 * Sends a strided copy with neighbouring dimensions joined. Where more than five remain the smallest
 * is walked by copies of their own; false if that one is large too.
 */
export function sendCopy(
  backend: CnnkitBackend,
  source: number,
  target: number,
  copy: StridedCopy,
): boolean {
  const dims: { size: number; from: number; to: number }[] = [];
  copy.shape.forEach((size, i) => {
    if (size === 1) return;
    const dim = { size, from: copy.from[i]!, to: copy.to[i]! };
    const outer = dims.at(-1);
    if (outer !== undefined && outer.from === dim.from * size && outer.to === dim.to * size) {
      dims[dims.length - 1] = { ...dim, size: outer.size * size };
    } else dims.push(dim);
  });
  if (dims.length > 5) {
    const walked = dims.reduce((least, dim) => (dim.size < least.size ? dim : least));
    if (walked.size > 32) return false;
    const others = dims.filter((dim) => dim !== walked);
    const rest = {
      shape: others.map(({ size }) => size),
      from: others.map(({ from }) => from),
      to: others.map(({ to }) => to),
    };
    return Array.from({ length: walked.size }, (_, i) =>
      sendCopy(backend, source, target, {
        ...rest,
        fromOffset: (copy.fromOffset ?? 0) + i * walked.from,
        toOffset: (copy.toOffset ?? 0) + i * walked.to,
      }),
    ).every(Boolean);
  }
  while (dims.length < 5) dims.unshift({ size: 1, from: 0, to: 0 });
  // One long row is cut, so that threads can share it.
  const [outer, row] = [dims[3]!, dims[4]!];
  if (outer.size === 1 && row.size >= 65536 && row.size % 16 === 0) {
    dims[3] = { size: 16, from: (row.from * row.size) / 16, to: (row.to * row.size) / 16 };
    dims[4] = { ...row, size: row.size / 16 };
  }
  const units = dims[0]!.size * dims[1]!.size * dims[2]!.size * dims[3]!.size;
  backend.commands.send(Op.stridedCopy, chunksFor(units, units * dims[4]!.size), [
    ...[source, target, copy.fromOffset ?? 0, copy.toOffset ?? 0],
    ...dims.map(({ size }) => size),
    ...dims.map(({ from }) => from),
    ...dims.map(({ to }) => to),
  ]);
  return true;
}

/** Row-major strides. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/** Whether a block holds the tensor's values. */
export function isPlain(x: TensorInfo): boolean {
  return x.dtype === 'float32' || x.dtype === 'int32' || x.dtype === 'bool';
}

/** A kernel that is one strided copy of `x` into a fresh tensor. */
export function copied(
  plan: (
    x: TensorInfo,
    attrs: Record<string, unknown>,
  ) => { outShape: number[]; copy: StridedCopy } | undefined,
): Kernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    if (!isPlain(x)) return undefined;
    const planned = plan(x, attrs);
    if (planned === undefined) return undefined;
    const from = backend.blockOf(x);
    const out = backend.output(planned.outShape, x.dtype);
    if (sizeOf(planned.outShape) === 0) return out;
    if (sendCopy(backend, from, backend.blockOf(out), planned.copy)) return out;
    backend.disposeData(out.dataId);
    return undefined;
  };
}

export const slice: Kernel = copied((x, attrs) => {
  const [begin, size] = slice_util.parseSliceParams(
    x as never,
    attrs.begin as number[],
    attrs.size as number[],
  ) as [number[], number[]];
  slice_util.assertParamsValid(x as never, begin, size);
  const from = stridesOf(x.shape);
  const fromOffset = begin.reduce((sum, at, i) => sum + at * from[i]!, 0);
  return { outShape: size, copy: { shape: size, from, to: stridesOf(size), fromOffset } };
});

const tile = copied((x, attrs) => {
  const reps = attrs.reps as number[];
  if (reps.length !== x.shape.length) return undefined;
  const outShape = x.shape.map((size, i) => size * reps[i]!);
  const [inStrides, outStrides] = [stridesOf(x.shape), stridesOf(outShape)];
  const shape = x.shape.flatMap((size, i) => [reps[i]!, size]);
  const from = inStrides.flatMap((stride) => [0, stride]);
  const to = outStrides.flatMap((stride, i) => [stride * x.shape[i]!, stride]);
  return { outShape, copy: { shape, from, to } };
});

export const reverse: Kernel = copied((x, attrs) => {
  const axes = util.parseAxisParam(attrs.dims as number[], x.shape);
  const to = stridesOf(x.shape);
  const from = to.map((stride, i) => (axes.includes(i) ? -stride : stride));
  const fromOffset = axes.reduce((sum, i) => sum + to[i]! * (x.shape[i]! - 1), 0);
  return { outShape: x.shape, copy: { shape: x.shape, from, to, fromOffset } };
});

const transposeCopy = copied((x, attrs) => {
  const perm = attrs.perm as number[];
  const strides = stridesOf(x.shape);
  const outShape = perm.map((axis) => x.shape[axis]!);
  const from = perm.map((axis) => strides[axis]!);
  return { outShape, copy: { shape: outShape, from, to: stridesOf(outShape) } };
});

/** The last two axes swapped: by squares, so that both sides use whole cache lines. */
export const transpose: Kernel = (args) => {
  const { inputs, attrs, backend } = args;
  const x = inputs.x!;
  const perm = attrs.perm as number[];
  const rank = perm.length;
  const swapped =
    rank >= 2 &&
    perm.every((axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  if (!swapped || !isPlain(x) || sizeOf(x.shape) === 0) return transposeCopy(args);
  const from = backend.blockOf(x);
  const outShape = perm.map((axis) => x.shape[axis]!);
  const out = backend.output(outShape, x.dtype);
  const count = sizeOf(x.shape.slice(0, -2));
  sendTranspose(backend, from, backend.blockOf(out), count, x.shape.at(-2)!, x.shape.at(-1)!);
  return out;
};

export const pad: Kernel = ({ inputs, attrs, backend }) => {
  const x = inputs.x!;
  const paddings = attrs.paddings as [number, number][];
  const value = (attrs.constantValue as number | undefined) ?? 0;
  if (!isPlain(x) || sizeOf(x.shape) === 0) return undefined;
  const outShape = x.shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1]);
  const to = stridesOf(outShape);
  const toOffset = paddings.reduce((sum, [before], i) => sum + before * to[i]!, 0);
  const from = backend.blockOf(x);
  const out = backend.output(outShape, x.dtype);
  const block = backend.blockOf(out);
  sendFill(backend, block, sizeOf(outShape), value, x.dtype);
  const copy = { shape: x.shape, from: stridesOf(x.shape), to, toOffset };
  if (sendCopy(backend, from, block, copy)) return out;
  backend.disposeData(out.dataId);
  return undefined;
};

export const concat: Kernel = ({ inputs, attrs, backend }) => {
  const tensors = (inputs as unknown as TensorInfo[]).filter((t) => sizeOf(t.shape) > 0);
  const first = tensors[0];
  if (first === undefined || !isPlain(first)) return undefined;
  if (tensors.some((t) => t.dtype !== first.dtype || t.shape.length !== first.shape.length))
    return undefined;
  const axis = util.parseAxisParam(attrs.axis as number, first.shape)[0]!;
  const sameBeside = (t: TensorInfo) =>
    t.shape.every((size, i) => i === axis || size === first.shape[i]);
  if (!tensors.every(sameBeside)) return undefined; // tfjs's kernel has the message
  const outShape = [...first.shape];
  outShape[axis] = tensors.reduce((sum, t) => sum + t.shape[axis]!, 0);
  const blocks = tensors.map((t) => backend.blockOf(t));
  const out = backend.output(outShape, first.dtype);
  const to = backend.blockOf(out);
  const inner = sizeOf(outShape.slice(axis));
  let toOffset = 0;
  tensors.forEach((t, i) => {
    const row = sizeOf(t.shape.slice(axis));
    const shape = [sizeOf(t.shape) / row, row];
    sendCopy(backend, blocks[i]!, to, { shape, from: [row, 1], to: [inner, 1], toOffset });
    toOffset += row;
  });
  return out;
};

/** Fills a block; as whole numbers where it is int32's. */
export function sendFill(
  backend: CnnkitBackend,
  block: number,
  n: number,
  value: number,
  dtype: DataType = 'float32',
): void {
  const ints = [block, block, n, Unary.fill];
  const chunks = chunksFor(n >> 10, n);
  if (dtype === 'int32') backend.commands.send(Op.unary, chunks, [...ints, value, 0]);
  else backend.commands.send(Op.unary, chunks, ints, [value, 0]);
}

function filled(
  backend: CnnkitBackend,
  shape: readonly number[],
  value: number,
  dtype: 'float32' | 'int32' | 'bool',
): TensorInfo {
  const n = sizeOf(shape);
  // Small ones stay in JavaScript until somebody computes with them.
  if (n <= 256)
    return backend.makeTensorInfo(
      [...shape],
      dtype,
      util.getTypedArrayFromDType(dtype, n).fill(value),
    );
  const out = backend.output(shape, dtype);
  sendFill(backend, backend.blockOf(out), n, value, dtype);
  return out;
}

const fill: Kernel = ({ attrs, backend }) => {
  const { shape, value, dtype } = attrs as { shape: number[]; value: number; dtype?: DataType };
  if (typeof value !== 'number') return undefined;
  const type = dtype ?? 'float32';
  if (type !== 'float32' && type !== 'int32' && type !== 'bool') return undefined;
  return filled(backend, shape, value, type);
};

function likeFilled(value: number): Kernel {
  return ({ inputs, backend }) => {
    const { shape, dtype } = inputs.x!;
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') return undefined;
    return filled(backend, shape, value, dtype);
  };
}

export const MOVE_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['Slice', slice],
  ['Tile', tile],
  ['Reverse', reverse],
  ['Transpose', transpose],
  ['PadV2', pad],
  ['Concat', concat],
  ['Fill', fill],
  ['ZerosLike', likeFilled(0)],
  ['OnesLike', likeFilled(1)],
];
