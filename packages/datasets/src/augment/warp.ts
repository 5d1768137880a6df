import type { FillOptions, ImageShape } from './augmentation.js';
import { checkFill, checkImage } from './check-image.js';

/** The place in the source that an output pixel comes from: `[x, y]`, pixel centres are whole. */
export type Warp = (x: number, y: number) => readonly [x: number, y: number];

/**
 * Samples an image at other places, between pixels by bilinear interpolation.
 *
 * @param image - bytes, `height * width * channels`
 * @param source - for each output pixel the place to look at
 * @returns a new image of the same shape
 * @throws RangeError if the bytes do not match the shape, or `fill` is an unknown mode
 * @example
 * ```ts
 * // Everything one pixel to the right.
 * const moved = warpImage(image, [28, 28, 1], (x, y) => [x - 1, y]);
 * ```
 */
export function warpImage(
  image: Uint8Array,
  shape: ImageShape,
  source: Warp,
  options: FillOptions = {},
): Uint8Array {
  const [height, width, channels] = shape;
  const { fill = 'constant', fillValue = 0 } = options;
  checkImage('warpImage', image, shape);
  checkFill('warpImage', fill);
  const out = new Uint8Array(image.length);
  /** Offset of a pixel, or -1 for one that is filled. */
  const offset = (x: number, y: number): number => {
    let [column, row] = [x, y];
    if (column < 0 || column >= width || row < 0 || row >= height) {
      if (fill === 'constant') return -1;
      column = fill === 'nearest' ? clamp(column, width) : mirror(column, width);
      row = fill === 'nearest' ? clamp(row, height) : mirror(row, height);
    }
    return (row * width + column) * channels;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [sx, sy] = source(x, y);
      const left = Math.floor(sx);
      const top = Math.floor(sy);
      const fx = sx - left;
      const fy = sy - top;
      const a = offset(left, top);
      const b = offset(left + 1, top);
      const c = offset(left, top + 1);
      const d = offset(left + 1, top + 1);
      const target = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) {
        const va = a < 0 ? fillValue : image[a + channel]!;
        const vb = b < 0 ? fillValue : image[b + channel]!;
        const vc = c < 0 ? fillValue : image[c + channel]!;
        const vd = d < 0 ? fillValue : image[d + channel]!;
        const upper = va + (vb - va) * fx;
        const lower = vc + (vd - vc) * fx;
        out[target + channel] = Math.round(upper + (lower - upper) * fy);
      }
    }
  }
  return out;
}

function clamp(i: number, size: number): number {
  return Math.min(size - 1, Math.max(0, i));
}

/** The edge pixel is repeated: … b a | a b c | c b … */
function mirror(i: number, size: number): number {
  const period = 2 * size;
  const inside = ((i % period) + period) % period;
  return inside < size ? inside : period - 1 - inside;
}
