import { engine, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import type { Decision } from '../decisions.js';
import {
  computeUnsettled,
  DeferredLinear,
  type LinearKind,
  type LinearOperands,
} from '../deferred.js';
import { gateOf } from '../deferred-gate.js';
import { SCRATCH_BYTES } from '../layout.js';
import { Activation, Binary, Fold, Op, Unary } from '../opcodes.js';
import type { Storage } from '../storage.js';
import { sendBinary } from './binary.js';
import { sendPartialSums, sendReduce } from './fold.js';
import { areFloat, chunksFor, type Kernel, type KernelArgs, sameShape, sizeOf } from './kernel.js';
import type { Unsettled } from './winograd.js';

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
  if (![mean, variance, offset, scale].every(isRow) || (columns + 16) * 12 > SCRATCH_BYTES)
    return composed(backend, { x, mean, variance, offset, scale }, attrs);
  const normed = deferNorm(backend, { x, mean, variance, offset, scale }, epsilonOf(attrs));
  return backend.deferredOutput(x.shape, normed);
};

/**
 * Normalisation over the last axis, which waits for its activation, or for a sum before it.
 *
 * @param unsettled Settles x, where a sum and then relu decide by what it gives.
 */
function deferNorm(
  backend: CnnkitBackend,
  { x, mean, variance, offset, scale }: Inputs,
  epsilon: number,
  unsettled?: Unsettled,
): DeferredLinear {
  const n = sizeOf(x.shape);
  const columns = x.shape.at(-1) ?? 1;
  const rows = n / columns;
  const storage = (t: TensorInfo | undefined) => (t === undefined ? [] : [backend.storageOf(t)]);
  const kind: LinearKind = {
    columns,
    info: undefined,
    adds: unsettled === undefined ? 'plainly' : 'settling',
    send: ([from, m, v, ...more], bias, out, activation, addend) => {
      const blockOf = (s: Storage | undefined) => (s === undefined ? 0 : s.block());
      const [factor, other] = [scale === undefined ? 0 : blockOf(more[0]), blockOf(addend)];
      const norm = { mean: m.block(), variance: blockOf(v), offset: blockOf(bias), scale: factor };
      if (addend === undefined) unsettled?.sumDirectly();
      else unsettled?.settle({ ...norm, epsilon }, other);
      const blocks = [from.block(), norm.mean, norm.variance, norm.offset, factor, out];
      const ints = [...blocks, rows, columns, activation, other];
      backend.commands.send(Op.batchNorm, chunksFor(rows, n), ints, [epsilon]);
    },
  };
  const operands = [x, mean, variance].map((t) => backend.storageOf(t));
  const reads = unsettled?.reads ?? [];
  const all = [...operands, ...storage(scale), ...reads] as unknown as LinearOperands;
  return new DeferredLinear(kind, all, storage(offset)[0], Activation.linear);
}

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

/** The columns of a tensor whose last axis is normalised. */
function columnsOf(x: TensorInfo) {
  const columns = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / columns;
  // From the shape alone: partial sums decide the bits.
  const parts = Math.max(1, Math.min(32, rows >> 6));
  return { columns, rows, parts, cost: rows * columns };
}

/** What tells where the relu behind a normalisation was on: blocks of variance, offset, scale; epsilon. */
interface NormGate {
  readonly blocks: readonly [variance: number, offset: number, scale: number];
  readonly epsilon: number;
}

/** Σ over the rows of what `batch-norm-sums` sums, times `scale`. */
function sendSums(
  backend: CnnkitBackend,
  x: TensorInfo,
  [mean, dy]: readonly [mean: number, dy: number],
  to: number,
  scale: number,
  gate?: NormGate,
): void {
  const { columns, rows, parts, cost } = columnsOf(x);
  const span = { outer: 1, reduced: parts, inner: dy === 0 ? columns : 2 * columns };
  const gated = gate === undefined ? [0, 0, 0, 0] : [...gate.blocks, 1];
  const chunks = Math.min(parts, chunksFor(parts, cost));
  const make = (partial: number) => {
    const ints = [backend.blockOf(x), mean, dy, partial, rows, columns, parts, ...gated];
    backend.commands.send(Op.batchNormSums, chunks, ints, [gate?.epsilon ?? 0]);
  };
  sendPartialSums(backend, span, to, make, scale);
}

