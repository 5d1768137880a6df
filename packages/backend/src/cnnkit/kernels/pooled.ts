import type { backend_util } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';
import type { TakeSums } from '../deferred.js';
import type { Gate } from '../deferred-gate.js';
import { SCRATCH_BYTES } from '../layout.js';
import { Op } from '../opcodes.js';
import type { Storage } from '../storage.js';
import { paddedSides, paddedSize } from './direct-convolution.js';
import { sendPartialSums } from './fold.js';
import { geometryOf } from './geometry.js';
import { sendTranspose } from './matmul.js';

type Conv2DInfo = backend_util.Conv2DInfo;

/** A gradient behind a fused relu and 2 x 2 pool: of the pooled output, and which output of each window won. */
export interface PooledGradient {
  readonly pooled: Storage;
  readonly winners: Storage;
}

/** A convolution and the pooled gradient of its output, from which its input's can be computed. */
export interface BehindPool {
  readonly info: Conv2DInfo;
  readonly gradient: PooledGradient;
  readonly filter: Storage;
}

/** How a pooled gradient is cut up for `kernels/pooled-*.c`: by its shape alone. */
export interface PooledPlan {
  /** Rows of windows taken together. */
  readonly rowsAtOnce: number;
  /** Parts into which filters are cut. */
  readonly slabs: number;
  /** A multiple of `slabs`. */
  readonly chunks: number;
}

/** What a strip of windows sees of an image stays in a 32 KiB L1, beside what it is multiplied by. */
const STRIP_BYTES = 24 << 10;
/** Filters of a slab: few, so that sums stay in cache; not so few that an image is read too often. */
const SLAB = 32;

/** Floats of scratch for an input's gradient: of each window and place a set of filters, and their gradients. */
function inputRoom(info: Conv2DInfo, rowsAtOnce: number): number {
  const places = rowsAtOnce * Math.floor(info.outWidth / 2) * 4;
  return (
    places * (2 * Math.ceil(info.outChannels / 64) + info.outChannels) + paddedSize(info) + 1024
  );
}

/** The plan; undefined where the kernels cannot do it: kernel rows dilated, or too large for scratch. */
export function planPooled(info: Conv2DInfo, pass: 'input' | 'filter'): PooledPlan | undefined {
  const { batchSize, inChannels, outChannels, outHeight, outWidth } = info;
  const { filterHeight, filterWidth, strideHeight, dilationWidth } = info;
  const [down, across] = [Math.floor(outHeight / 2), Math.floor(outWidth / 2)];
  if (dilationWidth > 1 || batchSize * down * across === 0) return undefined;
  const width = Math.max(info.inWidth, paddedSides(info)[1]);
  const reach = info.effectiveFilterHeight - strideHeight;
  const most = Math.floor(STRIP_BYTES / 4 / (width * inChannels));
  const rowsAtOnce = Math.max(1, Math.min(down, Math.floor((most - reach) / (2 * strideHeight))));
  if (pass === 'input') {
    const fits = (inputRoom(info, rowsAtOnce) + inChannels) * 4 <= SCRATCH_BYTES;
    return fits ? { rowsAtOnce, slabs: 1, chunks: Math.min(16, batchSize) } : undefined;
  }
  const row = Math.ceil((filterWidth * inChannels) / 16) * 16;
  for (const slab of [SLAB, 16]) {
    const slabs = Math.ceil(outChannels / slab);
    const windows = rowsAtOnce * across;
    const filter = 2 * (4 * windows + 1) + 3 * (windows + 16) + 3 + filterHeight * row + 16;
    const shares = Math.min(batchSize, Math.max(1, Math.ceil(8 / slabs)));
    const bytes = (slab * filter + paddedSize(info) + 1024) * 4;
    if (bytes <= SCRATCH_BYTES) return { rowsAtOnce, slabs, chunks: shares * slabs };
  }
  return undefined;
}

/** The filter as [outChannels][filterHeight][filterWidth * inChannels], made once until it changes. */
function filterRows(backend: CnnkitBackend, { outChannels }: Conv2DInfo, filter: Storage): number {
  return filter.derived('rows', filter.size * 4, (to) =>
    sendTranspose(backend, filter.block(), to, 1, filter.size / outChannels, outChannels),
  );
}

