import type { EpochMetric } from './epoch-metric.js';

/** What ran, and what the metrics say of it. */
export interface DeferredScores<T> {
  /** What `run` returned; a metric that it computed is 0 there. */
  readonly result: T;
  /** The score of each metric over all batches, in the order given; NaN if it is not defined. */
  readonly scores: readonly number[];
}

/**
 * Runs an evaluation during which no batch waits for a metric, and gives the metrics' scores.
 *
 * tfjs's `model.evaluate` hands its scalars back at once, so a metric would have to be read at each batch
 * for its scalar to be right. In here batches are read some at a time, as with
 * {@link resetMetrics} in `fit`; the scores come when all have been read, and the scalars of the metrics
 * among what `evaluate` returns are 0.
 *
 * @param metrics - those that were given to `compile`
 * @param run - calls `model.evaluate`, or any loop that calls the metrics, once
 * @returns what `run` returned (the caller disposes it) and the scores, plain numbers
 * @throws what `run` throws, and RangeError or TypeError ({@link MetricError}) if a batch could not be
 *   counted
 * @example
 * ```ts
 * const metrics = [f1Score({ average: 'macro' }), rocAucScore()];
 * model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics });
 * const { result, scores } = await deferMetrics(metrics, () => model.evaluate(xs, ys));
 * const [f1, area] = scores;
 * f1 >= 0 && area <= 1; // → true
 * result.length; // → 3
 * ```
 */
export async function deferMetrics<T>(
  metrics: readonly EpochMetric[],
  run: () => T | Promise<T>,
): Promise<DeferredScores<T>> {
  for (const metric of metrics) {
    metric.reset();
    metric.defer('evaluation');
  }
  try {
    const result = await run();
    const scores: number[] = [];
    for (const metric of metrics) scores.push((await metric.settle()).evaluation ?? Number.NaN);
    return { result, scores };
  } finally {
    // Nothing if all went well; else what is still being read is let go, and so is its error.
    await Promise.allSettled(metrics.map((metric) => metric.settle()));
  }
}