/** The last normalisation in training of what a storage holds: its gradient asks whether relu followed. */
const NORMS = new WeakMap<Storage, DeferredLinear>();

/**
 * Normalisation by the batch's own mean and variance over all but the last axis: what it gives, the
 * mean, and the (population) variance. `tfjs-layers.ts` asks for it.
 */
const batchNormTraining: Kernel = ({ inputs, attrs, backend }) => {
  const { x, offset, scale } = inputs as Record<string, TensorInfo | undefined> & { x: TensorInfo };
  const { columns, rows } = columnsOf(x);
  const decision = attrs.decision as Decision | undefined;
  const unsettled =
    decision === undefined || engine().state.gradientDepth === 0
      ? undefined
      : computeUnsettled(backend.storageOf(x), decision === 'relu and pool');
  const later = decision === 'sum and relu' ? unsettled : undefined;
  try {
    const mean = backend.output([columns]);
    const variance = backend.output([columns]);
    const span = { outer: 1, reduced: rows, inner: columns };
    sendReduce(backend, Fold.sum, backend.blockOf(x), backend.blockOf(mean), span, 1 / rows);
    sendSums(backend, x, [backend.blockOf(mean), 0], backend.blockOf(variance), 1 / rows);
    const blockOf = (t: TensorInfo | undefined) => (t === undefined ? 0 : backend.blockOf(t));
    const blocks = {
      ...{ mean: blockOf(mean), variance: blockOf(variance) },
      ...{ offset: blockOf(offset), scale: blockOf(scale) },
    };
    const epsilon = epsilonOf(attrs);
    if (later === undefined) unsettled?.settle({ ...blocks, epsilon }, 0);
    const normed = deferNorm(backend, { x, mean, variance, offset, scale }, epsilon, later);
    NORMS.set(backend.storageOf(x), normed);
    return [backend.deferredOutput(x.shape, normed), mean, variance];
  } finally {
    unsettled?.release();
  }
};

/**
 * The gradient of x, and [2, columns] of the sums of dy and of dy (x - mean). Where relu followed and dy
 * waits for its gradient, that is told from x again, and what relu gave is not read.
 */
const batchNormTrainingGrad: Kernel = ({ inputs, attrs, backend }) => {
  const { x, dy, mean, variance, scale, offset } = inputs as Record<
    'x' | 'dy' | 'mean' | 'variance',
    TensorInfo
  > & { scale?: TensorInfo; offset?: TensorInfo };
  const { columns, rows, cost } = columnsOf(x);
  const epsilon = epsilonOf(attrs);
  const blockOf = (t: TensorInfo | undefined) => (t === undefined ? 0 : backend.blockOf(t));
  const waiting = gateOf(backend.storageOf(dy), columns);
  const norm = NORMS.get(backend.storageOf(x));
  const known =
    waiting !== undefined &&
    norm?.activated === waiting.of &&
    norm.operands[1] === backend.storageOf(mean) &&
    norm.bias === (offset && backend.storageOf(offset));
  const sums = backend.output([2, columns]);
  const dx = backend.output(x.shape);
  const blockDy = known ? waiting.dy.block() : backend.blockOf(dy);
  const [blockX, blockMean, blockVariance] = [x, mean, variance].map(blockOf) as [
    number,
    number,
    number,
  ];
  const [blockScale, blockOffset] = [blockOf(scale), known ? blockOf(offset) : 0];
  const gate: NormGate = { blocks: [blockVariance, blockOffset, blockScale], epsilon };
  const to = backend.blockOf(sums);
  sendSums(backend, x, [blockMean, blockDy], to, 1, known ? gate : undefined);
  const ints = [
    ...[blockX, blockMean, blockVariance, blockScale, blockDy, to, backend.blockOf(dx)],
    ...[rows, columns, blockOffset, known ? 1 : 0],
  ];
  backend.commands.send(Op.batchNormDx, chunksFor(rows, cost), ints, [epsilon]);
  return [dx, sums];
};

export const BATCH_NORM_KERNELS: readonly (readonly [string, Kernel])[] = [
  ['FusedBatchNorm', batchNorm],
  ['CnnkitBatchNormTraining', batchNormTraining],
  ['CnnkitBatchNormTrainingGrad', batchNormTrainingGrad],
];
