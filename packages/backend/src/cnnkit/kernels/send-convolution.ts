import type { backend_util } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import type { TakeSums } from '../deferred.js';
import type { Gate } from '../deferred-gate.js';
import { SCRATCH_BYTES } from '../layout.js';
import { Activation, Op } from '../opcodes.js';
import type { Deferred, Storage } from '../storage.js';
import { paddedSize, sendDirect } from './direct-convolution.js';
import { sendPartialSums } from './fold.js';
import { geometryOf, multiplyAdds } from './geometry.js';
import { chunksFor } from './kernel.js';
import { sendTranspose } from './matmul.js';
import {
  type BehindPool,
  behindInts,
  firstBytes,
  type PooledGradient,
  planPooledFirst,
  sendPooledDw,
  sendPooledDx,
} from './pooled.js';
import { sendWinograd, sendWinogradDw, sendWinogradDx, sendWinogradPool } from './winograd.js';
import { planWinograd } from './winograd-plan.js';

type Conv2DInfo = backend_util.Conv2DInfo;

/**
 * Sends a convolution with bias (0 for none) and activation.
 *
 * @param learned Whether gradients of it may be asked for.
 */
export function sendConv2D(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  [x, filter]: readonly [Storage, Storage],
  bias: number,
  out: number,
  activation: number,
  learned: boolean,
): void {
  const learnedFrom = learned ? activation : undefined;
  const plan = planWinograd(info, 'forward', false, backend.winograd, learnedFrom);
  if (sendWinograd(backend, info, [x, filter], bias, out, activation, plan)) return;
  sendDirect(backend, info, [x, filter], bias, out, activation);
}

/** Whether a kernel row's channels go together into vectors: see `kernels/conv2d-dx-narrow.c`. */
function isNarrowDx(info: Conv2DInfo): boolean {
  const { inChannels, filterWidth, dilationWidth, batchSize } = info;
  const fits = paddedSize(info) * 4 + 1024 <= SCRATCH_BYTES;
  return inChannels < 16 && filterWidth > 1 && dilationWidth === 1 && batchSize > 1 && fits;
}

/** Sends convolution, bias, relu and 2 x 2 pool as one; `learned` as {@link sendConv2D} has it. */
export function sendConv2DPool(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  [x, filter]: readonly [Storage, Storage],
  bias: number,
  out: number,
  winners: number,
  learned: boolean,
): void {
  const relu = Activation.relu;
  const learnedFrom = learned ? relu : undefined;
  const plan = planWinograd(info, 'forward', true, backend.winograd, learnedFrom);
  if (sendWinogradPool(backend, info, [x, filter], bias, out, winners, relu, plan)) return;
  const pooled = info.batchSize * Math.floor(info.outHeight / 2) * Math.floor(info.outWidth / 2);
  const chunks = chunksFor(Math.ceil(pooled / 12), multiplyAdds(info));
  const ints = [x.block(), filter.block(), bias, out, winners, ...geometryOf(info)];
  backend.commands.send(Op.conv2dPool, chunks, ints);
}

/** A gradient of a convolution's output: as it is, and as the pooled one and its winners where it is that. */
export interface Gradient {
  readonly dy: Storage;
  readonly unpool: PooledGradient | undefined;
}

/**
 * Sends the gradient of a convolution's input.
 *
 * @param gate Takes the gradient of the relu that gave the input along.
 * @returns false, with nothing sent, where the kernel for this shape cannot do that.
 */
export function sendConv2DDx(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  gradient: Gradient,
  filter: Storage,
  out: number,
  gate?: Gate,
): boolean {
  const { dy, unpool } = gradient;
  if (unpool !== undefined && sendPooledDx(backend, info, unpool, filter, out, gate)) return true;
  if (sendWinogradDx(backend, info, dy, filter, out, gate)) return true;
  if (gate !== undefined) return false;
  const { arena, commands } = backend;
  const { batchSize, inChannels, outChannels, filterHeight, filterWidth } = info;
  const bytes = filter.size * 4;
  const from = [dy.block(), filter.block()] as const;
  const transposed = arena.take(bytes);
  if (isNarrowDx(info)) {
    sendTranspose(
      backend,
      from[1],
      transposed,
      filterHeight,
      filterWidth * inChannels,
      outChannels,
    );
    const ints = [from[0], transposed, out, ...geometryOf(info)];
    commands.send(Op.conv2dDxNarrow, chunksFor(batchSize, multiplyAdds(info)), ints);
    arena.release(transposed, bytes, commands.head);
    return true;
  }
  sendTranspose(backend, from[1], transposed, filterHeight * filterWidth, inChannels, outChannels);
  const slabs = batchSize >= 8 ? 1 : Math.max(1, Math.min(8, inChannels >> 4));
  const chunks = chunksFor(batchSize * slabs, multiplyAdds(info));
  commands.send(Op.conv2dDx, chunks, [from[0], transposed, out, slabs, ...geometryOf(info)]);
  arena.release(transposed, bytes, commands.head);
  return true;
}

