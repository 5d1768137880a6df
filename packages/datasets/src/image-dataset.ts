/**
 * Images and labels as plain data: bytes until a batch needs numbers.
 *
 * Nothing here is a class, so a dataset can be posted to a worker or written as JSON and back.
 */
export interface ImageDataset {
  /** Short name, such as `'mnist'`. */
  readonly name: string;
  /** Pixels, NHWC: `count * height * width * channels` bytes, 0 to 255. */
  readonly images: Uint8Array;
  /** Class index of each image: `count` integers from 0 to `classNames.length - 1`. */
  readonly labels: Int32Array;
  /** `[count, height, width, channels]`. */
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
  /** What each class index stands for. */
  readonly classNames: readonly string[];
}

/**
 * Checks that images, labels, shape and class names belong together, and gives them as a dataset.
 *
 * Use it for arrays of your own; the loaders do the same check.
 *
 * @param parts - the fields of an {@link ImageDataset}; `images` and `labels` are kept, not copied
 * @returns a frozen dataset over the same arrays
 * @throws TypeError if a field is of the wrong kind
 * @throws RangeError if lengths do not match the shape or a label is outside the classes
 * @example
 * ```ts
 * const dataset = createImageDataset({
 *   name: 'two-pixels',
 *   images: Uint8Array.of(0, 255),
 *   labels: Int32Array.of(0, 1),
 *   shape: [2, 1, 1, 1],
 *   classNames: ['black', 'white'],
 * });
 * ```
 */
export function createImageDataset(parts: ImageDataset): ImageDataset {
  const { name, images, labels, shape, classNames } = parts;
  if (!(images instanceof Uint8Array)) {
    throw new TypeError(
      `createImageDataset: images must be a Uint8Array; received ${kindOf(images)}. ` +
        'Pixels are bytes from 0 to 255: scale and round real numbers first.',
    );
  }
  if (!(labels instanceof Int32Array)) {
    throw new TypeError(
      `createImageDataset: labels must be an Int32Array; received ${kindOf(labels)}. ` +
        'Use Int32Array.from(labels).',
    );
  }
  if (shape.length !== 4 || shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new RangeError(
      'createImageDataset: shape must be [count, height, width, channels], whole numbers from 0; ' +
        `received [${shape.join(', ')}].`,
    );
  }
  const [count, height, width, channels] = shape;
  const expected = count * height * width * channels;
  if (images.length !== expected) {
    throw new RangeError(
      `createImageDataset: images must hold ${expected} bytes for shape [${shape.join(', ')}]; ` +
        `received ${images.length}.`,
    );
  }
  if (labels.length !== count) {
    throw new RangeError(
      `createImageDataset: labels must match images in number (${count}); ` +
        `received ${labels.length} labels.`,
    );
  }
  const bad = labels.findIndex((label) => label < 0 || label >= classNames.length);
  if (bad !== -1) {
    throw new RangeError(
      `createImageDataset: labels must lie in 0 to ${classNames.length - 1}, one for each class ` +
        `name; received ${labels[bad]} at index ${bad}.`,
    );
  }
  return Object.freeze({
    name,
    images,
    labels,
    shape: Object.freeze([count, height, width, channels] as const),
    classNames: Object.freeze([...classNames]),
  });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value;
}
