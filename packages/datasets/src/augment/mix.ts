import type { RandomState } from '@cnnkit/random';
import { exp, log } from '../internal/elementary.js';
import type { ImageShape } from './augmentation.js';
import { checkImage } from './check-image.js';

/** Blending of images within a batch, and of their labels. */
export interface MixOptions {
  /** `'mixup'` blends whole images, `'cutmix'` pastes a rectangle of another one. */
  readonly kind: 'mixup' | 'cutmix';
  /** Both parameters of the Beta distribution of the share; 0.2 for mixup, 1 for cutmix is usual. */
  readonly alpha: number;
}

/** Images of a batch with one-hot labels; both are changed in place by {@link mixBatch}. */
export interface MixableBatch {
  readonly images: Uint8Array;
  readonly ys: Float32Array;
}

/**
 * Two images blended, `share` of the first: `share * a + (1 - share) * b`, rounded to bytes.
 *
 * @see H. Zhang et al., mixup: beyond empirical risk minimization, 2018
 */
export function mixup(a: Uint8Array, b: Uint8Array, share: number): Uint8Array {
  if (a.length !== b.length) {
    throw new RangeError(
      `mixup: images must be of one size; received ${a.length} and ${b.length} bytes.`,
    );
  }
  return a.map((value, i) => Math.round(share * value + (1 - share) * b[i]!));
}

/**
 * The first image with a rectangle of the second one pasted at the same place.
 *
 * @see S. Yun et al., CutMix, 2019
 */
export function cutmix(
  a: Uint8Array,
  b: Uint8Array,
  shape: ImageShape,
  box: { left: number; top: number; right: number; bottom: number },
): Uint8Array {
  checkImage('cutmix', a, shape);
  checkImage('cutmix', b, shape);
  const [, width, channels] = shape;
  const out = a.slice();
  for (let y = box.top; y < box.bottom; y++) {
    const start = (y * width + box.left) * channels;
    const end = (y * width + box.right) * channels;
    out.set(b.subarray(start, end), start);
  }
  return out;
}

/** Blends each image with one of a random order of the same batch, one share for all of them. */
export function mixBatch(
  batch: MixableBatch,
  shape: readonly [n: number, height: number, width: number, channels: number],
  classes: number,
  options: MixOptions,
  random: RandomState,
): void {
  const [n, height, width, channels] = shape;
  const size = height * width * channels;
  const { kind, alpha } = options;
  if (kind !== 'mixup' && kind !== 'cutmix') {
    throw new RangeError(
      `mix: kind must be 'mixup' or 'cutmix'; received ${JSON.stringify(kind)}.`,
    );
  }
  if (!(alpha > 0 && alpha <= 100)) {
    throw new RangeError(`mix: alpha must lie above 0, up to 100; received ${alpha}.`);
  }
  let share = beta(alpha, random);
  const partners = random.permutation(n);
  const before = { images: batch.images.slice(), ys: batch.ys.slice() };
  const image = (i: number) => before.images.subarray(i * size, (i + 1) * size);
  const box = kind === 'cutmix' ? randomBox(height, width, share, random) : undefined;
  if (box !== undefined) {
    // The box is cut at the edges, so the share is that of the pixels that remain.
    share = 1 - ((box.right - box.left) * (box.bottom - box.top)) / (height * width);
  }
  for (let i = 0; i < n; i++) {
    const other = partners[i]!;
    const mixed =
      box === undefined
        ? mixup(image(i), image(other), share)
        : cutmix(image(i), image(other), [height, width, channels], box);
    batch.images.set(mixed, i * size);
    for (let c = 0; c < classes; c++) {
      batch.ys[i * classes + c] =
        share * before.ys[i * classes + c]! + (1 - share) * before.ys[other * classes + c]!;
    }
  }
}

function randomBox(height: number, width: number, share: number, random: RandomState) {
  const side = Math.sqrt(1 - share);
  const x = Math.floor(random.randomSample() * width);
  const y = Math.floor(random.randomSample() * height);
  const halfWidth = Math.floor((width * side) / 2);
  const halfHeight = Math.floor((height * side) / 2);
  return {
    left: Math.max(0, x - halfWidth),
    right: Math.min(width, x + halfWidth),
    top: Math.max(0, y - halfHeight),
    bottom: Math.min(height, y + halfHeight),
  };
}

/** A draw of Beta(alpha, alpha) as the quotient of two Gamma draws. */
function beta(alpha: number, random: RandomState): number {
  const a = gamma(alpha, random);
  const b = gamma(alpha, random);
  // Both vanish for a tiny alpha, whose draws are all but 0 or 1.
  return a + b === 0 ? Math.round(random.randomSample()) : a / (a + b);
}

/** Marsaglia and Tsang 2000; below 1 by the usual boost. */
function gamma(alpha: number, random: RandomState): number {
  if (alpha < 1) {
    return gamma(alpha + 1, random) * exp(log(1 - random.randomSample()) / alpha);
  }
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.standardNormal();
    const root = 1 + c * x;
    const v = root * root * root;
    if (v <= 0) continue;
    const u = 1 - random.randomSample();
    if (log(u) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
  }
}
