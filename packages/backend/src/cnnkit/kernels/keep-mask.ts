import { Op } from '../opcodes.js';
import { chunksFor, type Kernel, sizeOf } from './kernel.js';

interface MaskAttributes {
  readonly shape: number[];
  readonly bound: number;
  /** The two words that key the hash. */
  readonly first: number;
  readonly second: number;
  /** Gives them instead: called for each mask, also where a recorded step draws it anew. */
  readonly draw?: () => readonly [number, number];
  readonly scale: number;
}

/**
 * A dropout mask from a counter-based hash. The name, attributes and bits are those that
 * @cnnkit/models' dropout asks for when the backend has them.
 */
const keepMask: Kernel = ({ attrs, backend }) => {
  const { shape, bound, first, second, draw, scale } = attrs as unknown as MaskAttributes;
  const n = sizeOf(shape);
  const out = backend.output(shape);
  const words = draw === undefined ? [first, second] : draw();
  const ints = [backend.blockOf(out), n, bound, ...words];
  backend.commands.send(Op.keepMask, chunksFor(n >> 10, n * 4), ints, [scale]);
  backend.capture?.redraw(3, draw);
  return out;
};

export const KEEP_MASK_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['CnnkitKeepMask', keepMask],
];
