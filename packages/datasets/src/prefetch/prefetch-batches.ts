import { startPrefetchThread } from '#prefetch-thread';
import { type Batch, type BatchOptions, batches } from '../batches/batches.js';
import type { ImageDataset } from '../image-dataset.js';
import type { PrefetchReply } from './prefetch-protocol.js';
import { postableDataset } from './share-dataset.js';

/** How {@link prefetchBatches} works ahead. */
export interface PrefetchOptions extends BatchOptions {
  /** Batches that are ready before they are asked for, from 1. Default: 4. */
  readonly ahead?: number;
  /** The worker's module, for a setup that moves files. Default: the one of this package. */
  readonly worker?: URL;
}

/**
 * The batches of `batches`, made ahead of time by a thread of Node or a Web Worker, so that
 * training does not wait for augmentation. Plain batches take well below 0.1 ms and do not need it.
 *
 * The images are shared with the worker if they lie in a `SharedArrayBuffer` (see
 * `shareDataset`), else copied to it once for each call. Where the platform knows no workers at
 * all (no global `Worker`), each batch is made when it is asked for; a worker that cannot start is
 * an error.
 *
 * @param options - as for `batches`; the batches are the same, bit for bit
 * @returns batches whose arrays are valid until the next one is asked for
 * @throws RangeError if an option is out of its range
 * @throws DatasetError `'worker'` if the worker cannot start or dies
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
  const { ahead = 4, worker: module, ...batchOptions } = options;
  if (!Number.isSafeInteger(ahead) || ahead < 1) {
    throw new RangeError(
      `prefetchBatches: ahead must be a whole number from 1; received ${ahead}.`,
    );
  }
  // Wrong options shall fail here and not in the worker.
  const here = batches(dataset, batchOptions);
  const replies = new ReplyQueue();
  const thread = startPrefetchThread(module, (reply) => replies.push(reply));
  if (thread === undefined) {
    yield* here;
    return;
  }
  try {
    thread.post({ dataset: postableDataset(dataset), options: batchOptions, ahead });
    for (;;) {
      const reply = await replies.next();
      if (reply.kind === 'end') return;
      if (reply.kind === 'error') throw reply.error;
      yield reply.batch;
      const buffer = reply.batch.xs.buffer as ArrayBuffer;
      thread.post({ xs: new Float32Array(buffer) }, [buffer]);
    }
  } finally {
    await thread.end();
  }
}

/** What the worker has posted and nobody has taken. */
class ReplyQueue {
  readonly #replies: PrefetchReply[] = [];
  #wake: (() => void) | undefined;

  push(reply: PrefetchReply): void {
    this.#replies.push(reply);
    this.#wake?.();
  }

  async next(): Promise<PrefetchReply> {
    for (;;) {
      const reply = this.#replies.shift();
      if (reply !== undefined) return reply;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
