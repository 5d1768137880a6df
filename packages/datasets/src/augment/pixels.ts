import type { FillOptions, ImageShape } from './augmentation.js';
import { checkImage } from './check-image.js';
import { warpImage } from './warp.js';

/**
 * The image mirrored left to right (`'horizontal'`) or top to bottom (`'vertical'`).
 *
 * @throws RangeError if the bytes do not match the shape, or the axis is another one
 */
export function flipImage(
  image: Uint8Array,
  shape: ImageShape,
  axis: 'horizontal' | 'vertical',
): Uint8Array {
  checkImage('flipImage', image, shape);
  if (axis !== 'horizontal' && axis !== 'vertical') {
    throw new RangeError(
      `flipImage: axis must be 'horizontal' or 'vertical'; received ${JSON.stringify(axis)}.`,
    );
  }
  const [height, width, channels] = shape;
  const out = new Uint8Array(image.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const fromX = axis === 'horizontal' ? width - 1 - x : x;
      const fromY = axis === 'vertical' ? height - 1 - y : y;
      const from = (fromY * width + fromX) * channels;
      out.set(image.subarray(from, from + channels), (y * width + x) * channels);
    }
  }
  return out;
}

/**
 * A window of the image's size out of the image padded by `padding` pixels on each side.
 *
 * @param left - from 0 to twice the padding; the padding itself gives the image back
 * @param top - likewise
 */
export function cropPadded(
  image: Uint8Array,
  shape: ImageShape,
  padding: number,
  left: number,
  top: number,
  options: FillOptions = {},
): Uint8Array {
  return warpImage(image, shape, (x, y) => [x + left - padding, y + top - padding], options);
}

/** Each byte plus `by` times 255, kept within 0 to 255. */
export function adjustBrightness(image: Uint8Array, by: number): Uint8Array {
  return mapBytes(image, (value) => value + 255 * by);
}

/** The distance of each byte from the mean of the image times `factor`, kept within 0 to 255. */
export function adjustContrast(image: Uint8Array, factor: number): Uint8Array {
  const mean = image.reduce((sum, value) => sum + value, 0) / Math.max(1, image.length);
  return mapBytes(image, (value) => mean + (value - mean) * factor);
}

/** Each byte plus its deviate times 255, kept within 0 to 255. */
export function addNoise(image: Uint8Array, deviates: ArrayLike<number>): Uint8Array {
  return mapBytes(image, (value, i) => value + 255 * deviates[i]!);
}

/** A square of `size` pixels blanked; its corner may lie outside of the image. */
export function cutout(
  image: Uint8Array,
  shape: ImageShape,
  square: { readonly left: number; readonly top: number; readonly size: number },
  value = 0,
): Uint8Array {
  checkImage('cutout', image, shape);
  const [height, width, channels] = shape;
  const out = image.slice();
  const left = Math.max(0, square.left);
  const right = Math.min(width, square.left + square.size);
  const bottom = Math.min(height, square.top + square.size);
  if (left >= right) return out;
  for (let y = Math.max(0, square.top); y < bottom; y++) {
    out.fill(value, (y * width + left) * channels, (y * width + right) * channels);
  }
  return out;
}

function mapBytes(image: Uint8Array, change: (value: number, i: number) => number): Uint8Array {
  const out = new Uint8Array(image.length);
  for (let i = 0; i < image.length; i++) {
    out[i] = Math.min(255, Math.max(0, Math.round(change(image[i]!, i))));
  }
  return out;
}
