import { kmnistInfo } from '../catalog/kmnist.js';
import { loadIdxSet } from '../load/load-idx-set.js';
import type { LoadOptions } from '../load/load-options.js';
import type { LoadedDataset } from '../load/loaded-dataset.js';

/**
 * Kuzushiji-MNIST: 60,000 cursive Japanese characters to train with and 10,000 to test with.
 *
 * Images are 28 x 28 x 1. Every file is verified by SHA-256. Licence: CC BY-SA 4.0.
 *
 * @param options - where to look, progress, abort; see {@link LoadOptions}
 * @returns both parts as bytes, class names as syllables (`'o'` to `'wo'`), provenance
 * @throws DatasetError if a file is missing, damaged, swapped or cannot be downloaded
 * @example
 * ```ts
 * const { train } = await loadKmnist({ dataDir: './data' });
 * ```
 * @see T. Clanuwat et al., Deep learning for classical Japanese literature, arXiv:1812.01718
 */
export function loadKmnist(options: LoadOptions = {}): Promise<LoadedDataset> {
  return loadIdxSet(kmnistInfo, options);
}
