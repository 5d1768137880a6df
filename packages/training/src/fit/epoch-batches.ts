import { type Batch, gatherBatch, type LabelledSource } from './batch.js';
import { epochOrder } from './epoch-order.js';

/** The batches of one epoch, one after another. */
export interface EpochBatches {
  /** The next batch; a promise if it may have to be waited for, undefined if the run is aborted. */
  next(): Batch | Promise<Batch | undefined>;
  /** Says that the batch is read, so that the one after may be made while the device works. */
  release(): void;
  /** Call it whether or not all batches were taken. */
  close(): Promise<void>;
}

/** Opens an epoch at one of its batches. */
export type OpenEpoch = (epoch: number, startBatch: number) => EpochBatches;

/** Epochs over data in memory, of which only the samples named take part. */
export function gatheredEpochs(
  source: LabelledSource,
  samples: Int32Array,
  options: { readonly batchSize: number; readonly seed: number; readonly shuffle: boolean },
): OpenEpoch {
  const { batchSize, seed, shuffle } = options;
  return (epoch, startBatch) => {
    const order = shuffle ? epochOrder(samples, seed, epoch) : samples;
    let start = startBatch * batchSize;
    return {
      next() {
        const end = Math.min(start + batchSize, order.length);
        const batch = gatherBatch(source, order, start, end);
        start = end;
        return batch;
      },
      release() {},
      async close() {},
    };
  };
}
