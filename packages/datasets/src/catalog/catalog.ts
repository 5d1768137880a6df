import { cifar10Info, cifar100Info } from './cifar.js';
import type { DatasetInfo } from './dataset-info.js';
import { emnistInfos } from './emnist.js';
import { fashionMnistInfo } from './fashion-mnist.js';
import { kmnistInfo } from './kmnist.js';
import { mnistInfo } from './mnist.js';

/**
 * What is known about each published set, without loading it.
 *
 * @example
 * ```ts
 * for (const { name, title, licence } of datasetCatalog) console.log(name, title, licence);
 * ```
 */
export const datasetCatalog: readonly DatasetInfo[] = [
  mnistInfo,
  fashionMnistInfo,
  kmnistInfo,
  ...Object.values(emnistInfos),
  cifar10Info,
  cifar100Info,
];
