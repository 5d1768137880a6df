import { Op } from '../opcodes.js';
import { chunksFor, type Kernel, sizeOf } from './kernel.js';

/**
 * A dropout mask from a counter-based hash. The name, attributes and bits are those that
 * @cnnkit/models' dropout asks for when the backend has them.
 */
const keepMask: Kernel = ({ attrs, backend }) => {
  const { shape, bound, first, second, scale } = attrs as {
    shape: number[];
    bound: number;
    first: number;
    second: number;
    scale: number;
  };
  const n = sizeOf(shape);
  const out = backend.output(shape);
  const ints = [backend.blockOf(out), n, bound, first, second];
  backend.commands.send(Op.keepMask, chunksFor(n >> 10, n * 4), ints, [scale]);
  return out;
};

export const KEEP_MASK_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['CnnkitKeepMask', keepMask],
];
