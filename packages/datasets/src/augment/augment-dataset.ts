import { createImageDataset, type ImageDataset } from '../image-dataset.js';
import { augmentImage } from './augment-image.js';
import type { Augmentation } from './augmentation.js';

/**
 * Every image of a dataset changed at random once, for a gallery or a larger set.
 *
 * While training, give the steps to `batches` instead: then each epoch changes images anew.
 *
 * @param options - `seed`: decides everything (default 0); `epoch`: as in `batches` (default 0)
 * @returns a new dataset of the same size; labels are shared
 * @example
 * ```ts
 * const more = concat(train, augmentDataset(train, [{ kind: 'shift', x: 0.1, y: 0.1 }]));
 * ```
 */
export function augmentDataset(
  dataset: ImageDataset,
  steps: readonly Augmentation[],
  options: { readonly seed?: number; readonly epoch?: number } = {},
): ImageDataset {
  const { seed = 0, epoch = 0 } = options;
  const [count, height, width, channels] = dataset.shape;
  const size = height * width * channels;
  const images = new Uint8Array(dataset.images.length);
  for (let i = 0; i < count; i++) {
    const image = dataset.images.subarray(i * size, (i + 1) * size);
    const changed = augmentImage(image, [height, width, channels], steps, {
      seed: [seed, epoch, i],
    });
    images.set(changed, i * size);
  }
  return createImageDataset({ ...dataset, images });
}
