import type { ImageDataset } from '../image-dataset.js';

/**
 * The same dataset with its images in shared memory, so that threads need no copy of them.
 *
 * @returns a dataset over new memory; itself if it is shared already
 * @throws RangeError in a page that may not share memory, as it is not cross-origin isolated
 * @example
 * ```ts
 * const shared = shareDataset(train);
 * ```
 */
export function shareDataset(dataset: ImageDataset): ImageDataset {
  if (isShared(dataset.images)) return dataset;
  if (typeof SharedArrayBuffer === 'undefined') {
    throw new RangeError(
      'shareDataset: shared memory must be allowed; received a page that is not cross-origin ' +
        'isolated. Serve it with Cross-Origin-Opener-Policy: same-origin and ' +
        'Cross-Origin-Embedder-Policy: require-corp, or pass the dataset as it is.',
    );
  }
  const images = new Uint8Array(new SharedArrayBuffer(dataset.images.length));
  images.set(dataset.images);
  return Object.freeze({ ...dataset, images });
}

/** A dataset that can be posted to a thread without memory that is not its own. */
export function postableDataset(dataset: ImageDataset): ImageDataset {
  // Posting a view copies all of the buffer behind it: for takeFirst(train, 100), all of train.
  const trim = <T extends Uint8Array | Int32Array>(array: T): T =>
    isShared(array) || array.byteLength === array.buffer.byteLength ? array : (array.slice() as T);
  return { ...dataset, images: trim(dataset.images), labels: trim(dataset.labels) };
}

function isShared(array: Uint8Array | Int32Array): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && array.buffer instanceof SharedArrayBuffer;
}
