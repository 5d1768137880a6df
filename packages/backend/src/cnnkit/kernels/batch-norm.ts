import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { SCRATCH_BYTES } from '../layout.js';
import { Binary, Op, Unary } from '../opcodes.js';
import { sendBinary } from './binary.js';
import { areFloat, chunksFor, type Kernel, type KernelArgs, sameShape, sizeOf } from './kernel.js';

/** Normalisation over the last axis, as tfjs-layers asks for it, in one command; other shapes in a few. */
const batchNorm: Kernel = ({ inputs, attrs, backend }) => {
  const { x, mean, variance, offset, scale } = inputs as Record<string, TensorInfo | undefined>;
  if (x === undefined || mean === undefined || variance === undefined) return undefined;
  if (!areFloat(false, x, mean, variance, offset, scale)) return undefined;
  const columns = x.shape.at(-1) ?? 1;
  const isRow = (t: TensorInfo | undefined) =>
    t === undefined || (sizeOf(t.shape) === columns && t.shape.at(-1) === columns);
  const n = sizeOf(x.shape);
  if (n === 0) return undefined;
  if (![mean, variance, offset, scale].every(isRow) || (columns + 16) * 4 > SCRATCH_BYTES)
    return composed(backend, { x, mean, variance, offset, scale }, attrs);
  const from = [x, mean, variance, offset, scale].map((t) =>
    t === undefined ? 0 : backend.blockOf(t),
  );
  const out = backend.output(x.shape);
  const rows = n / columns;
  const epsilon = epsilonOf(attrs);
  const ints = [...from, backend.blockOf(out), rows, columns];
  backend.commands.send(Op.batchNorm, chunksFor(rows, n), ints, [epsilon]);
  return out;
};

function epsilonOf(attrs: KernelArgs['attrs']): number {
  return (attrs.varianceEpsilon as number | undefined) ?? 0.001;
}

interface Inputs {
  readonly x: TensorInfo;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
  readonly offset: TensorInfo | undefined;
  readonly scale: TensorInfo | undefined;
}

/** Operation by operation, with what broadcasts to x's last axes (as for layer normalisation). */
function composed(
  backend: CnnkitBackend,
  { x, mean, variance, offset, scale }: Inputs,
  attrs: KernelArgs['attrs'],
): TensorInfo | undefined {
  // tfjs cpu repeats the others along x, whatever their shapes: that is broadcasting for these only.
  const repeats = (t: TensorInfo | undefined) => {
    const shape = t?.shape.slice(t.shape.findIndex((size) => size !== 1)) ?? [];
    return (
      t === undefined || sizeOf(t.shape) === 1 || sameShape(shape, x.shape.slice(-shape.length))
    );
  };
  if (![mean, variance, offset, scale].every(repeats)) return undefined;
  const done: TensorInfo[] = [];
  const binary = (op: number, a: TensorInfo | undefined, b: TensorInfo | undefined) => {
    if (a === undefined || b === undefined) return undefined;
    const out = sendBinary(backend, op, a, b, 'float32');
    if (out !== undefined) done.push(out);
    return out;
  };
  const epsilon = backend.makeTensorInfo([], 'float32', Float32Array.of(epsilonOf(attrs)));
  done.push(epsilon);
  let factor = binary(Binary.add, variance, epsilon);
  if (factor !== undefined) sendUnaryInPlace(backend, factor, Unary.rsqrt);
  if (scale !== undefined) factor = binary(Binary.mul, factor, scale);
  let out = binary(Binary.mul, binary(Binary.sub, x, mean), factor);
  if (offset !== undefined) out = binary(Binary.add, out, offset);
  for (const t of done) if (t !== out) backend.disposeData(t.dataId);
  return out;
}

function sendUnaryInPlace(
  backend: CnnkitBackend,
  { dataId, shape, dtype }: TensorInfo,
  op: number,
) {
  const block = backend.blockOf({ dataId, shape, dtype });
  const n = sizeOf(shape);
  backend.commands.send(Op.unary, chunksFor(n >> 10, n), [block, block, n, op], [0, 0]);
}

export const BATCH_NORM_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['FusedBatchNorm', batchNorm],
];
