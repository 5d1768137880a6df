import { cifar100CoarseNames, cifar100Info } from '../catalog/cifar.js';
import { loadCifar } from '../load/load-cifar.js';
import type { LoadOptions } from '../load/load-options.js';
import type { LoadedDataset } from '../load/loaded-dataset.js';

/** Options of {@link loadCifar100}. */
export interface LoadCifar100Options extends LoadOptions {
  /** The hundred classes, or the twenty groups of five. Default: `'fine'`. */
  readonly labels?: 'fine' | 'coarse';
}

/**
 * CIFAR-100: 50,000 small photographs to train with and 10,000 to test with, 32 x 32 x 3.
 *
 * The download is 169 MB. A folder may hold the archive as published, uncompressed, or unpacked
 * (`cifar-100-binary/`).
 *
 * @param options - `labels`: fine or coarse; where to look, progress, abort
 * @returns both parts as bytes (184 MB), 100 or 20 class names, provenance
 * @throws DatasetError if a file is missing, damaged or cannot be downloaded
 * @throws RangeError if `labels` is neither
 * @example
 * ```ts
 * const { train, classNames } = await loadCifar100({ labels: 'coarse' });
 * ```
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
export async function loadCifar100(options: LoadCifar100Options = {}): Promise<LoadedDataset> {
  const { labels = 'fine' } = options;
  if (labels !== 'fine' && labels !== 'coarse') {
    throw new RangeError(
      `loadCifar100: labels must be 'fine' or 'coarse'; received ${JSON.stringify(labels)}.`,
    );
  }
  const coarse = labels === 'coarse';
  return loadCifar(
    cifar100Info,
    {
      folder: 'cifar-100-binary',
      members: [
        { name: 'train.bin', part: 'train', sha1: 'e207cd2e05b73b1393c74c7f5e7bea451d63e08e' },
        { name: 'test.bin', part: 'test', sha1: '8fb6623e830365ff53cf14adec797474f5478006' },
      ],
      labels: {
        bytes: 2,
        use: coarse ? 0 : 1,
        classNames: coarse ? cifar100CoarseNames : cifar100Info.classNames,
      },
    },
    options,
  );
}
