import { type Batch, batches } from '../batches/batches.js';
import type { PrefetchCredit, PrefetchJob, PrefetchReply } from './prefetch-protocol.js';

/** Posts to the thread that started this one. */
export type PostReply = (reply: PrefetchReply, transfer: ArrayBuffer[]) => void;

/**
 * The worker's side of `prefetchBatches`: makes batches until `ahead` of them wait, then one a
 * credit.
 *
 * @returns what takes the messages to the worker: the job, then credits
 */
export function servePrefetch(post: PostReply): (message: PrefetchJob | PrefetchCredit) => void {
  const spare: Float32Array[] = [];
  let credits = 0;
  let wake: (() => void) | undefined;
  const work = async ({ dataset, options, ahead }: PrefetchJob) => {
    credits = ahead;
    try {
      for (const batch of batches(dataset, options)) {
        while (credits === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        credits--;
        const made = ownBatch(batch, spare.pop());
        const memory = [made.xs, made.ys, made.indices].map(({ buffer }) => buffer as ArrayBuffer);
        post({ kind: 'batch', batch: made }, memory);
      }
      post({ kind: 'end' }, []);
    } catch (error) {
      post({ kind: 'error', error }, []);
    }
  };
  return (message) => {
    if ('dataset' in message) {
      void work(message);
      return;
    }
    spare.push(message.xs);
    credits++;
    wake?.();
  };
}

/** A batch in memory of its own; the pixels in `memory` if there is enough of it. */
function ownBatch(batch: Batch, memory: Float32Array | undefined): Batch {
  const { length } = batch.xs;
  const fits = memory !== undefined && memory.length >= length;
  const xs = fits ? memory.subarray(0, length) : new Float32Array(length);
  xs.set(batch.xs);
  return { ...batch, xs, ys: batch.ys.slice(), indices: batch.indices.slice() };
}
