import { mnistInfo } from '../catalog/mnist.js';
import { loadIdxSet } from '../load/load-idx-set.js';
import type { LoadOptions } from '../load/load-options.js';
import type { LoadedDataset } from '../load/loaded-dataset.js';

/**
 * MNIST: 60,000 handwritten digits to train with and 10,000 to test with, 28 x 28 x 1.
 *
 * Every file is verified by SHA-256 before it is read. Licence: CC BY-SA 3.0.
 *
 * @param options - where to look, progress, abort; see {@link LoadOptions}
 * @returns both parts as bytes (55 MB in all), class names `'0'` to `'9'`, and provenance
 * @throws DatasetError if a file is missing, damaged, swapped or cannot be downloaded
 * @example
 * ```ts
 * const { train, test } = await loadMnist();
 * train.shape; // [60000, 28, 28, 1]
 * ```
 * @see Y. LeCun et al., Gradient-based learning applied to document recognition, 1998
 */
export function loadMnist(options: LoadOptions = {}): Promise<LoadedDataset> {
  return loadIdxSet(mnistInfo, options);
}
