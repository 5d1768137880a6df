import { engine, type Scalar, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { type Batch, readBatch } from './read-batch.js';

/** What a metric keeps between batches, in memory that does not grow with them. */
export interface Accumulator {
  add(batch: Batch): void;
  /** The score of all batches so far; NaN if it is not defined for them. */
  value(): number;
}

/**
 * A metric for `model.compile({ metrics })` that is counted over the whole pass.
 *
 * tfjs averages what a metric returns over the batches, by their size. So each call returns, not the
 * score of its batch, but the batch's contribution to the score so far:
 * (n·score - n'·score') / batch size, with n' and score' those before it. The average of these is the
 * score of the pass, exactly; values shown during an epoch are contributions and may leave [0, 1].
 *
 * A pass starts at a call of {@link EpochMetric.reset}, and wherever tfjs changes between training
 * (inside a gradient) and evaluation. A loop that knows the protocol calls `reset()` before each pass
 * and reads `result()` after it.
 */
export interface EpochMetric {
  (yTrue: Tensor, yPred: Tensor): Scalar;
  /** Forgets all batches. */
  reset(): void;
  /** The score of all batches since the last reset. */
  result(): number;
}

/** Makes a metric that logs under the name; `start` begins a pass. */
export function epochMetric(name: string, start: () => Accumulator): EpochMetric {
  let accumulator = start();
  let seen = 0;
  let total = 0;
  let wasTraining: boolean | undefined;
  const reset = () => {
    accumulator = start();
    seen = 0;
    total = 0;
    wasTraining = undefined;
  };
  const metric = (yTrue: Tensor, yPred: Tensor): Scalar => {
    const training = engine().state.gradientDepth > 0;
    if (wasTraining !== undefined && wasTraining !== training) reset();
    wasTraining = training;
    const batch = readBatch(name, yTrue, yPred);
    accumulator.add(batch);
    seen += batch.length;
    const value = accumulator.value();
    const before = total;
    total = Number.isNaN(value) ? 0 : value * seen;
    return scalar((total - before) / batch.length);
  };
  // tfjs-layers logs a metric under its function's name.
  Object.defineProperty(metric, 'name', { value: name });
  return Object.assign(metric, { reset, result: () => accumulator.value() });
}
