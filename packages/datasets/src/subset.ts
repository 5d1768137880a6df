import { createImageDataset, type ImageDataset } from './image-dataset.js';

/**
 * The images with the given indices, in the order given; an index may come more than once.
 *
 * @param dataset - left as it is
 * @param indices - positions in the dataset, as `trainTestSplit` gives them
 * @returns a new dataset with its own copy of these images and labels
 * @throws RangeError if an index is not a position in the dataset
 * @example
 * ```ts
 * const firstAndThird = subset(train, [0, 2]);
 * ```
 */
export function subset(dataset: ImageDataset, indices: ArrayLike<number>): ImageDataset {
  const [count, height, width, channels] = dataset.shape;
  const size = height * width * channels;
  const images = new Uint8Array(indices.length * size);
  const labels = new Int32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new RangeError(
        `subset: indices must be whole numbers from 0 to ${count - 1}; ` +
          `received ${index} at position ${i}.`,
      );
    }
    images.set(dataset.images.subarray(index * size, (index + 1) * size), i * size);
    labels[i] = dataset.labels[index]!;
  }
  return createImageDataset({
    ...dataset,
    images,
    labels,
    shape: [indices.length, height, width, channels],
  });
}

/**
 * The first `count` images, without copying them.
 *
 * @param dataset - left as it is
 * @param count - how many, from 0; all of them if there are no more
 * @returns a dataset over the same memory
 * @throws RangeError if `count` is not a whole number from 0
 * @example
 * ```ts
 * const few = takeFirst(train, 6000);
 * ```
 */
export function takeFirst(dataset: ImageDataset, count: number): ImageDataset {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`takeFirst: count must be a whole number from 0; received ${count}.`);
  }
  const [all, height, width, channels] = dataset.shape;
  const taken = Math.min(count, all);
  return createImageDataset({
    ...dataset,
    images: dataset.images.subarray(0, taken * height * width * channels),
    labels: dataset.labels.subarray(0, taken),
    shape: [taken, height, width, channels],
  });
}
