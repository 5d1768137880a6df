import type { CnnkitBackend } from '../backend.js';
import { Fold, Op } from '../opcodes.js';
import { chunksFor } from './kernel.js';

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
  const { arena, commands } = backend;
  const parts = stretches(span);
  const cost = outer * reduced * inner;
  if (parts === 1) {
    const chunks = chunksFor(outer, cost);
    commands.send(Op.reduce, chunks, [block, to, outer, reduced, inner, 1, fold], [scale]);
    return;
  }
  const bytes = outer * parts * inner * 4;
  const partial = arena.take(bytes);
  const chunks = chunksFor(outer * parts, cost);
  commands.send(Op.reduce, chunks, [block, partial, outer, reduced, inner, parts, fold], [1]);
  commands.send(
    Op.reduce,
    chunksFor(outer, outer * parts * inner),
    [partial, to, outer, parts, inner, 1, fold],
    [scale],
  );
  arena.release(partial, bytes, commands.head);
}

/**
 * Room for partial sums, [outer][reduced][inner], to be added up and multiplied by `scale`; with one part and no
 * scale where the sum itself goes.
 */
export class PartialSums {
  readonly block: number;
  readonly #backend: CnnkitBackend;
  readonly #span: Span;
  readonly #bytes: number;
  readonly #to: number;
  readonly #scale: number;

  constructor(backend: CnnkitBackend, span: Span, to: number, scale = 1) {
    const { outer, reduced, inner } = span;
    this.#backend = backend;
    this.#span = span;
    this.#bytes = reduced === 1 && scale === 1 ? 0 : outer * reduced * inner * 4;
    this.#to = to;
    this.#scale = scale;
    this.block = this.#bytes === 0 ? to : backend.arena.take(this.#bytes);
  }

  /** Sends the addition, and gives the room back. */
  add(): void {
    if (this.#bytes === 0) return;
    const { arena, commands } = this.#backend;
    sendReduce(this.#backend, Fold.sum, this.block, this.#to, this.#span, this.#scale);
    arena.release(this.block, this.#bytes, commands.head);
  }
}
