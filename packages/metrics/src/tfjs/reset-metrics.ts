import type { EpochMetric } from './epoch-metric.js';

/**
 * A callback for `model.fit` that begins a pass of the metrics at each epoch.
 *
 * tfjs does not tell its metrics where an epoch ends. With validation data they see the change;
 * without, the second epoch would go on counting the first.
 *
 * @param metrics - those that were given to `compile`
 * @returns a callback for tfjs's `fit`
 * @example
 * ```ts
 * const metrics = [f1Score({ average: 'macro' })];
 * model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics });
 * await model.fit(xs, ys, { epochs: 2, callbacks: resetMetrics(metrics) });
 * ```
 */
export function resetMetrics(metrics: readonly EpochMetric[]): {
  onEpochBegin(epoch: number): Promise<void>;
} {
  return {
    async onEpochBegin() {
      for (const metric of metrics) metric.reset();
    },
  };
}
