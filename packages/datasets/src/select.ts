import { RandomState } from '@cnnkit/random';
import { createImageDataset, type ImageDataset } from './image-dataset.js';
import { subset } from './subset.js';

/**
 * The images for which a test holds, in their order; the classes stay as they are.
 *
 * @param keep - given the label and the position of each image
 * @example
 * ```ts
 * const even = filter(train, (label) => label % 2 === 0);
 * ```
 */
export function filter(
  dataset: ImageDataset,
  keep: (label: number, index: number) => boolean,
): ImageDataset {
  const indices: number[] = [];
  dataset.labels.forEach((label, index) => {
    if (keep(label, index)) indices.push(index);
  });
  return subset(dataset, indices);
}

/**
 * The images of some classes, numbered anew from 0 in the order given.
 *
 * @param classes - names or indices of classes, each once
 * @throws RangeError if a class does not exist or comes twice
 * @example
 * ```ts
 * const pets = selectClasses(cifar10.train, ['cat', 'dog']); // cat is 0, dog is 1
 * ```
 */
export function selectClasses(
  dataset: ImageDataset,
  classes: readonly (string | number)[],
): ImageDataset {
  const { classNames } = dataset;
  const wanted = classes.map((one) => (typeof one === 'number' ? one : classNames.indexOf(one)));
  wanted.forEach((index, i) => {
    if (classNames[index] === undefined || wanted.indexOf(index) !== i) {
      throw new RangeError(
        `selectClasses: classes must be different ones of ${classNames.join(', ')} ` +
          `(or 0 to ${classNames.length - 1}); received ${JSON.stringify(classes[i])}.`,
      );
    }
  });
  const chosen = filter(dataset, (label) => wanted.includes(label));
  return createImageDataset({
    ...chosen,
    labels: chosen.labels.map((label) => wanted.indexOf(label)),
    classNames: wanted.map((index) => classNames[index]!),
  });
}

/**
 * The same number of images of each class, drawn at random, in their order in the dataset.
 *
 * @param perClass - how many of each
 * @param options - `seed`: decides which (default 0)
 * @throws RangeError if a class has fewer
 * @example
 * ```ts
 * const few = balancedSample(train, 100, { seed: 1 });
 * ```
 */
export function balancedSample(
  dataset: ImageDataset,
  perClass: number,
  options: { readonly seed?: number } = {},
): ImageDataset {
  if (!Number.isSafeInteger(perClass) || perClass < 0) {
    throw new RangeError(`balancedSample: perClass must be a whole number; received ${perClass}.`);
  }
  const random = new RandomState(options.seed ?? 0);
  const ofClass: number[][] = dataset.classNames.map(() => []);
  dataset.labels.forEach((label, index) => void ofClass[label]!.push(index));
  const indices = ofClass.flatMap((all, label) => {
    if (all.length < perClass) {
      throw new RangeError(
        `balancedSample: perClass must be at most the images of each class; received ${perClass}, ` +
          `but ${dataset.classNames[label]} has ${all.length}.`,
      );
    }
    const order = random.permutation(all.length);
    return Array.from({ length: perClass }, (_, i) => all[order[i]!]!);
  });
  return subset(
    dataset,
    indices.sort((a, b) => a - b),
  );
}

/**
 * Datasets one after the other.
 *
 * @throws RangeError if there is none, or shapes or class names differ
 * @example
 * ```ts
 * const all = concat(mnist.train, mnist.test);
 * ```
 */
export function concat(...datasets: readonly ImageDataset[]): ImageDataset {
  const first = datasets[0];
  if (first === undefined) {
    throw new RangeError('concat: datasets must be one or more; received none.');
  }
  const kind = ({ shape, classNames }: ImageDataset) =>
    `images of ${shape.slice(1).join(' x ')}, classes ${classNames.join(', ')}`;
  for (const other of datasets) {
    if (kind(other) !== kind(first)) {
      throw new RangeError(
        `concat: datasets must be alike; received ${kind(first)}, and ${kind(other)}.`,
      );
    }
  }
  const count = datasets.reduce((sum, { shape }) => sum + shape[0], 0);
  const [, height, width, channels] = first.shape;
  const images = new Uint8Array(count * height * width * channels);
  const labels = new Int32Array(count);
  let at = 0;
  for (const dataset of datasets) {
    images.set(dataset.images, at * height * width * channels);
    labels.set(dataset.labels, at);
    at += dataset.shape[0];
  }
  return createImageDataset({ ...first, images, labels, shape: [count, height, width, channels] });
}

/**
 * Each image changed by a function, which may give it another shape.
 *
 * @param change - given the bytes of an image (a view), its label and position; returns the new
 *   bytes, which are copied
 * @param shape - `[height, width, channels]` of what it returns. Default: as before
 * @throws RangeError if a returned image has another length
 * @example
 * ```ts
 * const inverted = map(train, (image) => image.map((value) => 255 - value));
 * ```
 */
export function map(
  dataset: ImageDataset,
  change: (image: Uint8Array, label: number, index: number) => Uint8Array,
  shape?: readonly [height: number, width: number, channels: number],
): ImageDataset {
  const [count, ...before] = dataset.shape;
  const [height, width, channels] = shape ?? (before as [number, number, number]);
  const from = dataset.images.length / Math.max(1, count);
  const to = height * width * channels;
  const images = new Uint8Array(count * to);
  for (let i = 0; i < count; i++) {
    const changed = change(
      dataset.images.subarray(i * from, (i + 1) * from),
      dataset.labels[i]!,
      i,
    );
    if (changed.length !== to) {
      throw new RangeError(
        `map: change must return ${to} bytes (${height} x ${width} x ${channels}); ` +
          `received ${changed.length} for image ${i}.`,
      );
    }
    images.set(changed, i * to);
  }
  return createImageDataset({ ...dataset, images, shape: [count, height, width, channels] });
}
