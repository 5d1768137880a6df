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
 * With it batches are read some at a time, so that no step waits for a metric, and WebGPU,
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
      const write = writer(logs);
      for (const metric of metrics) {
        write('', metric.name, (await metric.settle(!inEpoch)).evaluation);
      }
    },
    async onEpochEnd(_epoch, logs = {}) {
      inEpoch = false;
      const write = writer(logs);
      for (const metric of metrics) {
        const { training, evaluation } = await metric.settle();
        write('', metric.name, training);
        write('val_', metric.name, evaluation);
      }
    },
  };
}

type Write = (prefix: '' | 'val_', name: string, score: number | undefined) => void;

/**
 * Puts scores where the loop logged the metrics: under tfjs's or Keras's spelling of a name, and of two
 * of one name the second under what Keras calls a second one, `weighted_f1_score`.
 */
function writer(logs: Record<string, number>): Write {
  const taken = new Set<string>();
  return (prefix, name, score) => {
    if (score === undefined) return;
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const keys = Object.keys(logs).filter((key) => key.startsWith('val_') === (prefix === 'val_'));
    const own = new RegExp(`^${prefix}(?:${name}|${snake}|weighted_${snake}(?:_\\d+)?)$`);
    const exact = keys.filter((key) => own.test(key)).sort((a, b) => a.length - b.length);
    const free = exact.find((key) => !taken.has(key));
    // A model of several outputs logs each metric under the output's name too.
    const found = exact.length > 0 ? [free ?? exact[0]!] : keys.filter(endsWith(`_${name}`));
    if (found.length === 0) {
      const rule = `metrics must be among those of compile`;
      fail('resetMetrics', 'option_value', `${rule}; received ${name}, logged were ${keys}.`);
    }
    for (const key of found) {
      taken.add(key);
      logs[key] = score;
    }
  };
}

function endsWith(end: string): (key: string) => boolean {
  return (key) => key.endsWith(end);
}
