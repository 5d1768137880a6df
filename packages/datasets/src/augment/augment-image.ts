import { RandomState } from '@cnnkit/random';
import type { AffineMatrix } from './affine.js';
import { affineImage, compose, rotation, shearing, translation, zooming } from './affine.js';
import type { Augmentation, FillOptions, ImageShape } from './augmentation.js';
import { checkImage } from './check-image.js';
import { elasticImage, smoothField } from './elastic.js';
import {
  addNoise,
  adjustBrightness,
  adjustContrast,
  cropPadded,
  cutout,
  flipImage,
} from './pixels.js';

/** Where the randomness of {@link augmentImage} comes from. */
export interface AugmentImageOptions {
  /** A number, or several that together name this image in this epoch. */
  readonly seed: number | readonly number[];
}

/**
 * Changes an image at random: bytes in, bytes out, the same for the same seed.
 *
 * Geometric steps that follow each other (shift, rotate, shear, zoom) are joined into one, so the
 * image is interpolated once and does not get blurred.
 *
 * @param image - bytes, `height * width * channels`; left as it is
 * @param steps - what to do, in this order
 * @returns a new image of the same shape
 * @throws RangeError if the bytes do not match the shape, or a step has an unknown kind or a number out of its range
 * @example
 * ```ts
 * const other = augmentImage(image, [28, 28, 1], [{ kind: 'rotate', degrees: 10 }], { seed: 1 });
 * ```
 */
export function augmentImage(
  image: Uint8Array,
  shape: ImageShape,
  steps: readonly Augmentation[],
  options: AugmentImageOptions,
): Uint8Array {
  checkImage('augmentImage', image, shape);
  const { seed } = options;
  const random = new RandomState(typeof seed === 'number' ? [seed] : seed);
  let result = image;
  let pending: AffineMatrix | undefined;
  let fill: FillOptions = {};
  const settle = () => {
    if (pending !== undefined) result = affineImage(result, shape, pending, fill);
    pending = undefined;
  };
  for (const step of steps) {
    const matrix = matrixOf(step, shape, random);
    if (matrix !== undefined) {
      const own = step as FillOptions;
      if (pending !== undefined && (own.fill !== fill.fill || own.fillValue !== fill.fillValue)) {
        settle();
      }
      pending = pending === undefined ? matrix : compose(pending, matrix);
      fill = own;
      continue;
    }
    settle();
    result = change(result, shape, step, random);
  }
  settle();
  return result === image ? image.slice() : result;
}

function matrixOf(
  step: Augmentation,
  shape: ImageShape,
  random: RandomState,
): AffineMatrix | undefined {
  const either = (most: number) => most * (2 * random.randomSample() - 1);
  switch (step.kind) {
    case 'shift':
      return translation(
        either(part(step.kind, 'x', step.x ?? 0)) * shape[1],
        either(part(step.kind, 'y', step.y ?? 0)) * shape[0],
      );
    case 'rotate':
      return rotation(either(within(step.kind, 'degrees', step.degrees, 0, 360)));
    case 'shear': {
      const x = within(step.kind, 'x', step.x ?? 0, 0, 10);
      const y = within(step.kind, 'y', step.y ?? 0, 0, 10);
      return shearing(either(x), either(y));
    }
    case 'zoom': {
      const min = within(step.kind, 'min', step.min, 0.01, 100);
      const max = within(step.kind, 'max', step.max, min, 100);
      return zooming(min + (max - min) * random.randomSample());
    }
    default:
      return undefined;
  }
}

function change(
  image: Uint8Array,
  shape: ImageShape,
  step: Augmentation,
  random: RandomState,
): Uint8Array {
  const [height, width] = shape;
  const either = (most: number) => most * (2 * random.randomSample() - 1);
  switch (step.kind) {
    case 'flip': {
      // Both are drawn, so that a setting does not change what comes after it.
      const [across, down] = [random.randomSample() < 0.5, random.randomSample() < 0.5];
      const once = step.horizontal && across ? flipImage(image, shape, 'horizontal') : image;
      return step.vertical && down ? flipImage(once, shape, 'vertical') : once;
    }
    case 'crop': {
      const padding = within(step.kind, 'padding', step.padding, 0, 10_000);
      const place = () => Math.floor(random.randomSample() * (2 * padding + 1));
      return cropPadded(image, shape, padding, place(), place(), step);
    }
    case 'brightness':
      return adjustBrightness(image, either(part(step.kind, 'by', step.by)));
    case 'contrast':
      return adjustContrast(image, 1 + either(part(step.kind, 'by', step.by)));
    case 'noise': {
      const deviation = part(step.kind, 'deviation', step.deviation);
      return addNoise(
        image,
        random.standardNormal(image.length).map((d) => d * deviation),
      );
    }
    case 'cutout': {
      const size = within(step.kind, 'size', step.size, 0, 10_000);
      // The centre lies in the image (DeVries and Taylor 2017).
      const left = Math.floor(random.randomSample() * width) - Math.floor(size / 2);
      const top = Math.floor(random.randomSample() * height) - Math.floor(size / 2);
      return cutout(image, shape, { left, top, size }, step.value);
    }
    case 'elastic': {
      const strength = within(step.kind, 'strength', step.strength, 0, 1000);
      const smoothness = within(step.kind, 'smoothness', step.smoothness, 0.1, 100);
      const field = () => {
        const noise = Float64Array.from(random.randomSample(height * width), (v) => 2 * v - 1);
        return smoothField(noise, height, width, smoothness, strength);
      };
      return elasticImage(image, shape, field(), field(), step);
    }
    default:
      throw new RangeError(
        'augmentImage: kind must be shift, rotate, shear, zoom, flip, crop, brightness, contrast, ' +
          `noise, cutout or elastic; received ${JSON.stringify((step as { kind?: unknown }).kind)}.`,
      );
  }
}

function part(kind: string, name: string, value: number): number {
  return within(kind, name, value, 0, 1);
}

function within(kind: string, name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new RangeError(
    `augmentImage: ${name} of ${kind} must lie in ${least} to ${most}; received ${value}.`,
  );
}
