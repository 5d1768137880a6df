import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { deferUnpoolSums, gatedUnpool, sumDirectly } from '../deferred.js';
import { gateOf } from '../deferred-gate.js';
import { Fold, Op } from '../opcodes.js';
import { cast } from './choose.js';
import { type Span, sendReduce } from './fold.js';
import { chunksFor, type Kernel, sizeOf } from './kernel.js';
import { transpose } from './move.js';

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

/** The folds of each type; what has none is converted first. */
interface Reduction {
  readonly float32?: number;
  readonly int32?: number;
  readonly bool?: number;
  readonly convert?: 'float32' | 'int32';
  readonly mean?: boolean;
}

function reduction(folds: Reduction): Kernel {
  const reduced: Kernel = (args) => {
    const { inputs, attrs, backend } = args;
    const x = inputs.x!;
    const plain = x.dtype === 'float32' || x.dtype === 'int32' || x.dtype === 'bool';
    // An empty fold has a value of its own in each tfjs kernel.
    if (!plain || sizeOf(x.shape) === 0) return undefined;
    const type = x.dtype as 'float32' | 'int32' | 'bool';
    const fold = folds[type];
    if (fold === undefined) {
      if (folds.convert === undefined) return undefined;
      const converted = cast({ ...args, attrs: { dtype: folds.convert } }) as TensorInfo;
      const out = reduced({ ...args, inputs: { x: converted } });
      backend.disposeData(converted.dataId);
      return out;
    }
    const given = (attrs.axis ?? attrs.reductionIndices) as number | number[];
    const axes = util.parseAxisParam(given, x.shape);
    const outShape = reducedShape(x.shape, axes, attrs.keepDims === true);
    const span = spanOf(x.shape, axes);
    if (span === undefined) {
      const perm = [...x.shape.keys()].sort(
        (a, b) => Number(axes.includes(a)) - Number(axes.includes(b)) || a - b,
      );
      const moved = transpose({ ...args, attrs: { perm } }) as TensorInfo | undefined;
      if (moved === undefined) return undefined;
      const last = axes.map((_, i) => x.shape.length - 1 - i);
      const out = reduced({ ...args, inputs: { x: moved }, attrs: { axis: last } });
      backend.disposeData(moved.dataId);
      const { dataId, dtype } = out as TensorInfo;
      return { dataId, shape: outShape, dtype };
    }
    const unpool = fold === Fold.sum && !folds.mean ? gatedUnpool(backend.storageOf(x)) : undefined;
    if (unpool !== undefined && span.outer === 1 && span.inner === unpool.info.outChannels) {
      return deferUnpoolSums(backend, unpool, outShape);
    }
    const gate =
      fold === Fold.sum && !folds.mean && span.outer === 1 && span.reduced > 1
        ? gateOf(backend.storageOf(x), span.inner)
        : undefined;
    if (gate !== undefined) {
      const out = backend.output(outShape);
      const sums = backend.blockOf(out);
      backend.storageOf(x).settleBy((block) => gate.computeWithSums(block, sums));
      return out;
    }
    if (fold === Fold.max || fold === Fold.min) sumDirectly(backend.storageOf(x));
    const from = backend.blockOf(x);
    const out = backend.output(outShape, type);
    const scale = folds.mean ? 1 / span.reduced : 1;
    sendReduce(backend, fold, from, backend.blockOf(out), span, scale);
    return out;
  };
  return reduced;
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
    const takes = x.dtype === 'float32' || x.dtype === 'int32' || x.dtype === 'bool';
    if (!takes || sizeOf(x.shape) === 0) return undefined;
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
      x.dtype === 'int32' ? 1 : 0,
    ]);
    return out;
  };
}

export const sum: Kernel = reduction({
  float32: Fold.sum,
  int32: Fold.intSum,
  convert: 'int32',
});

export const REDUCE_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['Sum', sum],
  ['Mean', reduction({ float32: Fold.sum, convert: 'float32', mean: true })],
  ['Max', reduction({ float32: Fold.max, int32: Fold.intMax })],
  ['Min', reduction({ float32: Fold.min, int32: Fold.intMin })],
  ['Prod', reduction({ float32: Fold.prod, int32: Fold.intProd, convert: 'int32' })],
  ['Any', reduction({ bool: Fold.any })],
  ['All', reduction({ bool: Fold.all })],
  ['ArgMax', argReduction(0)],
  ['ArgMin', argReduction(1)],
];
