import { fail } from '../internal/fail.js';
import type { EpochMetric } from './epoch-metric.js';

/** The hooks that tfjs's `model.fit` and `@cnnkit/training` call. */
export interface MetricsCallback {
  onEpochBegin(): Promise<void>;
  onEpochEnd(epoch: number, logs?: Record<string, number>): Promise<void>;
  onTestBegin(): Promise<void>;
  onTestEnd(logs?: Record<string, number>): Promise<void>;
}

/**
 * A callback for `fit` and `evaluate` that begins a pass of the metrics at each epoch and at each
 * evaluation, and writes their scores into the logs at its end.
 *
 * With it batches are read while the next ones run, so that no step waits for a metric, and WebGPU,
 * which cannot wait, works too. Callbacks after it in the list see the scores. After a `fit` that
 * threw in the middle of an epoch call `metric.reset()`, or the metric still waits for its end.
 *
 * @param metrics - those that were given to `compile`
 * @returns a callback for either `fit`
 * @throws RangeError ({@link MetricError}) in `fit`, if the logs of an epoch have no such metric
 * @example
 * ```ts
 * const metrics = [f1Score({ average: 'macro' })];
 * model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics });
 * const { history } = await model.fit(xs, ys, { epochs: 2, callbacks: resetMetrics(metrics) });
 * history.f1Score.length; // → 2
 * ```
 */
export function resetMetrics(metrics: readonly EpochMetric[]): MetricsCallback {
  let inEpoch = false;
  return {
    async onEpochBegin() {
      inEpoch = true;
      for (const metric of metrics) metric.defer('training');
    },
    async onTestBegin() {
      for (const metric of metrics) metric.defer('evaluation');
    },
    async onTestEnd(logs = {}) {
      for (const metric of metrics) {
        write(logs, '', metric.name, (await metric.settle(!inEpoch)).evaluation);
      }
    },
    async onEpochEnd(_epoch, logs = {}) {
      inEpoch = false;
      for (const metric of metrics) {
        const { training, evaluation } = await metric.settle();
        write(logs, '', metric.name, training);
        write(logs, 'val_', metric.name, evaluation);
      }
    },
  };
}

/** Puts a score where the loop logged the metric: under tfjs's or Keras's spelling of its name. */
function write(
  logs: Record<string, number>,
  prefix: '' | 'val_',
  name: string,
  score: number | undefined,
): void {
  if (score === undefined) return;
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const keys = Object.keys(logs).filter((key) => key.startsWith('val_') === (prefix === 'val_'));
  const exact = keys.filter((key) => key === prefix + name || key === prefix + snake);
  // A model of several outputs logs each metric under the output's name too.
  const found = exact.length > 0 ? exact : keys.filter((key) => key.endsWith(`_${name}`));
  if (found.length === 0) {
    const rule = `metrics must be among those of compile`;
    fail('resetMetrics', 'option_value', `${rule}; received ${name}, logged were ${keys}.`);
  }
  for (const key of found) logs[key] = score;
}
