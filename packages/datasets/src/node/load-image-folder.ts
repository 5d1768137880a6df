import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RandomState } from '@cnnkit/random';
import { DatasetError } from '../dataset-error.js';
import type { ImageDataset } from '../image-dataset.js';
import {
  byCodePoint,
  datasetFromImages,
  type ImagesOptions,
  type ImagesResult,
} from '../images/dataset-from-images.js';
import { subset } from '../subset.js';

/** How {@link loadImageFolder} reads and splits. */
export interface ImageFolderOptions extends ImagesOptions {
  /** Share of the images to validate with, 0 up to below 1. Default: 0. */
  readonly validationSplit?: number;
  /** Decides the order and with it the split. Default: the order of the names. */
  readonly seed?: number;
}

/** The two parts of a folder of images. */
export interface ImageFolder extends Pick<ImagesResult, 'skipped'> {
  readonly train: ImageDataset;
  /** Has no images unless `validationSplit` is set. */
  readonly validation: ImageDataset;
  /** The files in the order of their images: those of `train`, then those of `validation`. */
  readonly paths: readonly string[];
}

const IMAGE = /\.(png|jpe?g|bmp|gif)$/i;

/**
 * Your own pictures: a folder with a sub-folder for each class, of PNG and JPEG files.
 *
 * Classes, order of files, shuffling by seed and split are those of Keras's
 * image_dataset_from_directory: classes are sorted by name, files by folder and name, and the
 * validation part is the end of the shuffled list. Hidden folders and other files are passed over;
 * BMP and GIF count as broken.
 *
 * @param folder - with a sub-folder for each class; their sub-folders count too
 * @param options - `size` is needed; see {@link ImageFolderOptions}
 * @throws DatasetError if the folder cannot be read, holds no images, or a file is broken
 * @throws RangeError if an option is out of its range
 * @example
 * ```ts
 * const { train, validation } = await loadImageFolder('pictures', {
 *   size: [32, 32],
 *   validationSplit: 0.2,
 *   seed: 1,
 * });
 * ```
 */
export async function loadImageFolder(
  folder: string,
  options: ImageFolderOptions,
): Promise<ImageFolder> {
  const { validationSplit = 0, seed } = options;
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new RangeError(
      `loadImageFolder: validationSplit must lie in [0, 1); received ${validationSplit}.`,
    );
  }
  const classNames = options.classNames ?? (await classesOf(folder));
  const found = (await Promise.all(classNames.map((name) => imagesBelow(folder, name)))).flat();
  if (found.length === 0) {
    throw new DatasetError(
      'file-missing',
      `loadImageFolder: ${folder} must hold a sub-folder with images for each class; ` +
        `there is no image in ${classNames.length} sub-folders.`,
      { file: folder },
    );
  }
  const order = Int32Array.from(found, (_, i) => i);
  if (seed !== undefined) new RandomState(seed).shuffle(order);
  const files = Array.from(order, (index) => {
    const path = found[index]!;
    return { path, read: () => readFile(join(folder, path)) };
  });
  const result = await datasetFromImages(files, { ...options, classNames });
  const count = result.dataset.shape[0];
  const validationCount = Math.floor(validationSplit * count);
  const range = (start: number, end: number) =>
    subset(
      result.dataset,
      Int32Array.from({ length: end - start }, (_, i) => start + i),
    );
  return {
    train: validationCount === 0 ? result.dataset : range(0, count - validationCount),
    validation: range(count - validationCount, count),
    paths: result.paths,
    skipped: result.skipped,
  };
}

async function classesOf(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort(byCodePoint);
  } catch (cause) {
    throw new DatasetError(
      'file-missing',
      `loadImageFolder: ${folder} must be a folder that can be read (${(cause as Error).message}).`,
      { file: folder, cause },
    );
  }
}

/** Files of a folder by name, then those of its sub-folders, each by its whole path. */
async function imagesBelow(root: string, className: string): Promise<readonly string[]> {
  const folders: string[] = [];
  const filesOf = new Map<string, string[]>();
  const visit = async (path: string): Promise<void> => {
    folders.push(path);
    const entries = await readdir(join(root, path), { withFileTypes: true }).catch(() => []);
    const files = entries.filter((entry) => entry.isFile() && IMAGE.test(entry.name));
    filesOf.set(path, files.map((entry) => entry.name).sort(byCodePoint));
    for (const entry of entries) if (entry.isDirectory()) await visit(`${path}/${entry.name}`);
  };
  await visit(className);
  return folders
    .sort(byCodePoint)
    .flatMap((path) => filesOf.get(path)!.map((name) => `${path}/${name}`));
}
