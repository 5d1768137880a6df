import type { TensorInfo } from '@tensorflow/tfjs-core';
import { SCRATCH_BYTES } from '../layout.js';
import { Op } from '../opcodes.js';
import { areFloat, chunksFor, type Kernel, sizeOf } from './kernel.js';

/** Local response normalisation over the last axis, or its gradient, of `names` in the kernel's order. */
function lrn(op: number, names: readonly string[]): Kernel {
  return ({ inputs, attrs, backend }) => {
    const { depthRadius, bias, alpha, beta } = attrs as Record<string, number>;
    const from = names.map((name) => inputs[name] as TensorInfo);
    const { shape } = from[0]!;
    const n = sizeOf(shape);
    const channels = shape.at(-1) ?? 1;
    const fits = channels * 8 <= SCRATCH_BYTES && Number.isInteger(depthRadius);
    if (!areFloat(false, ...from) || n === 0 || !fits) return undefined;
    const blocks = from.map((t) => backend.blockOf(t));
    const out = backend.output(shape);
    backend.commands.send(
      op,
      chunksFor(n / channels, n * (20 + 2 * depthRadius!)),
      [...blocks, backend.blockOf(out), n / channels, channels, depthRadius!],
      [bias!, alpha!, beta!],
    );
    return out;
  };
}

export const LRN_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['LRN', lrn(Op.lrn, ['x'])],
  ['LRNGrad', lrn(Op.lrnGrad, ['x', 'y', 'dy'])],
];
