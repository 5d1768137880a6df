import type { backend_util } from '@tensorflow/tfjs-core';
import { SCRATCH_BYTES } from '../layout.js';
import { Activation } from '../opcodes.js';
import { chunksFor } from './kernel.js';

type Conv2DInfo = backend_util.Conv2DInfo;

/** Which of a convolution's three computations. */
export type ConvolutionPass = 'forward' | 'input' | 'filter';

/**
 * Where Winograd's method may be used. Its rounding errors are two (F(2x2) and F(3x3)) to five times (F(4x4))
 * those of direct summation. In a gradient they vanish in the update; in a forward pass that is
 * learned from they now and then turn the winner of a pool or the sign under a relu, and then a loss
 * differs from Keras's by more than the order of a sum would make it.
 *
 * - `'checked'`, the default: the forward passes of training too, where relu is fused, perhaps with a pool
 *   behind it. What is so close to a turn that rounding could carry it there is summed directly, so that
 *   the turns are those of direct sums (see `kernels/decide.h`); also where a batch normalisation stands
 *   between, and perhaps a sum behind that (see `decisions.ts`). Forward passes take the fastest tiles (under a
 *   fused pool, where they are learned from, F(2x2) or EIGHT for small images), and so do gradients of filters, which
 *   add up over all tiles. Gradients of inputs take F(4x4) for large images, F(3x3) for small ones (see {@link LARGE}).
 *   Gradients under a fused pool are direct sums in any case (see `pooled.ts`).
 * - `'gradients'`: the same, but the forward passes of training are all summed directly.
 * - `'all'`: everywhere, with the fastest tiles, unchecked; for whoever wants speed before the last digits.
 * - `'off'`: nowhere.
 */
export type WinogradUse = 'off' | 'gradients' | 'checked' | 'all';

/**
 * Outputs along a tile's side; 5 for forward passes with a pool, and 8, which `kernels/winograd.h` calls EIGHT, for the
 * same 5 by 8 products a side.
 */
export type WinogradTile = 2 | 3 | 4 | 5 | 8;

/** Outputs along a tile's side. */
function sideOf(m: WinogradTile): number {
  return m === 8 ? 5 : m;
}

/** The products of a tile, an input channel and a filter. */
export function frequenciesOf(m: WinogradTile): number {
  return (m === 8 ? m : m + 2) ** 2;
}

/** How a convolution is cut up for `kernels/winograd*.c`: by its shape alone. */
export interface WinogradPlan {
  readonly m: WinogradTile;
  /** Tiles transformed and multiplied at a time, out of scratch. */
  readonly tilesAtOnce: number;
  /** Parts into which a gradient's channels are cut. */
  readonly slabs: number;
  /** A multiple of `slabs`. */
  readonly chunks: number;
  /** Whether what relu and pool decide is summed directly where it is close. */
  readonly checked?: boolean;
}

/** Bytes of transformed tiles at a time: both sides of the matmuls stay in a 1 MiB L2. */
const BLOCK_BYTES = 384 << 10;
/** An image's outputs before they are pooled: they stay in a 1 MiB L2 beside what they are made of. */
const IMAGE_BYTES = 256 << 10;
/** Tiles at a time at most, and in blocks so large that a filter's panel is worth loading. */
const MOST_TILES = 48;
const FEW_TILES = 16;

// As kernels/winograd.h has them, in floats.
function tileStride(channels: number): number {
  const lines = Math.ceil(channels / 16);
  return (lines % 8 === 0 ? lines + 1 : lines) * 16;
}
function planeStride(tiles: number, channels: number): number {
  return Math.ceil(tiles / 12) * 12 * tileStride(channels) + 16;
}

/** Tiles of an image's outputs; of pooled ones those of whole windows. */
export function countTiles(info: Conv2DInfo, m: WinogradTile, pooled: boolean): number {
  const side = sideOf(m);
  const along = (size: number) => Math.ceil((pooled ? Math.floor(size / 2) * 2 : size) / side);
  return along(info.outHeight) * along(info.outWidth);
}

