import { DatasetError } from '../dataset-error.js';
import { createImageDataset, type ImageDataset } from '../image-dataset.js';
import { cifarMemory, cifarReader } from './cifar-reader.js';

/** How files of CIFAR's binary format are read. */
export interface CifarDatasetOptions {
  /** Name of the dataset. Default: `'cifar'`. */
  readonly name?: string;
  readonly classNames: readonly string[];
  /** Label bytes before each image: 1 as in CIFAR-10, 2 as in CIFAR-100. Default: 1. */
  readonly labelBytes?: 1 | 2;
  /** Which label byte counts: 0 is CIFAR-100's coarse label, 1 its fine one. Default: 0. */
  readonly useLabel?: 0 | 1;
  /** Name of the file, for messages. Default: `'the file'`. */
  readonly file?: string;
}

/**
 * A dataset out of CIFAR's binary format: label bytes, 1024 red, 1024 green, 1024 blue; repeated.
 *
 * @param bytes - a whole file of your own or `data_batch_1.bin`, uncompressed
 * @returns images of 32 x 32 x 3, NHWC, in memory of their own
 * @throws DatasetError `'format'` if the file is cut off or a label has no class
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 * @example
 * ```ts
 * const dataset = datasetFromCifar(bytes, { classNames: ['cat', 'dog'] });
 * ```
 */
export function datasetFromCifar(bytes: Uint8Array, options: CifarDatasetOptions): ImageDataset {
  const { name = 'cifar', classNames, labelBytes = 1, useLabel = 0, file = 'the file' } = options;
  if (useLabel >= labelBytes) {
    throw new RangeError(
      `datasetFromCifar: useLabel must be below labelBytes (${labelBytes}); received ${useLabel}.`,
    );
  }
  const recordBytes = labelBytes + 3072;
  if (bytes.length % recordBytes !== 0) {
    throw new DatasetError(
      'format',
      `datasetFromCifar: ${file} must be a multiple of ${recordBytes} bytes long; ` +
        `it has ${bytes.length}. It is cut off or something else.`,
      { file },
    );
  }
  const kind = { bytes: labelBytes, use: useLabel, classNames };
  const count = bytes.length / recordBytes;
  const memory = cifarMemory(count);
  const reader = cifarReader(count, kind, memory);
  reader.write(bytes, file);
  reader.finish(file);
  return createImageDataset({ name, classNames, ...memory });
}

/**
 * A dataset in CIFAR-10's binary format, which `datasetFromCifar` reads back.
 *
 * @throws RangeError unless images are 32 x 32 x 3 and there are at most 256 classes
 * @example
 * ```ts
 * await writeFile('mine.bin', datasetToCifar(dataset));
 * ```
 */
export function datasetToCifar(dataset: ImageDataset): Uint8Array {
  const [count, height, width, channels] = dataset.shape;
  if (height !== 32 || width !== 32 || channels !== 3 || dataset.classNames.length > 256) {
    throw new RangeError(
      'datasetToCifar: images must be 32 x 32 x 3, of at most 256 classes; ' +
        `received ${height} x ${width} x ${channels}, ${dataset.classNames.length} classes.`,
    );
  }
  const bytes = new Uint8Array(count * 3073);
  for (let i = 0; i < count; i++) {
    bytes[i * 3073] = dataset.labels[i]!;
    for (let channel = 0; channel < 3; channel++) {
      const start = i * 3073 + 1 + channel * 1024;
      for (let p = 0; p < 1024; p++) bytes[start + p] = dataset.images[i * 3072 + p * 3 + channel]!;
    }
  }
  return bytes;
}
