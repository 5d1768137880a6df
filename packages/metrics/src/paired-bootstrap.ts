import {
  checkResampling,
  deviation,
  quantile,
  type RandomSource,
  resampled,
} from './internal/resample.js';
import { warner } from './internal/warn.js';
import type { WarningOptions } from './warning.js';

/** Options of {@link pairedBootstrap}. */
export interface PairedBootstrapOptions extends WarningOptions {
  /** A source of numbers in [0, 1), such as `() => state.randomSample()` of `@cnnkit/random`. */
  readonly random: RandomSource;
  /** How many samples of the samples to draw. Default: 1000. */
  readonly resamples?: number | undefined;
  /** How often such an interval holds the true difference. Default: 0.95. */
  readonly confidence?: number | undefined;
}

/** Two models on one test set. */
export interface PairedBootstrap {
  readonly scoreA: number;
  readonly scoreB: number;
  /** scoreA - scoreB. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  readonly standardError: number;
  /** Two-sided: how often a difference like this one would come about if there were none. */
  readonly pValue: number;
  readonly confidence: number;
  readonly resamples: number;
}

/**
 * Says how sure one may be that one model scores above another on data of this kind.
 *
 * Both are scored on the same resamples, so what is hard for both cancels; intervals of each alone
 * may overlap while this one stays clear of 0. It knows one trained model of each kind: another seed
 * of the same network may differ by more. A tiny difference can be sure and not matter.
 *
 * @param yTrue - true labels, length n
 * @param a - what model A predicted (labels or rows), length n
 * @param b - what model B predicted, of the same kind
 * @param score - from truth and prediction to a number
 * @returns the difference, its interval and p, plain data
 * @throws RangeError ({@link MetricError}) as {@link bootstrapInterval}
 * @example
 * ```ts
 * let state = 1;
 * const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
 * const yTrue = Array.from({ length: 400 }, (_, i) => i % 2);
 * const cnn = yTrue.map((label, i) => (i % 20 === 0 ? 1 - label : label));
 * const dense = yTrue.map((label, i) => (i % 7 === 0 ? 1 - label : label));
 * const { difference, low, pValue } = pairedBootstrap(yTrue, cnn, dense, accuracyScore, { random });
 * difference; // → 0.09499999999999997
 * low > 0 && pValue < 0.01; // → true
 * ```
 * @see Efron and Tibshirani 1993, chapter 16
 */
export function pairedBootstrap<Truth, Prediction>(
  yTrue: Truth,
  a: Prediction,
  b: Prediction,
  score: (yTrue: Truth, yPred: Prediction) => number,
  options: PairedBootstrapOptions,
): PairedBootstrap {
  const metric = 'pairedBootstrap';
  const { random, resamples = 1000, confidence = 0.95 } = options;
  const columns = [yTrue, a, b];
  const n = checkResampling(metric, columns, { random, resamples, confidence });
  const scoreA = score(yTrue, a);
  const scoreB = score(yTrue, b);
  const difference = scoreA - scoreB;
  const gap = (truth: unknown, one: unknown, other: unknown) =>
    score(truth as Truth, one as Prediction) - score(truth as Truth, other as Prediction);
  const settings = { random, resamples, strata: undefined };
  const values = resampled(columns, n, gap as never, settings, warner(metric, options.onWarning));
  // Shifted to a mean difference of 0, the resamples are what chance alone would give.
  const extreme = values.reduce((count, value) => {
    return count + Number(Math.abs(value - difference) >= Math.abs(difference));
  }, 0);
  const tail = (1 - confidence) / 2;
  return {
    scoreA,
    scoreB,
    difference,
    low: quantile(values, tail),
    high: quantile(values, 1 - tail),
    standardError: deviation(values),
    pValue: (extreme + 1) / (values.length + 1),
    confidence,
    resamples: values.length,
  };
}
