import type { PublishedFile } from './dataset-info.js';

/** Size and hashes of one of the four files of an MNIST-like set. */
export type IdxFileFacts = readonly [sizeBytes: number, sha256: string, unpackedSha256?: string];

/** The four files in the order training images, training labels, test images, test labels. */
export function idxFiles(
  counts: readonly [train: number, test: number],
  facts: readonly [IdxFileFacts, IdxFileFacts, IdxFileFacts, IdxFileFacts],
): readonly PublishedFile[] {
  const names = [
    'train-images-idx3-ubyte',
    'train-labels-idx1-ubyte',
    't10k-images-idx3-ubyte',
    't10k-labels-idx1-ubyte',
  ];
  return facts.map(([sizeBytes, sha256, unpackedSha256], i) => {
    const count = counts[i < 2 ? 0 : 1];
    return {
      name: `${names[i]!}.gz`,
      sizeBytes,
      sha256,
      unpacked: {
        name: names[i]!,
        sizeBytes: i % 2 === 0 ? 16 + count * 28 * 28 : 8 + count,
        ...(unpackedSha256 === undefined ? {} : { sha256: unpackedSha256 }),
      },
    };
  });
}