function knowsBehindPool(
  deferred: Deferred | undefined,
): deferred is Deferred & { readonly behindPool: BehindPool | undefined } {
  return deferred !== undefined && 'behindPool' in deferred;
}

/** What `dy` can be computed from on the way to what reads it, if it waits and is a convolution's behind a pool. */
function behindPool(dy: Storage | undefined): BehindPool | undefined {
  const deferred = dy?.deferred;
  return knowsBehindPool(deferred) ? deferred.behindPool : undefined;
}

/** Whether a pooled gradient goes the way of the commonest first layer: see `kernels/conv2d-dw-narrow.c`. */
function isPooledFirst(info: Conv2DInfo): boolean {
  const { filterHeight, filterWidth, inChannels, inHeight, inWidth, outHeight, outWidth } = info;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo } = info;
  const ones = strideHeight * strideWidth * dilationHeight * dilationWidth * inChannels === 1;
  const whole =
    padInfo.top + padInfo.left === 0 && inHeight - outHeight === 2 && inWidth - outWidth === 2;
  return (
    firstBytes(info) <= SCRATCH_BYTES &&
    ones &&
    whole &&
    filterHeight === 3 &&
    filterWidth === 3 &&
    outHeight > 1 &&
    outWidth > 1
  );
}

/**
 * Sends the gradient of a convolution's filter.
 *
 * @param sums Takes the sums of a pooled gradient along; not called where no kernel does.
 */
export function sendConv2DDw(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  x: Storage,
  gradient: Gradient,
  out: number,
  sums?: TakeSums,
): void {
  const { commands } = backend;
  const { dy, unpool } = gradient;
  const { batchSize, outHeight, outWidth, outChannels, inChannels, filterHeight, filterWidth } =
    info;
  const cost = multiplyAdds(info);
  const window = filterHeight * filterWidth * inChannels;
  // An image with its padding, its gradient, and the places of a window must fit a thread's scratch.
  const { inHeight, inWidth, effectiveFilterHeight, effectiveFilterWidth } = info;
  const padded = (inHeight + effectiveFilterHeight * 2) * (inWidth + effectiveFilterWidth * 2);
  const floats = padded * inChannels + outHeight * outWidth * outChannels + window;
  const imageBytes = floats * 4 + 192;
  const narrow = inChannels % 4 !== 0 && inChannels < 16 && imageBytes <= SCRATCH_BYTES;
  if (unpool !== undefined && !narrow && sendPooledDw(backend, info, x, unpool, out, sums)) return;
  if ((unpool === undefined || !narrow) && sendWinogradDw(backend, info, x, dy, out)) return;
  if (!narrow) {
    const units = filterHeight * filterWidth * Math.ceil(inChannels / 16);
    const ints = [x.block(), dy.block(), out, ...geometryOf(info)];
    commands.send(Op.conv2dDw, chunksFor(units, cost), ints);
    return;
  }
  const parts = Math.max(1, Math.min(16, batchSize, Math.floor(cost / 65536)));
  const size = window * outChannels;
  const first = unpool !== undefined && isPooledFirst(info);
  const taken = first ? sums : undefined;
  // Not where the bias's gradient will be asked for later, for which it would have to be computed again.
  const behind = taken === undefined ? undefined : behindPool(unpool?.pooled);
  const rowsAtOnce = behind === undefined ? undefined : planPooledFirst(info, behind);
  const winners = unpool === undefined ? 0 : unpool.winners.block();
  const sendParts = (partial: number, added: number): void => {
    if (behind !== undefined && rowsAtOnce !== undefined) {
      const own = [x.block(), winners, partial, added, info.inHeight, info.inWidth];
      commands.send(Op.pooledFirst, parts, [...own, ...behindInts(backend, behind, rowsAtOnce)]);
      return;
    }
    const from = [x.block(), unpool === undefined ? dy.block() : unpool.pooled.block()];
    const how = [...geometryOf(info), first ? 1 : 0];
    commands.send(Op.conv2dDwNarrow, parts, [...from, partial, winners, ...how, added]);
  };
  sendPartialSums(backend, { outer: 1, reduced: parts, inner: size }, out, (partial) => {
    const span = { outer: 1, reduced: parts, inner: outChannels };
    const send = (along: number) =>
      sendPartialSums(backend, span, along, (added) => sendParts(partial, added));
    if (taken !== undefined) taken(send);
    else send(0);
  });
}
