import type { DatasetInfo } from '../catalog/dataset-info.js';
import type { ImageDataset } from '../image-dataset.js';
import type { FileProvenance } from './load-options.js';

/** A published set: the two parts its authors made, and what is known about it. */
export interface LoadedDataset
  extends Pick<
    DatasetInfo,
    'name' | 'title' | 'classNames' | 'licence' | 'citation' | 'homepage' | 'statistics'
  > {
  /** Images to train with. */
  readonly train: ImageDataset;
  /** Images to test with. */
  readonly test: ImageDataset;
  /** Which files were read, with their hashes, for a manifest. */
  readonly files: readonly FileProvenance[];
}

/** The facts of a set together with its parts. */
export function loadedDataset(
  info: DatasetInfo,
  train: ImageDataset,
  test: ImageDataset,
  files: readonly FileProvenance[],
): LoadedDataset {
  const { name, title, classNames, licence, citation, homepage, statistics } = info;
  return { name, title, classNames, licence, citation, homepage, statistics, train, test, files };
}
