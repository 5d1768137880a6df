import { Worker } from 'node:worker_threads';
import { type Batch, type BatchOptions, batches } from '../batches/batches.js';
import type { ImageDataset } from '../image-dataset.js';
import type { PrefetchCredit, PrefetchJob, PrefetchReply } from './prefetch-protocol.js';

/** How {@link prefetchBatches} works ahead. */
export interface PrefetchOptions extends BatchOptions {
  /** Batches that are ready before they are asked for, from 1. Default: 4. */
  readonly ahead?: number;
  /** The worker's module. Default: the one of this package. */
  readonly worker?: URL;
}

/**
 * The batches of `batches`, made ahead of time by a thread, so that training does not wait for
 * augmentation. Plain batches take well below 0.1 ms and do not need this.
 *
 * The images are shared with the thread if they lie in a `SharedArrayBuffer` (see
 * `shareDataset`), else copied to it once for each call.
 *
 * @param options - as for `batches`; the batches are the same, bit for bit
 * @returns batches whose arrays are valid until the next one is asked for
 * @throws RangeError if an option is out of its range
 * @example
 * ```ts
 * const shared = shareDataset(train);
 * for await (const { xs } of prefetchBatches(shared, { seed: 1, augment: steps })) {
 *   // ...
 * }
 * ```
 */
export async function* prefetchBatches(
  dataset: ImageDataset,
  options: PrefetchOptions = {},
): AsyncGenerator<Batch, void, undefined> {
  const { ahead = 4, worker: url, ...batchOptions } = options;
  if (!Number.isSafeInteger(ahead) || ahead < 1) {
    throw new RangeError(
      `prefetchBatches: ahead must be a whole number from 1; received ${ahead}.`,
    );
  }
  // Wrong options shall fail here and not in the thread.
  batches(dataset, batchOptions);
  const job: PrefetchJob = { dataset: { ...dataset }, options: batchOptions, ahead };
  const worker = new Worker(url ?? new URL('./prefetch-worker.js', import.meta.url), {
    workerData: job,
  });
  const replies: PrefetchReply[] = [];
  let wake: (() => void) | undefined;
  const push = (reply: PrefetchReply) => {
    replies.push(reply);
    wake?.();
  };
  worker.on('message', push);
  worker.on('error', (error) => push({ kind: 'error', error }));
  worker.on('exit', () => push({ kind: 'error', error: new Error('the thread ended early') }));
  try {
    for (;;) {
      const reply = replies.shift();
      if (reply === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if (reply.kind === 'end') return;
      if (reply.kind === 'error') throw reply.error;
      yield reply.batch;
      const { xs } = reply.batch;
      const credit: PrefetchCredit = { xs: new Float32Array(xs.buffer) };
      worker.postMessage(credit, [xs.buffer as ArrayBuffer]);
    }
  } finally {
    await worker.terminate();
  }
}

/**
 * The same dataset with its images in shared memory, so that threads need no copy of them.
 *
 * @returns a dataset over new memory; itself if it is shared already
 * @example
 * ```ts
 * const shared = shareDataset(train);
 * ```
 */
export function shareDataset(dataset: ImageDataset): ImageDataset {
  if (dataset.images.buffer instanceof SharedArrayBuffer) return dataset;
  const images = new Uint8Array(new SharedArrayBuffer(dataset.images.length));
  images.set(dataset.images);
  return Object.freeze({ ...dataset, images });
}
