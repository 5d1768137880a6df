import type { FillMode, ImageShape } from './augmentation.js';

const FILL_MODES: readonly string[] = ['constant', 'nearest', 'reflect'] satisfies FillMode[];

/** Refuses bytes that are not those of an image of the shape. */
export function checkImage(caller: string, image: Uint8Array, shape: ImageShape): void {
  const [height, width, channels] = shape;
  if (image.length === height * width * channels) return;
  throw new RangeError(
    `${caller}: image must hold ${height * width * channels} bytes (${height} x ${width} x ` +
      `${channels}); received ${image.length}.`,
  );
}

/** Refuses a way to fill that does not exist. */
export function checkFill(caller: string, fill: string): void {
  if (FILL_MODES.includes(fill)) return;
  throw new RangeError(
    `${caller}: fill must be one of ${FILL_MODES.join(', ')}; received ${JSON.stringify(fill)}.`,
  );
}
