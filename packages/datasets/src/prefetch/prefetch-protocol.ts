import type { Batch, BatchOptions } from '../batches/batches.js';
import type { ImageDataset } from '../image-dataset.js';

/** The first message to a worker. */
export interface PrefetchJob {
  readonly dataset: ImageDataset;
  readonly options: BatchOptions;
  /** Batches that may wait before one is taken. */
  readonly ahead: number;
}

/** Sent to the worker for each batch that was taken; its memory comes back to be used again. */
export interface PrefetchCredit {
  readonly xs: Float32Array;
}

/** A batch in memory of its own, the end, or what went wrong. */
export type PrefetchReply =
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'end' }
  | { readonly kind: 'error'; readonly error: unknown };
