import type { CnnkitBackend } from '../backend.js';
import { Fold, Op } from '../opcodes.js';
import { chunksFor, withRoom } from './kernel.js';

/** A tensor seen as [outer, reduced, inner]. */
export interface Span {
  readonly outer: number;
  readonly reduced: number;
  readonly inner: number;
}

/** Stretches to cut a long fold into: from the shape alone, since it decides the bits of a sum. */
function stretches({ outer, reduced, inner }: Span): number {
  if (outer * inner * reduced < 32768 || reduced < 64) return 1;
  return Math.min(32, Math.ceil(reduced / 32));
}

/** Folds `block` into `to`, in two commands where the fold is long. */
export function sendReduce(
  backend: CnnkitBackend,
  fold: number,
  block: number,
  to: number,
  span: Span,
  scale: number,
): void {
  const { outer, reduced, inner } = span;
  const { commands } = backend;
  const parts = stretches(span);
  const cost = outer * reduced * inner;
  if (parts === 1) {
    const chunks = chunksFor(outer, cost);
    commands.send(Op.reduce, chunks, [block, to, outer, reduced, inner, 1, fold], [scale]);
    return;
  }
  withRoom(backend, outer * parts * inner * 4, (partial) => {
    const chunks = chunksFor(outer * parts, cost);
    commands.send(Op.reduce, chunks, [block, partial, outer, reduced, inner, parts, fold], [1]);
    commands.send(
      Op.reduce,
      chunksFor(outer, outer * parts * inner),
      [partial, to, outer, parts, inner, 1, fold],
      [scale],
    );
  });
}

/**
 * Has partial sums, [outer][reduced][inner], made in room of their own, which is given back, and sends their
 * addition into `to`, multiplied by `scale`; with one part and no scale they are made where the sum itself goes.
 *
 * @param to Where the sum goes; 0 if nobody wants it, and then `make` is called with 0.
 * @param make Sends the commands that write the partial sums into its block.
 */
export function sendPartialSums(
  backend: CnnkitBackend,
  span: Span,
  to: number,
  make: (block: number) => void,
  scale = 1,
): void {
  const { outer, reduced, inner } = span;
  if (to === 0 || (reduced === 1 && scale === 1)) {
    make(to);
    return;
  }
  withRoom(backend, outer * reduced * inner * 4, (block) => {
    make(block);
    sendReduce(backend, Fold.sum, block, to, span, scale);
  });
}
