import type { backend_util } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import type { Gate } from '../deferred-gate.js';
import { Activation, Op } from '../opcodes.js';
import { Storage } from '../storage.js';
import { sendDirect } from './direct-convolution.js';
import { sendPartialSums } from './fold.js';
import { geometryOf } from './geometry.js';
import { chunksFor, sizeOf } from './kernel.js';
import { sendTranspose } from './matmul.js';
import { countTiles, frequenciesOf, planWinograd, type WinogradPlan } from './winograd-plan.js';

type Conv2DInfo = backend_util.Conv2DInfo;

/** The transformed filter, made once until the filter changes; for the input's gradient transposed. */
function transformedFilter(
  backend: CnnkitBackend,
  { inChannels, outChannels }: Conv2DInfo,
  { m }: WinogradPlan,
  filter: Storage,
  transposed: boolean,
): number {
  const [rows, columns] = transposed ? [outChannels, inChannels] : [inChannels, outChannels];
  const frequencies = frequenciesOf(m);
  // Columns come in whole vectors, of whatever width the build has.
  const bytes = frequencies * (rows * Math.ceil(columns / 16) + 1) * 64;
  return filter.derived(`winograd${m}${transposed ? ' transposed' : ''}`, bytes, (to) => {
    const { arena, commands } = backend;
    let from = filter.block();
    const taps = transposed ? arena.take(filter.size * 4) : 0;
    if (transposed) {
      sendTranspose(backend, from, taps, 9, inChannels, outChannels);
      from = taps;
    }
    const chunks = chunksFor(Math.ceil(rows / 16), frequencies * rows * columns);
    commands.send(Op.winogradFilter, chunks, [from, to, rows, columns, m]);
    if (transposed) arena.release(taps, filter.size * 4, commands.head);
  });
}

function sendForward(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  plan: WinogradPlan,
  [x, filter]: readonly [Storage, Storage],
  bias: number,
  out: number,
  winners: number,
  activation: number,
  scales = 0,
): void {
  const blocks = [x.block(), transformedFilter(backend, info, plan, filter, false), bias, out];
  const { m, tilesAtOnce, chunks } = plan;
  const weights = plan.checked ? filter.block() : 0;
  const how = [winners, activation, m, tilesAtOnce, weights, ...geometryOf(info), scales];
  backend.commands.send(Op.winograd, chunks, [...blocks, ...how]);
}

/** A normalisation over channels; blocks, 0 for none. */
export interface Norm {
  readonly mean: number;
  readonly variance: number;
  readonly offset: number;
  readonly scale: number;
  readonly epsilon: number;
}

const NO_NORM: Norm = { mean: 0, variance: 0, offset: 0, scale: 0, epsilon: 0 };

/** The outputs of a convolution by which nothing may decide before they are settled. */
export interface Unsettled {
  /** What settling reads; whoever settles later than it was made retains it. */
  readonly reads: readonly Storage[];
  /**
   * Checks what relu, and the pool if there is one, will decide behind a normalisation, or behind none, and after
   * `addend` was added (a block of the outputs' shape, 0 for none). Nothing is done if they are settled.
   */
  settle(norm: Norm | undefined, addend: number): void;
  /** Settles them whatever may follow: sums all of them directly, if they are not settled. */
  sumDirectly(): void;
  /** Lets go of what settling reads. */
  release(): void;
}

/**
 * Sends a convolution by Winograd's method whose outputs are normalised, and decide then: what is close to a turn
 * is not known before, so the outputs are settled when mean and variance are there.
 *
 * @param pooled Whether a valid 2 x 2 pool follows behind the relu.
 * @param plan How, by {@link planUnsettled}.
 */
