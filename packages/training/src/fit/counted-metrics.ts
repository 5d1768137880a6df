import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { Logs } from '../callback.js';

/**
 * A metric that counts over a whole pass, as those of `@cnnkit/metrics/tfjs` do: their score is not the
 * mean of the batches' scores.
 */
export interface CountedMetric {
  (yTrue: Tensor, yPred: Tensor, sampleWeight?: Tensor): Scalar;
  /** Begins a pass whose batches are read without waiting; calls return 0. */
  defer(pass: Pass): void;
  /** Waits for what is being read, and gives the scores so far; `last` ends the passes. */
  settle(last?: boolean): Promise<Readonly<Partial<Record<Pass, number | undefined>>>>;
}

export type Pass = 'training' | 'evaluation';

export function isCounted(metric: unknown): metric is CountedMetric {
  return typeof metric === 'function' && 'defer' in metric && 'settle' in metric;
}

/** Whether a metric says that it may be called behind a step, whose commands are sent without JavaScript. */
export function isAfterStep(metric: unknown): boolean {
  if (typeof metric !== 'function') return false;
  return typeof (metric as { afterStep?: unknown }).afterStep === 'function';
}

/** The counted metrics of a run, each by the name that it is logged under. */
export class CountedMetrics {
  readonly #metrics: readonly (readonly [string, CountedMetric])[];

  constructor(metrics: readonly (readonly [string, CountedMetric])[]) {
    this.#metrics = metrics;
  }

  /** Begins a pass; an evaluation leaves that of training as it is. */
  begin(pass: Pass): void {
    for (const [, metric] of this.#metrics) metric.defer(pass);
  }

  /** The logs of a pass with the scores so far. */
  async complete(logs: Logs, pass: Pass): Promise<Logs> {
    for (const [name, metric] of this.#metrics) {
      const score = (await metric.settle(false))[pass];
      if (name in logs && score !== undefined) logs[name] = score;
    }
    return logs;
  }

  /** Lets go of the metrics; nothing that still goes wrong in them matters any more. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#metrics.map(([, metric]) => metric.settle()));
  }
}
