import { DatasetError } from '../dataset-error.js';
import { createImageDataset, type ImageDataset } from '../image-dataset.js';
import { type IdxArray, parseIdx } from './parse-idx.js';

/** What {@link datasetFromIdx} needs beside the two files. */
export interface IdxDatasetOptions {
  /** Name of the dataset. Default: `'idx'`. */
  readonly name?: string;
  /** What each label stands for. Default: `'0'`, `'1'`, … up to the largest label. */
  readonly classNames?: readonly string[];
  /** Name of the file of images, for messages. Default: `'the file of images'`. */
  readonly imagesFile?: string;
  /** Name of the file of labels, for messages. Default: `'the file of labels'`. */
  readonly labelsFile?: string;
  /** The label that stands for class 0; EMNIST's letters count from 1. Default: 0. */
  readonly firstLabel?: number;
}

/**
 * A dataset out of a pair of IDX files, such as MNIST's or your own.
 *
 * @param images - the file of images, uncompressed: uint8, `[count, height, width]` or with a
 *   fourth axis for channels; the dataset shares its memory
 * @param labels - the file of labels, uncompressed: uint8 or int32, `[count]`
 * @returns a dataset whose pixels are a view into `images`
 * @throws DatasetError with code `'format'` if a file is malformed, the two are swapped or differ
 *   in number, or a label has no class
 * @example
 * ```ts
 * const dataset = datasetFromIdx(imageBytes, labelBytes, { name: 'mine' });
 * ```
 */
export function datasetFromIdx(
  images: Uint8Array,
  labels: Uint8Array,
  options: IdxDatasetOptions = {},
): ImageDataset {
  const { name = 'idx', firstLabel = 0 } = options;
  const imagesFile = options.imagesFile ?? 'the file of images';
  const labelsFile = options.labelsFile ?? 'the file of labels';
  const pixels = parseIdx(images, { file: imagesFile });
  const { shape, data } = pixels;
  if (!(data instanceof Uint8Array) || (shape.length !== 3 && shape.length !== 4)) {
    throw wrongContent(imagesFile, 'images (bytes in 3 or 4 dimensions)', pixels);
  }
  const classes = parseIdx(labels, { file: labelsFile });
  if (classes.shape.length !== 1 || !isWhole(classes.data)) {
    throw wrongContent(labelsFile, 'labels (whole numbers in 1 dimension)', classes);
  }
  const [count, height, width, channels = 1] = shape as [number, number, number, number?];
  if (classes.data.length !== count) {
    throw new DatasetError(
      'format',
      `datasetFromIdx: labels must match images in number; ${imagesFile} holds ${count} images, ` +
        `${labelsFile} holds ${classes.data.length} labels. Do they belong together?`,
      { file: labelsFile },
    );
  }
  const indices = Int32Array.from(classes.data, (label) => label - firstLabel);
  const largest = indices.reduce((a, b) => Math.max(a, b), -1);
  const classNames =
    options.classNames ?? Array.from({ length: largest + 1 }, (_, i) => String(i + firstLabel));
  const bad = indices.findIndex((label) => label < 0 || label >= classNames.length);
  if (bad !== -1) {
    throw new DatasetError(
      'format',
      `datasetFromIdx: labels must lie in ${firstLabel} to ${firstLabel + classNames.length - 1}; ` +
        `${labelsFile} holds ${classes.data[bad]} at index ${bad}.`,
      { file: labelsFile },
    );
  }
  return createImageDataset({
    name,
    images: data,
    labels: indices,
    shape: [count, height, width, channels],
    classNames,
  });
}

function isWhole(data: IdxArray['data']): boolean {
  return !(data instanceof Float32Array || data instanceof Float64Array);
}

function wrongContent(file: string, wanted: string, found: IdxArray): DatasetError {
  const kind = found.data.constructor.name.replace('Array', '').toLowerCase();
  return new DatasetError(
    'format',
    `datasetFromIdx: ${file} must hold ${wanted}; it holds ${kind} of shape ` +
      `[${found.shape.join(', ')}]. Are the files of images and labels swapped?`,
    { file },
  );
}
