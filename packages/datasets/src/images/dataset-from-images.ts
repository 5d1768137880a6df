import { DatasetError } from '../dataset-error.js';
import { createImageDataset, type ImageDataset } from '../image-dataset.js';
import { decodeImage } from './decode-image.js';
import { resizeImage } from './resize.js';

/** An image file of a class. */
export interface ImageFile {
  /** `<class>/…/<name>`, with `/`: the first folder is the class. */
  readonly path: string;
  /** The whole file. */
  read(): Uint8Array | Promise<Uint8Array>;
}

/** How {@link datasetFromImages} reads files. */
export interface ImagesOptions {
  /** `[height, width]` that every image gets. */
  readonly size: readonly [height: number, width: number];
  /** 1 for gray, 3 for colour. Default: 3. */
  readonly channels?: 1 | 3;
  /**
   * Class names in the order of their labels. Default: the folders that occur, sorted by code
   * point, as Keras's image_dataset_from_directory has them. A file of another class is an error.
   */
  readonly classNames?: readonly string[];
  /** What a file that cannot be decoded does. Default: `'error'`. */
  readonly broken?: 'error' | 'skip';
  /** Name of the dataset. Default: `'images'`. */
  readonly name?: string;
  /** Told after each file. */
  readonly onProgress?: (done: number, path: string) => void;
  readonly signal?: AbortSignal;
}

/** A dataset of images, and what became of each file. */
export interface ImagesResult {
  readonly dataset: ImageDataset;
  /** The file of each image. */
  readonly paths: readonly string[];
  /** Files left out because they are broken, if that was asked for. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * A dataset out of PNG and JPEG files: decoded, resized, gray or colour.
 *
 * For a folder on disk use `loadImageFolder` of `@cnnkit/datasets/node`; this takes files from
 * anywhere, such as an upload or an archive.
 *
 * @param files - in the order the images shall have
 * @returns images in order of the files
 * @throws DatasetError `'format'` for the first broken file, unless `broken` is `'skip'`
 * @throws RangeError if an option is wrong or a file has no class
 * @example
 * ```ts
 * const { dataset } = await datasetFromImages(
 *   [{ path: 'cat/1.png', read: () => bytes }],
 *   { size: [32, 32] },
 * );
 * ```
 */
export async function datasetFromImages(
  files: Iterable<ImageFile> | AsyncIterable<ImageFile>,
  options: ImagesOptions,
): Promise<ImagesResult> {
  const { size, channels = 3, broken = 'error', name = 'images', onProgress, signal } = options;
  check(size, channels, broken);
  const images: Uint8Array[] = [];
  const classes: string[] = [];
  const paths: string[] = [];
  const skipped: { path: string; reason: string }[] = [];
  for await (const { path, read } of files) {
    signal?.throwIfAborted();
    const className = classOf(path, options.classNames);
    try {
      const image = await decodeImage(await read(), { channels, file: path });
      const shape = [image.height, image.width, channels] as const;
      images.push(resizeImage(image.data, shape, size));
      classes.push(className);
      paths.push(path);
    } catch (error) {
      if (!(error instanceof DatasetError) || broken === 'error') throw error;
      skipped.push({ path, reason: error.message });
    }
    onProgress?.(images.length + skipped.length, path);
  }
  const classNames = options.classNames ?? [...new Set(classes)].sort(byCodePoint);
  const labelOf = new Map(classNames.map((one, i) => [one, i]));
  const bytes = size[0] * size[1] * channels;
  const all = new Uint8Array(images.length * bytes);
  images.forEach((image, i) => void all.set(image, i * bytes));
  const dataset = createImageDataset({
    name,
    images: all,
    labels: Int32Array.from(classes, (one) => labelOf.get(one)!),
    shape: [images.length, size[0], size[1], channels],
    classNames,
  });
  return { dataset, paths, skipped };
}

/** Python's order of strings; JavaScript's own compares UTF-16 units. */
export function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

function classOf(path: string, classNames: readonly string[] | undefined): string {
  const end = path.indexOf('/');
  const className = path.slice(0, end);
  if (end > 0 && (classNames === undefined || classNames.includes(className))) return className;
  const rule =
    classNames === undefined ? '<class>/<name>' : `<class>/<name> of ${classNames.join(', ')}`;
  throw new RangeError(
    `datasetFromImages: path must be ${rule}; received ${JSON.stringify(path)}.`,
  );
}

function check(size: readonly number[], channels: number, broken: string): void {
  if (size?.length !== 2 || !size.every((side) => Number.isSafeInteger(side) && side > 0)) {
    throw new RangeError(
      `datasetFromImages: size must be [height, width] from 1; received ${JSON.stringify(size)}.`,
    );
  }
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`datasetFromImages: channels must be 1 or 3; received ${channels}.`);
  }
  if (broken !== 'error' && broken !== 'skip') {
    throw new RangeError(
      `datasetFromImages: broken must be 'error' or 'skip'; received ${broken}.`,
    );
  }
}
