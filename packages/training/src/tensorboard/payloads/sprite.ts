/** TensorBoard's limit for the side of a sprite. */
const MAX_SIDE_PIXELS = 8192;

/** A picture of many small pictures, row by row in a square grid. */
export interface Sprite {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/**
 * Lays images out as TensorBoard's projector expects: from the left to the right, then from the
 * top to the bottom, `ceil(sqrt(count))` in a row; what is left over stays black.
 *
 * @param data NHWC bytes
 * @throws RangeError if the sprite were wider or higher than 8192 pixels
 */
export function spriteOf(
  data: Uint8Array,
  shape: readonly [count: number, height: number, width: number, channels: number],
): Sprite {
  const [count, height, width, channels] = shape;
  const columns = Math.ceil(Math.sqrt(count));
  const sprite = { width: columns * width, height: columns * height, channels };
  if (Math.max(sprite.width, sprite.height) > MAX_SIDE_PIXELS) {
    throw new RangeError(
      `spriteOf: a sprite must be at most ${MAX_SIDE_PIXELS} pixels wide and high; received ${count} images of ${height}x${width}, which make ${sprite.height}x${sprite.width}. Take fewer points or smaller images.`,
    );
  }
  if (data.length !== count * height * width * channels) {
    throw new RangeError(
      `spriteOf: data must hold ${count * height * width * channels} bytes for shape [${shape.join(', ')}]; received ${data.length}.`,
    );
  }
  const pixels = new Uint8Array(sprite.width * sprite.height * channels);
  const rowBytes = width * channels;
  for (let i = 0; i < count; i++) {
    const left = (i % columns) * rowBytes;
    const top = Math.floor(i / columns) * height;
    for (let y = 0; y < height; y++) {
      const from = (i * height + y) * rowBytes;
      pixels.set(data.subarray(from, from + rowBytes), (top + y) * sprite.width * channels + left);
    }
  }
  return { pixels, ...sprite };
}
