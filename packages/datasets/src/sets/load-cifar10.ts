import { cifar10Info } from '../catalog/cifar.js';
import { type CifarSet, loadCifar } from '../load/load-cifar.js';
import type { LoadOptions } from '../load/load-options.js';
import type { LoadedDataset } from '../load/loaded-dataset.js';

const set: CifarSet = {
  folder: 'cifar-10-batches-bin',
  members: [
    { name: 'data_batch_1.bin', part: 'train', sha1: 'aadd24acce27caa71bf4b10992e9e7b2d74c2540' },
    { name: 'data_batch_2.bin', part: 'train', sha1: 'c0ba65cce70568cd57b4e03e9ac8d2a5367c1795' },
    { name: 'data_batch_3.bin', part: 'train', sha1: '1dd00a74ab1d17a6e7d73e185b69dbf31242f295' },
    { name: 'data_batch_4.bin', part: 'train', sha1: 'aab85764eb3584312d3c7f65fd2fd016e36a258e' },
    { name: 'data_batch_5.bin', part: 'train', sha1: '26e2849e66a845b7f1e4614ae70f4889ae604628' },
    { name: 'test_batch.bin', part: 'test', sha1: '67eb016db431130d61cd03c7ad570b013799c88c' },
  ],
  labels: { bytes: 1, use: 0, classNames: cifar10Info.classNames },
};

/**
 * CIFAR-10: 50,000 small photographs to train with and 10,000 to test with, 32 x 32 x 3.
 *
 * The download is 170 MB. The archive is read as a stream; a folder may hold it as published,
 * uncompressed, or unpacked (`cifar-10-batches-bin/`).
 *
 * @param options - where to look, progress, abort; see {@link LoadOptions}
 * @returns both parts as bytes (184 MB), class names from `'airplane'` to `'truck'`, provenance
 * @throws DatasetError if a file is missing, damaged or cannot be downloaded
 * @example
 * ```ts
 * const { train, test } = await loadCifar10();
 * ```
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 */
export function loadCifar10(options: LoadOptions = {}): Promise<LoadedDataset> {
  return loadCifar(cifar10Info, set, options);
}
