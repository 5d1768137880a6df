import { type EmnistSplit, emnistInfos } from '../catalog/emnist.js';
import { loadEmnistSplit } from '../load/load-emnist.js';
import type { LoadOptions } from '../load/load-options.js';
import type { LoadedDataset } from '../load/loaded-dataset.js';

/**
 * EMNIST: handwritten digits and letters, 28 x 28 x 1, in one of six splits.
 *
 * `'byclass'` has 62 classes, `'bymerge'` and `'balanced'` 47 (small letters that look like their
 * capitals are merged with them), `'letters'` 26, `'digits'` and `'mnist'` 10. Images are turned
 * upright and labels start at 0, which is not so in the files. The download is 562 MB and serves
 * all splits; it is read in place.
 *
 * @param split - which one
 * @param options - where to look, progress, abort; see {@link LoadOptions}
 * @returns both parts as bytes, one class name for each label, provenance
 * @throws DatasetError if a file is missing, damaged or cannot be downloaded
 * @throws RangeError if there is no such split
 * @example
 * ```ts
 * const { train, classNames } = await loadEmnist('letters');
 * ```
 * @see G. Cohen et al., EMNIST, arXiv:1702.05373
 */
export async function loadEmnist(
  split: EmnistSplit,
  options: LoadOptions = {},
): Promise<LoadedDataset> {
  if (!Object.hasOwn(emnistInfos, split)) {
    throw new RangeError(
      `loadEmnist: split must be one of ${Object.keys(emnistInfos).join(', ')}; ` +
        `received ${JSON.stringify(split)}.`,
    );
  }
  return loadEmnistSplit(emnistInfos[split], options);
}
