import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { yieldToEventLoop } from '../internal/yield-to-event-loop.js';
import { batchSource } from './batch-source.js';
import type { PredictionData, ScaleOptions } from './data.js';
import { forward } from './forward.js';

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
  for (let start = 0; start < source.count; start += batchSize) {
    const end = Math.min(start + batchSize, source.count);
    const output = tf.tidy(() => {
      const xs = tf.tensor(source.xs(order, start, end), [end - start, ...source.sampleShape]);
      return forward(model, xs, false);
    });
    try {
      const values = await output.data();
      result ??= new Float32Array((values.length / (end - start)) * source.count);
      result.set(values, (values.length / (end - start)) * start);
    } finally {
      output.dispose();
    }
    await yieldToEventLoop();
    signal?.throwIfAborted();
  }
  const outputs = (result?.length ?? 0) / source.count;
  return { data: result ?? new Float32Array(), shape: [source.count, outputs] };
}
