import { fashionMnistInfo } from '../catalog/fashion-mnist.js';
import { loadIdxSet } from '../load/load-idx-set.js';
import type { LoadOptions } from '../load/load-options.js';
import type { LoadedDataset } from '../load/loaded-dataset.js';

/**
 * Fashion-MNIST: 60,000 articles of clothing to train with and 10,000 to test with, 28 x 28 x 1.
 *
 * A harder set in the format of MNIST. Every file is verified by SHA-256. Licence: MIT.
 *
 * @param options - where to look, progress, abort; see {@link LoadOptions}
 * @returns both parts as bytes, class names from `'T-shirt/top'` to `'Ankle boot'`, provenance
 * @throws DatasetError if a file is missing, damaged, swapped or cannot be downloaded
 * @example
 * ```ts
 * const { train, classNames } = await loadFashionMnist();
 * classNames[train.labels[0]!]; // 'Ankle boot'
 * ```
 * @see H. Xiao et al., Fashion-MNIST, arXiv:1708.07747
 */
export function loadFashionMnist(options: LoadOptions = {}): Promise<LoadedDataset> {
  return loadIdxSet(fashionMnistInfo, options);
}
