import { parentPort, workerData } from 'node:worker_threads';
import { type Batch, batches } from '../batches/batches.js';
import type { PrefetchCredit, PrefetchJob, PrefetchReply } from './prefetch-protocol.js';

// The other side of prefetchBatches: makes batches until `ahead` of them wait, then one a credit.
const { dataset, options, ahead } = workerData as PrefetchJob;
const port = parentPort!;
const spare: Float32Array[] = [];
let credits = ahead;
let wake: (() => void) | undefined;

port.on('message', ({ xs }: PrefetchCredit) => {
  spare.push(xs);
  credits++;
  wake?.();
});

function own(batch: Batch): Batch {
  const memory = spare.pop();
  const fits = memory !== undefined && memory.length >= batch.xs.length;
  const xs = fits ? memory.subarray(0, batch.xs.length) : new Float32Array(batch.xs.length);
  xs.set(batch.xs);
  return { ...batch, xs, ys: batch.ys.slice(), indices: batch.indices.slice() };
}

const send = (reply: PrefetchReply, transfer: ArrayBuffer[] = []) =>
  port.postMessage(reply, transfer);

try {
  for (const batch of batches(dataset, options)) {
    while (credits === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    credits--;
    const made = own(batch);
    send({ kind: 'batch', batch: made }, [
      made.xs.buffer as ArrayBuffer,
      made.ys.buffer as ArrayBuffer,
      made.indices.buffer as ArrayBuffer,
    ]);
  }
  send({ kind: 'end' });
} catch (error) {
  send({ kind: 'error', error });
}
port.close();
