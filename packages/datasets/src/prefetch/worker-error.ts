import { DatasetError } from '../dataset-error.js';

/** A worker that could not start, or died. */
export function workerError(cause: unknown): DatasetError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatasetError(
    'worker',
    `prefetchBatches: the worker failed: ${reason}. Pass its module as options.worker, or use ` +
      'batches, which needs none.',
    { cause },
  );
}
