import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { yieldEvery } from '../internal/yield-to-event-loop.js';
import { batchSource } from './batch-source.js';
import type { PredictionData, ScaleOptions } from './data.js';
import { forward } from './forward.js';

// Reading waits for the device, which would be idle then while the next batch is gathered; so outputs are read several at
// a time, if they are not large.
const PENDING_BATCHES = 8;
const PENDING_VALUES = 2 ** 18;

/** Options of {@link predict}. */
export interface PredictOptions extends ScaleOptions {
  /** Samples on the device at once; the result is the same. Default: 32. */
  readonly batchSize?: number;
  /** Ends after the current batch, with its reason thrown. */
  readonly signal?: AbortSignal;
}

/** A model's outputs as a table with a row for each sample: plain data, as the metrics take them. */
export interface Predictions {
  /** Row-major; the caller's own. */
  readonly data: Float32Array;
  /** `outputs`: classes of a classifier; the numbers of one sample, if its output has more axes. */
  readonly shape: readonly [count: number, outputs: number];
}

/**
 * The model's output for each sample, dropout off; the model need not be compiled.
 *
 * @returns a row of outputs for each sample (for a classifier its probabilities), plain data
 * @throws RangeError if data and model do not fit, or a value is not finite
 * @example
 * ```ts
 * const { data, shape } = await predict(model, test); // shape [10000, 10]
 * ```
 */
export async function predict(
  model: LayersModel,
  data: PredictionData,
  options: PredictOptions = {},
): Promise<Predictions> {
  const { batchSize = 32, signal } = options;
  const source = batchSource('predict', model, data, batchSize, options);
  const order = Int32Array.from({ length: source.count }, (_, i) => i);
  let result: Float32Array | undefined;
  let pending: { start: number; output: tf.Tensor }[] = [];
  const read = async () => {
    for (const { start, output } of pending) {
      const values = await output.data();
      const row = values.length / (output.shape[0] ?? 1);
      result ??= new Float32Array(row * source.count);
      result.set(values, row * start);
    }
    tf.dispose(pending.map(({ output }) => output));
    pending = [];
  };
  try {
    const turn = yieldEvery(20);
    for (let start = 0; start < source.count; start += batchSize) {
      const end = Math.min(start + batchSize, source.count);
      const output = tf.tidy(() => forward(model, source.tensor(order, start, end), false));
      pending.push({ start, output });
      if (pending.length * output.size >= PENDING_VALUES || pending.length >= PENDING_BATCHES)
        await read();
      await turn();
      signal?.throwIfAborted();
    }
    await read();
  } finally {
    tf.dispose(pending.map(({ output }) => output));
  }
  const outputs = (result?.length ?? 0) / source.count;
  return { data: result ?? new Float32Array(), shape: [source.count, outputs] };
}
