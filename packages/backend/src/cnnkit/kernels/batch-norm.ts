import type { TensorInfo } from '@tensorflow/tfjs-core';
import { SCRATCH_BYTES } from '../layout.js';
import { Op } from '../opcodes.js';
import { areFloat, chunksFor, type Kernel, sizeOf } from './kernel.js';

/** Normalisation over the last axis, as tfjs-layers asks for it; other shapes go to tfjs's cpu kernel. */
const batchNorm: Kernel = ({ inputs, attrs, backend }) => {
  const { x, mean, variance, offset, scale } = inputs as Record<string, TensorInfo | undefined>;
  if (x === undefined || mean === undefined || variance === undefined) return undefined;
  if (!areFloat(false, x, mean, variance, offset, scale)) return undefined;
  const columns = x.shape.at(-1) ?? 1;
  const isRow = (t: TensorInfo | undefined) =>
    t === undefined || (sizeOf(t.shape) === columns && t.shape.at(-1) === columns);
  const n = sizeOf(x.shape);
  if (![mean, variance, offset, scale].every(isRow) || n === 0) return undefined;
  if ((columns + 16) * 4 > SCRATCH_BYTES) return undefined;
  const from = [x, mean, variance, offset, scale].map((t) =>
    t === undefined ? 0 : backend.blockOf(t),
  );
  const out = backend.output(x.shape);
  const rows = n / columns;
  const epsilon = (attrs.varianceEpsilon as number | undefined) ?? 0.001;
  const ints = [...from, backend.blockOf(out), rows, columns];
  backend.commands.send(Op.batchNorm, chunksFor(rows, n), ints, [epsilon]);
  return out;
};

export const BATCH_NORM_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['FusedBatchNorm', batchNorm],
];
