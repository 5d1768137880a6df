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

/**
 * The model's output for each sample, dropout off; the model need not be compiled.
 *
 * @returns count·outputs numbers, row-major (for a classifier count × classes)
 * @throws RangeError if data and model do not fit, or a value is not finite
 * @example
 * ```ts
 * const probabilities = await predict(model, test); // 10000 × 10
 * ```
 */
export async function predict(
  model: LayersModel,
  data: PredictionData,
  options: PredictOptions = {},
): Promise<Float32Array> {
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
  return result as Float32Array;
}