/** `n` in equal blocks of at most `most`, and in at least `least` blocks if they stay large enough. */
function blockSize(n: number, most: number, least: number): number {
  const wanted = Math.min(least, Math.ceil(n / FEW_TILES));
  return Math.ceil(n / Math.max(1, wanted, Math.ceil(n / most)));
}

/** Whether Winograd's method is for this convolution at all. */
function isWinogradShape(info: Conv2DInfo): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const { dilationHeight, dilationWidth } = info;
  const ones = strideHeight * strideWidth * dilationHeight * dilationWidth === 1;
  return ones && filterHeight === 3 && filterWidth === 3;
}

/**
 * The same of a pooled forward pass by tiles that are not the pool's windows: in whole images, whose outputs stay in
 * cache until they are pooled.
 */
function planImages(
  info: Conv2DInfo,
  m: WinogradTile,
  perImage: number,
  most: number,
): WinogradPlan | undefined {
  const { batchSize: batch, inChannels: C, outChannels: N } = info;
  const frequencies = frequenciesOf(m);
  const image = perImage * (sideOf(m) ** 2 + 1) * Math.ceil(N / 16) * 16 + 64;
  const images = blockSize(batch, Math.max(1, Math.floor(most / perImage)), 4);
  const tilesAtOnce = images * perImage;
  const blocks = frequencies * (planeStride(tilesAtOnce, C) + planeStride(tilesAtOnce, N));
  const spare = Math.max(image, frequencies * Math.max(C, N)) + 128;
  if (image * 4 > IMAGE_BYTES || (blocks + spare) * 4 > SCRATCH_BYTES) return undefined;
  const cost = batch * perImage * frequencies * C * N;
  return { m, tilesAtOnce, slabs: 1, chunks: chunksFor(Math.ceil(batch / images), cost) };
}

/** The plan with tiles of m x m outputs; undefined if its blocks do not fit scratch. */
export function planWithTile(
  info: Conv2DInfo,
  pass: ConvolutionPass,
  pooled: boolean,
  m: WinogradTile,
): WinogradPlan | undefined {
  const { batchSize: batch, inChannels: C, outChannels: N } = info;
  const frequencies = frequenciesOf(m);
  const perImage = countTiles(info, m, pooled);
  const tiles = batch * perImage;
  if (!isWinogradShape(info) || tiles === 0 || tiles > 2 ** 30) return undefined;
  const perTile = frequencies * (tileStride(C) + tileStride(N)) * 4;
  const most = Math.max(12, Math.min(MOST_TILES, Math.floor(BLOCK_BYTES / perTile / 12) * 12));
  // A patch of pixels at an image's edge, a row of sums, and what vectors overrun.
  const fixed = (frequencies + 1) * Math.ceil(Math.max(C, N) / 16) * 16 + 128;
  const blocks = (at: number) => frequencies * (planeStride(at, C) + planeStride(at, N));
  const fits = (floats: number) => (fixed + floats) * 4 <= SCRATCH_BYTES;

  if (pass === 'forward' && pooled && m > 2) return planImages(info, m, perImage, most);
  if (pass === 'forward') {
    const tilesAtOnce = blockSize(tiles, most, 4);
    const cost = tiles * frequencies * C * N;
    const chunks = chunksFor(Math.ceil(tiles / tilesAtOnce), cost);
    return fits(blocks(tilesAtOnce)) ? { m, tilesAtOnce, slabs: 1, chunks } : undefined;
  }
  if (pass === 'input') {
    const slabs = batch >= 8 ? 1 : Math.min(8, Math.ceil(C / 64));
    // Few shares of many tiles, since a block's last register tile is seldom full: 16 instead of 32 take a
    // tenth less time.
    const shares = Math.min(16, batch, Math.max(1, Math.floor(tiles / 24)));
    const even = blockSize(Math.ceil(batch / shares) * perImage, most, 1);
    const tilesAtOnce = Math.ceil(even / 12) * 12;
    const chunks = shares * slabs;
    return fits(blocks(tilesAtOnce)) ? { m, tilesAtOnce, slabs, chunks } : undefined;
  }
  // A share costs the transform of its sums, as much as some five tiles; a slab the transform of all
  // gradients once more. Four chunks at least, if there is enough to do.
  const shares = Math.max(1, Math.min(8, Math.floor(tiles / 64)));
  for (let slabs = 1; ; slabs++) {
    const slab = Math.ceil(C / slabs / 16) * 16;
    const tilesAtOnce = blockSize(Math.ceil(tiles / shares), most, 1);
    const sums = frequencies * planeStride(slab, N);
    const enough = shares * slabs >= 4 || slab <= 32;
    if (fits(blocks(tilesAtOnce) + sums) && enough)
      return { m, tilesAtOnce, slabs, chunks: shares * slabs };
    if (slab <= 16) return undefined;
  }
}

