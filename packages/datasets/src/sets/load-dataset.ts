import { datasetCatalog } from '../catalog/catalog.js';
import { type EmnistSplit, emnistInfos } from '../catalog/emnist.js';
import type { LoadOptions } from '../load/load-options.js';
import type { LoadedDataset } from '../load/loaded-dataset.js';
import { loadCifar10 } from './load-cifar10.js';
import { loadCifar100 } from './load-cifar100.js';
import { loadEmnist } from './load-emnist.js';
import { loadFashionMnist } from './load-fashion-mnist.js';
import { loadKmnist } from './load-kmnist.js';
import { loadMnist } from './load-mnist.js';

/**
 * A published set by its name, for programs that take the name as an option.
 *
 * @param name - one of the names in `datasetCatalog`, such as `'fashion-mnist'`
 * @param options - where to look, progress, abort; see {@link LoadOptions}
 * @throws RangeError for another name; it lists those that exist
 * @throws DatasetError if a file is missing, damaged or cannot be downloaded
 * @example
 * ```ts
 * const { train, test } = await loadDataset('cifar-10');
 * ```
 */
export async function loadDataset(name: string, options: LoadOptions = {}): Promise<LoadedDataset> {
  switch (name) {
    case 'mnist':
      return loadMnist(options);
    case 'fashion-mnist':
      return loadFashionMnist(options);
    case 'kmnist':
      return loadKmnist(options);
    case 'cifar-10':
      return loadCifar10(options);
    case 'cifar-100':
      return loadCifar100(options);
  }
  const split = name.replace(/^emnist-/, '');
  if (split !== name && Object.hasOwn(emnistInfos, split)) {
    return loadEmnist(split as EmnistSplit, options);
  }
  const names = datasetCatalog.map((info) => info.name).join(', ');
  throw new RangeError(
    `loadDataset: name must be one of ${names}; received ${JSON.stringify(name)}.`,
  );
}
