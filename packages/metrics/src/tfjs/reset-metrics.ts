import type { EpochMetric } from './epoch-metric.js';

/**
 * A callback for `fit` and `evaluate` that begins a pass of the metrics at each epoch and at each
 * evaluation.
 *
 * A metric is not told where an epoch ends. tfjs's `model.fit` calls `onEpochBegin` only, and its
 * change from training to validation is seen without help; `fit` and `evaluate` of
 * `@cnnkit/training` call both.
 *
 * @param metrics - those that were given to `compile`
 * @returns a callback for either `fit`
 * @example
 * ```ts
 * const metrics = [f1Score({ average: 'macro' })];
 * model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics });
 * await model.fit(xs, ys, { epochs: 2, callbacks: resetMetrics(metrics) });
 * ```
 */
export function resetMetrics(metrics: readonly EpochMetric[]): {
  onEpochBegin(): Promise<void>;
  onTestBegin(): Promise<void>;
} {
  const reset = async () => {
    for (const metric of metrics) metric.reset();
  };
  return { onEpochBegin: reset, onTestBegin: reset };
}
