import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import { gatedUnpool, sumUnpooled } from '../deferred.js';
import { Fold, Op } from '../opcodes.js';
import { chunksFor, type Kernel, sizeOf } from './kernel.js';

/** A tensor seen as [outer, reduced, inner]. */
interface Span {
  readonly outer: number;
  readonly reduced: number;
  readonly inner: number;
}

/** @returns undefined if the reduced axes do not lie side by side (axes of size 1 aside). */
function spanOf(shape: readonly number[], axes: readonly number[]): Span | undefined {
  let [outer, reduced, inner] = [1, 1, 1];
  let closed = false;
  shape.forEach((size, i) => {
    if (size === 1) return;
    if (!axes.includes(i)) {
      if (reduced === 1) outer *= size;
      else {
        inner *= size;
        closed = true;
      }
    } else if (closed) reduced = Number.NaN;
    else reduced *= size;
  });
  return Number.isNaN(reduced) ? undefined : { outer, reduced, inner };
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

function reduction(fold: number, dtype: 'float32' | 'bool', mean = false): Kernel {
  return ({ inputs, attrs, backend }) => {
    const x = inputs.x!;
    if (x.dtype !== dtype) return undefined;
    const axes = util.parseAxisParam(
      (attrs.axis ?? attrs.reductionIndices) as number | number[],
      x.shape,
    );
    const span = spanOf(x.shape, axes);
    // An empty fold has a value of its own in each tfjs kernel.
    if (span === undefined || sizeOf(x.shape) === 0) return undefined;
    const outShape = reducedShape(x.shape, axes, attrs.keepDims === true);
    const unpool = fold === Fold.sum && !mean ? gatedUnpool(backend.storageOf(x)) : undefined;
    if (unpool !== undefined && span.outer === 1 && span.inner === unpool.info.outChannels) {
      const out = backend.output(outShape);
      sumUnpooled(backend, unpool, backend.blockOf(out));
      return out;
    }
    const from = backend.blockOf(x);
    const out = backend.output(outShape, dtype);
    sendReduce(backend, fold, from, backend.blockOf(out), span, mean ? 1 / span.reduced : 1);
    return out;
  };
}

function reducedShape(
  shape: readonly number[],
  axes: readonly number[],
  keepDims: boolean,
): number[] {
  const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return keepDims ? kept : kept.filter((_, i) => !axes.includes(i));
}

function argReduction(least: number): Kernel {
  return ({ inputs, attrs, backend }) => {
    const x: TensorInfo = inputs.x!;
    if (x.dtype !== 'float32' || sizeOf(x.shape) === 0) return undefined;
    const axes = util.parseAxisParam(attrs.axis as number, x.shape);
    const span = spanOf(x.shape, axes);
    if (span === undefined) return undefined;
    const { outer, reduced, inner } = span;
    const from = backend.blockOf(x);
    const out = backend.output(reducedShape(x.shape, axes, false), 'int32');
    const chunks = chunksFor(outer, outer * reduced * inner);
    backend.commands.send(Op.argReduce, chunks, [
      from,
      backend.blockOf(out),
      outer,
      reduced,
      inner,
      least,
    ]);
    return out;
  };
}

export const REDUCE_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['Sum', reduction(Fold.sum, 'float32')],
  ['Mean', reduction(Fold.sum, 'float32', true)],
  ['Max', reduction(Fold.max, 'float32')],
  ['Min', reduction(Fold.min, 'float32')],
  ['Prod', reduction(Fold.prod, 'float32')],
  ['Any', reduction(Fold.any, 'bool')],
  ['All', reduction(Fold.all, 'bool')],
  ['ArgMax', argReduction(0)],
  ['ArgMin', argReduction(1)],
];