export function sendUnsettled(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  [x, filter]: readonly [Storage, Storage],
  bias: Storage | undefined,
  out: number,
  pooled: boolean,
  plan: WinogradPlan,
): Unsettled {
  const tiles = info.batchSize * countTiles(info, plan.m, false);
  const biasBlock = bias === undefined ? 0 : bias.block();
  const scales = Storage.allocate(backend, 'float32', tiles * info.outChannels);
  const to = scales.block();
  try {
    sendForward(backend, info, plan, [x, filter], biasBlock, out, 0, Activation.linear, to);
  } catch (error) {
    scales.release();
    throw error;
  }
  const read = bias === undefined ? [x, filter] : [x, filter, bias];
  for (const storage of read) storage.retain();
  const from = [x.block(), filter.block(), biasBlock];
  const reads = [...read, scales];
  let settled = false;
  return {
    reads,
    settle: (norm, addend) => {
      if (settled) return;
      settled = true;
      const { mean, variance, offset, scale, epsilon } = norm ?? NO_NORM;
      const normed = [out, to, mean, variance, offset, scale];
      const how = [plan.m, pooled ? 1 : 0, ...geometryOf(info), addend];
      const chunks = chunksFor(tiles, sizeOf(info.outShape));
      backend.commands.send(Op.winogradSettle, chunks, [...normed, ...from, ...how], [epsilon]);
    },
    sumDirectly: () => {
      if (settled) return;
      settled = true;
      sendDirect(backend, info, [x, filter], biasBlock, out, Activation.linear);
    },
    release: () => {
      for (const storage of reads) storage.release();
    },
  };
}

/**
 * Sends a convolution with bias (a block, 0 for none) and activation by Winograd's method.
 *
 * @param plan How, by {@link planWinograd}.
 * @returns false, with nothing sent, without a plan: where the direct kernel is faster or the only one.
 */
export function sendWinograd(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  operands: readonly [Storage, Storage],
  bias: number,
  out: number,
  activation: number,
  plan: WinogradPlan | undefined,
): boolean {
  if (plan === undefined) return false;
  sendForward(backend, info, plan, operands, bias, out, 0, activation);
  return true;
}

/**
 * Sends convolution, bias, relu and a valid 2 x 2 pool as one: the pooled output, and in `winners` a
 * byte an element (0 to 3 for the place of the window's first maximum, row by row; 4 where relu is
 * off).
 *
 * @param plan How, by {@link planWinograd}.
 * @returns false, with nothing sent, without a plan: where the direct kernel is faster or the only one.
 */
export function sendWinogradPool(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  operands: readonly [Storage, Storage],
  bias: number,
  out: number,
  winners: number,
  relu: number,
  plan: WinogradPlan | undefined,
): boolean {
  if (plan === undefined) return false;
  sendForward(backend, info, plan, operands, bias, out, winners, relu);
  return true;
}

/**
 * Sends the gradient of a convolution's input.
 *
 * @param gate Takes the gradient of the relu that gave the input along.
 * @param plan How; by default as measurements say.
 * @returns false, with nothing sent, where the direct kernel is faster or the only one.
 */
export function sendWinogradDx(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  dy: Storage,
  filter: Storage,
  out: number,
  gate?: Gate,
  plan: WinogradPlan | undefined = planWinograd(info, 'input', false, backend.winograd),
): boolean {
  if (plan === undefined) return false;
  const { m, tilesAtOnce, slabs, chunks } = plan;
  const blocks = [dy.block(), transformedFilter(backend, info, plan, filter, true), out];
  const sums = gate?.sums ?? 0;
  const span = { outer: 1, reduced: chunks / slabs, inner: info.inChannels };
  const of = gate === undefined ? 0 : gate.of.block();
  sendPartialSums(backend, span, sums, (partial) => {
    const ints = [...blocks, m, tilesAtOnce, slabs, ...geometryOf(info), of, partial];
    backend.commands.send(Op.winogradDx, chunks, ints);
  });
  return true;
}

/**
 * Sends the gradient of a convolution's filter.
 *
 * @param plan How; by default as measurements say.
 * @returns false, with nothing sent, where the direct kernel is faster or the only one.
 */
export function sendWinogradDw(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  x: Storage,
  dy: Storage,
  out: number,
  plan: WinogradPlan | undefined = planWinograd(info, 'filter', false, backend.winograd),
): boolean {
  if (plan === undefined) return false;
  const { m, tilesAtOnce, slabs, chunks } = plan;
  const { inChannels, outChannels } = info;
  const parts = chunks / slabs;
  const span = { outer: 9, reduced: parts, inner: inChannels * outChannels };
  sendPartialSums(backend, span, out, (partial) => {
    const ints = [x.block(), dy.block(), partial, m, tilesAtOnce, slabs, ...geometryOf(info)];
    backend.commands.send(Op.winogradDw, chunks, ints);
  });
  return true;
}