/**
 * Sends the gradient of a convolution's input from a pooled one.
 *
 * @param gate Takes the gradient of the relu that gave the input along.
 * @returns false, with nothing sent, where the kernel cannot do it.
 */
export function sendPooledDx(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  { pooled, winners }: PooledGradient,
  filter: Storage,
  out: number,
  gate?: Gate,
): boolean {
  const plan = planPooled(info, 'input');
  if (plan === undefined) return false;
  const { rowsAtOnce, chunks } = plan;
  const span = { outer: 1, reduced: chunks, inner: info.inChannels };
  const from = [pooled.block(), winners.block(), filterRows(backend, info, filter), out];
  const of = gate === undefined ? 0 : gate.of.block();
  sendPartialSums(backend, span, gate?.sums ?? 0, (partial) => {
    const ints = [...from, rowsAtOnce, ...geometryOf(info), of, partial];
    backend.commands.send(Op.pooledDx, chunks, ints);
  });
  return true;
}

/**
 * Sends the gradient of a convolution's filter from a pooled one.
 *
 * @param sums Takes the sums of the pooled gradient along; not called where nothing is sent.
 * @returns false, with nothing sent, where the kernel cannot do it.
 */
export function sendPooledDw(
  backend: CnnkitBackend,
  info: Conv2DInfo,
  x: Storage,
  { pooled, winners }: PooledGradient,
  out: number,
  sums?: TakeSums,
): boolean {
  const plan = planPooled(info, 'filter');
  if (plan === undefined) return false;
  const { rowsAtOnce, slabs, chunks } = plan;
  const { outChannels, inChannels, filterHeight, filterWidth } = info;
  const parts = chunks / slabs;
  const size = filterHeight * filterWidth * inChannels * outChannels;
  const from = [x.block(), pooled.block(), winners.block()];
  sendPartialSums(backend, { outer: 1, reduced: parts, inner: size }, out, (partial) => {
    const send = (along: number) =>
      sendPartialSums(backend, { outer: 1, reduced: parts, inner: outChannels }, along, (added) => {
        const ints = [...from, partial, slabs, rowsAtOnce, ...geometryOf(info), added];
        backend.commands.send(Op.pooledDw, chunks, ints);
      });
    if (sums === undefined) send(0);
    else sums(send);
  });
  return true;
}

/**
 * Rows of windows taken together by `kernels/pooled-first.c`, which computes the gradient of a pooled first layer's
 * filter from that of the convolution behind it; undefined where it cannot.
 */
export function planPooledFirst(first: Conv2DInfo, { info }: BehindPool): number | undefined {
  const { inHeight, inWidth, inChannels } = info;
  const shapes = [
    [Math.floor(first.outHeight / 2), inHeight],
    [Math.floor(first.outWidth / 2), inWidth],
    [first.outChannels, inChannels],
  ];
  const plan = planPooled(info, 'input');
  if (plan === undefined || shapes.some(([one, other]) => one !== other)) return undefined;
  // An image's gradient, beside what either layer wants.
  const room = Math.max(inputRoom(info, plan.rowsAtOnce), firstBytes(first) / 4);
  const fits = (room + inHeight * inWidth * inChannels + 64) * 4 <= SCRATCH_BYTES;
  return fits ? plan.rowsAtOnce : undefined;
}

/** Bytes of scratch for a pooled first layer: four floats a place of the image, and two words a window. */
export function firstBytes({ inHeight, inWidth }: Conv2DInfo): number {
  return inHeight * inWidth * (16 + 2) + 64;
}

/** The integers of {@link Op.pooledFirst} behind the first layer's. */
export function behindInts(
  backend: CnnkitBackend,
  { info, gradient: { pooled, winners }, filter }: BehindPool,
  rowsAtOnce: number,
): number[] {
  const from = [pooled.block(), winners.block(), filterRows(backend, info, filter)];
  return [...from, rowsAtOnce, ...geometryOf(info)];
}