// What a pass costs, in multiply-adds at the rate of a full register tile, as measured on one thread
// (EPYC Zen 5, 128 bits with FMA, Node 20, 2026-11; useful GFLOP/s, direct -> Winograd's better tile):
//   batch, image, channels       forward     dX          dW
//   64, 28 x 28, 32 -> 64        48 ->  97   48 -> 104   25 -> 107
//   64, 13 x 13, 32 -> 64        49 ->  97   46 ->  94   38 ->  95   (pooled forward 59 -> 116)
//   64,  5 x  5, 64 -> 64        51 -> 116   37 -> 107   35 -> 111
//   32, 18 x 18, 16 -> 16        42 ->  68   31 ->  64   45 ->  74
//   32, 18 x 18,  8 ->  8        30 ->  42   16 ->  39   50 ->  50
//    1,  8 x  8, 64 -> 64        50 ->  66   35 ->  43   41 ->  50
//    1,  5 x  5, 64 -> 64        36 ->  25   16 ->  13   24 ->  17
//   16,  3 x  3, 64 -> 64        49 ->  20   10 ->  13   17 ->  17
// And by tile, F(2x2), F(3x3), F(4x4), dX and dW (EPYC Zen 4, at 128 bits and at 512):
//   64, 26 x 26, 64 -> 32        87, 121, 133 and 85, 122, 128   189, 238, 302 and 202, 275, 266
//   32, 32 x 32, 32 -> 32        85,  97, 138 and 94, 107, 140   167, 225, 265 and 192, 240, 296
//   64,  5 x  5, 64 -> 64        51, 134,  82 and 29,  91,  56    97, 241, 126 and 101, 215, 138
/** A tile's transforms, a frequency and a channel or filter. */
const TRANSFORM = { 2: 8, 3: 11, 4: 13, 5: 16, 8: 16 } as const;
/** A filter's transform, a frequency, channel and filter. */
const FILTER = 6;
/** What the direct kernels cost beside the products, a kernel tap, output pixel and channel. */
const DIRECT: Readonly<Record<ConvolutionPass, number>> = { forward: 6, input: 11, filter: 2 };
/** The same of windows of few channels, forward, an output pixel and filter. */
const NARROW = 25;

function directCost(info: Conv2DInfo, pass: ConvolutionPass, pooled: boolean): number {
  const { batchSize, inChannels: C, outChannels: N, outHeight, outWidth } = info;
  const pixels = batchSize * (pooled ? 4 * countTiles(info, 2, true) : outHeight * outWidth);
  const narrow = pass === 'forward' && C < 6 ? NARROW * N : 0;
  return pixels * (9 * C * (N + DIRECT[pass]) + narrow);
}

