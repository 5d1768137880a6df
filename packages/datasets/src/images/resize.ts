import type { ImageShape } from '../augment/augmentation.js';

/**
 * An image in another size, by bilinear interpolation about pixel centres, as
 * `tf.image.resize` does it (without antialiasing) and so Keras's image_dataset_from_directory.
 *
 * @param image - bytes, `height * width * channels`
 * @param size - `[height, width]` of the result, from 1
 * @returns new bytes, rounded; the image itself if it has that size already
 * @example
 * ```ts
 * const small = resizeImage(image, [480, 640, 3], [32, 32]);
 * ```
 */
export function resizeImage(
  image: Uint8Array,
  shape: ImageShape,
  size: readonly [height: number, width: number],
): Uint8Array {
  const [height, width, channels] = shape;
  const [newHeight, newWidth] = size;
  if (height === newHeight && width === newWidth) return image;
  const out = new Uint8Array(newHeight * newWidth * channels);
  const columns = places(width, newWidth);
  const rows = places(height, newHeight);
  let o = 0;
  for (const [top, bottom, fy] of rows) {
    for (const [left, right, fx] of columns) {
      for (let c = 0; c < channels; c++) {
        const at = (y: number, x: number) => image[(y * width + x) * channels + c]!;
        const upper = at(top, left) + (at(top, right) - at(top, left)) * fx;
        const lower = at(bottom, left) + (at(bottom, right) - at(bottom, left)) * fx;
        out[o++] = Math.round(upper + (lower - upper) * fy);
      }
    }
  }
  return out;
}

/** For each new position the two old ones beside it and how far it is on the way. */
function places(from: number, to: number): readonly (readonly [number, number, number])[] {
  return Array.from({ length: to }, (_, i) => {
    const place = ((i + 0.5) * from) / to - 0.5;
    const low = Math.floor(place);
    return [Math.max(0, low), Math.min(from - 1, low + 1), place - low] as const;
  });
}
