import { exp } from '../internal/elementary.js';
import type { FillOptions, ImageShape } from './augmentation.js';
import { warpImage } from './warp.js';

/**
 * Moves each pixel by its own displacement.
 *
 * @param dx - how far to the right of itself each output pixel looks: `height * width` numbers
 * @param dy - likewise downwards
 * @see P. Simard et al., Best practices for convolutional neural networks, 2003
 */
export function elasticImage(
  image: Uint8Array,
  shape: ImageShape,
  dx: ArrayLike<number>,
  dy: ArrayLike<number>,
  options: FillOptions = {},
): Uint8Array {
  const width = shape[1];
  const source = (x: number, y: number) => {
    const i = y * width + x;
    return [x + dx[i]!, y + dy[i]!] as const;
  };
  return warpImage(image, shape, source, options);
}

/**
 * A random field smoothed by a Gaussian, scaled so that its largest value is `strength`.
 *
 * @param noise - `height * width` numbers; a field of zeros stays one
 */
export function smoothField(
  noise: Float64Array,
  height: number,
  width: number,
  smoothness: number,
  strength: number,
): Float64Array {
  const kernel = gaussian(smoothness);
  const rows = convolve(noise, height, width, kernel, 1, width);
  const field = convolve(rows, height, width, kernel, width, height);
  const largest = field.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest === 0 ? field : field.map((value) => (value * strength) / largest);
}

function gaussian(sigma: number): Float64Array {
  const radius = Math.max(1, Math.ceil(3 * sigma));
  const kernel = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    exp((-(i - radius) * (i - radius)) / (2 * sigma * sigma)),
  );
  const sum = kernel.reduce((a, b) => a + b, 0);
  return kernel.map((value) => value / sum);
}

/** Along one axis (`stride` apart, `length` long); beyond the edge there is nothing. */
function convolve(
  field: Float64Array,
  height: number,
  width: number,
  kernel: Float64Array,
  stride: number,
  length: number,
): Float64Array {
  const radius = (kernel.length - 1) / 2;
  const out = new Float64Array(field.length);
  for (let i = 0; i < height * width; i++) {
    const position = stride === 1 ? i % width : Math.floor(i / width);
    let sum = 0;
    for (let k = -radius; k <= radius; k++) {
      if (position + k < 0 || position + k >= length) continue;
      sum += kernel[k + radius]! * field[i + k * stride]!;
    }
    out[i] = sum;
  }
  return out;
}