function winogradCost(info: Conv2DInfo, pooled: boolean, m: WinogradTile): number {
  const { batchSize, inChannels: C, outChannels: N } = info;
  const tiles = batchSize * countTiles(info, m, pooled);
  return frequenciesOf(m) * (tiles * (C * N + TRANSFORM[m] * (C + N)) + FILTER * C * N);
}

/**
 * Outputs along a side from which on all but `'all'` takes less exact tiles for the input's gradient and, of twice as
 * many, for a pooled forward pass that is learned from. Runs that strayed farther than float32 itself does, in 20
 * steps of 32 models and optimizers on 24 orders of the images within a batch (`npm run test:orders`), of 768: 9
 * natively at 512 bits, 24 in WebAssembly, 40 without FMA; with everything summed directly 18 natively and 45 without
 * FMA, and with the input's gradient by six products a side instead of five 10, 13 and 61. In the images' own order,
 * which a test holds, no run strays on any build; by each of some fifty other ways to round F(3x3), as exact, one to
 * three do on some build. EIGHT with sums in one go instead of `DEPTH` (kernels/winograd.h) had 29 in WebAssembly,
 * and small pooled layers by F(5x5) have 85, 72 and 160, although the layer's own decisions are checked.
 */
const LARGE = 8;

/** The tiles that may be taken, by accuracy. */
function tilesFor(
  { inChannels, outHeight, outWidth }: Conv2DInfo,
  pass: ConvolutionPass,
  pooled: boolean,
  use: WinogradUse,
  exact: boolean,
): readonly WinogradTile[] {
  const small = Math.min(outHeight, outWidth) < (pooled ? 2 * LARGE : LARGE);
  // Of few channels the transforms of larger tiles would be most of the work.
  if (pooled && inChannels < 4) return [2];
  if (pooled) return exact ? (small ? [2, 8] : [2, 4]) : [2, 4, 5];
  return pass === 'input' && small && use !== 'all' ? [2, 3] : [2, 3, 4];
}

/**
 * Whether Winograd's method is the fastest for this convolution, and with which tiles: the least of
 * three costs, by shape alone.
 *
 * @param learned For a forward pass: whether gradients of it may be asked for, and with which activation.
 * @returns undefined where the direct kernel is.
 */
export function planWinograd(
  info: Conv2DInfo,
  pass: ConvolutionPass,
  pooled: boolean,
  use: WinogradUse = 'all',
  learned?: number,
): WinogradPlan | undefined {
  const exact = pass === 'forward' && learned !== undefined && use !== 'all';
  if (use === 'off' || (exact && (use !== 'checked' || learned !== Activation.relu)))
    return undefined;
  const best = cheapest(info, pass, pooled, tilesFor(info, pass, pooled, use, exact));
  return best !== undefined && exact ? { ...best, checked: true } : best;
}

/**
 * The same of a forward pass whose decisions are made, and checked, behind a batch normalisation.
 *
 * @param pooled Whether a 2 x 2 pool decides too: then tiles are of whole windows.
 */
export function planUnsettled(
  info: Conv2DInfo,
  pooled: boolean,
  use: WinogradUse,
): WinogradPlan | undefined {
  return use === 'checked'
    ? cheapest(info, 'forward', false, pooled ? [2, 4] : [2, 3, 4])
    : undefined;
}

function cheapest(
  info: Conv2DInfo,
  pass: ConvolutionPass,
  pooled: boolean,
  tiles: readonly WinogradTile[],
): WinogradPlan | undefined {
  if (!isWinogradShape(info)) return undefined;
  let best: WinogradPlan | undefined;
  let least = directCost(info, pass, pooled);
  for (const m of tiles) {
    const cost = winogradCost(info, pooled, m);
    if (cost >= least) continue;
    const plan = planWithTile(info, pass, pooled, m);
    if (plan === undefined) continue;
    best = plan;
    least = cost;
  }
  return best;
}
