import { checkOption } from './internal/fail.js';
import { gather } from './internal/gather.js';
import { normalCdf, normalQuantile } from './internal/normal.js';
import {
  checkResampling,
  deviation,
  quantile,
  type RandomSource,
  resampled,
  shareBelow,
} from './internal/resample.js';
import { readTruthColumn } from './internal/truth.js';
import { warner } from './internal/warn.js';
import type { Labels } from './labels.js';
import type { WarningOptions } from './warning.js';

/** Options of {@link bootstrapInterval}. */
export interface BootstrapOptions extends WarningOptions {
  /**
   * A source of numbers in [0, 1), such as `() => state.randomSample()` of `@cnnkit/random`; the same
   * source in the same state gives the same interval.
   */
  readonly random: RandomSource;
  /** How many samples of the samples to draw. Default: 1000. */
  readonly resamples?: number | undefined;
  /** How often such an interval holds the true value. Default: 0.95. */
  readonly confidence?: number | undefined;
  /**
   * `'percentile'`: quantiles of the resamples. `'basic'`: mirrored at the estimate. `'bca'`:
   * corrected for bias and skew, which scores the data once a sample more. Default: `'percentile'`.
   */
  readonly method?: 'percentile' | 'basic' | 'bca' | undefined;
  /** Labels within which to draw, so that each resample keeps their counts. Default: none. */
  readonly stratify?: Labels | null | undefined;
}

/** A score and how far it can be trusted. */
export interface BootstrapInterval {
  /** The score of the data as given. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** Standard deviation of the score over the resamples. */
  readonly standardError: number;
  readonly confidence: number;
  /** How many resamples had a score. */
  readonly resamples: number;
}

/**
 * Says how much a score would move with another test set of the same kind: an interval for any score
 * of any columns.
 *
 * It knows the chance in the test set only, not that of training (seeds move a CNN by as much), and
 * takes samples for independent: frames of one film are not. With few samples of a class, or a score
 * near 0 or 1, percentile intervals are too narrow; `'bca'` is better there.
 *
 * @param columns - what the score takes: labels, typed arrays or rows, all of length n
 * @param score - from resampled columns of the same kinds to a number
 * @returns the estimate and the interval, plain data
 * @throws RangeError ({@link MetricError}) for unequal lengths, no samples, or options out of range
 * @example
 * ```ts
 * let state = 1;
 * const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
 * const yTrue = Array.from({ length: 200 }, (_, i) => i % 2);
 * const yPred = yTrue.map((label, i) => (i % 10 === 0 ? 1 - label : label));
 * const interval = bootstrapInterval([yTrue, yPred], accuracyScore, { random });
 * interval.estimate; // → 0.9
 * interval.low > 0.84 && interval.high < 0.95; // → true
 * ```
 * @see Efron and Tibshirani 1993, An Introduction to the Bootstrap
 */
export function bootstrapInterval<const Columns extends readonly unknown[]>(
  columns: Columns,
  score: (...columns: { -readonly [I in keyof Columns]: Columns[I] }) => number,
  options: BootstrapOptions,
): BootstrapInterval {
  const metric = 'bootstrapInterval';
  const { random, resamples = 1000, confidence = 0.95, method = 'percentile', stratify } = options;
  checkOption(metric, 'method', method, ['percentile', 'basic', 'bca']);
  const n = checkResampling(metric, columns, { random, resamples, confidence });
  const strata = stratify ? readTruthColumn(metric, stratify).codes : undefined;
  const statistic = score as (...columns: readonly unknown[]) => number;
  const estimate = statistic(...columns);
  const settings = { random, resamples, strata };
  const warn = warner(metric, options.onWarning);
  const values = resampled(columns, n, statistic, settings, warn);
  const tail = (1 - confidence) / 2;
  const [lower, upper] =
    method === 'bca'
      ? bcaShares(values, estimate, jackknife(columns, n, statistic), tail)
      : [tail, 1 - tail];
  const [low, high] = [quantile(values, lower), quantile(values, upper)];
  const [from, to] = method === 'basic' ? [2 * estimate - high, 2 * estimate - low] : [low, high];
  const standardError = deviation(values);
  return { estimate, low: from, high: to, standardError, confidence, resamples: values.length };
}

/** The score without each sample in turn. */
function jackknife(
  columns: readonly unknown[],
  n: number,
  statistic: (...columns: readonly unknown[]) => number,
): Float64Array {
  const others = Int32Array.from({ length: n - 1 }, (_, i) => i + 1);
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (i > 0) others[i - 1] = i - 1;
    values[i] = statistic(...columns.map((column) => gather(column, others)));
  }
  return values;
}

/** Efron's bias-corrected and accelerated shares. */
function bcaShares(
  values: Float64Array,
  estimate: number,
  leftOut: Float64Array,
  tail: number,
): [number, number] {
  const bias = normalQuantile(shareBelow(values, estimate));
  const center = leftOut.reduce((total, value) => total + value, 0) / leftOut.length;
  const squares = leftOut.reduce((total, value) => total + (center - value) ** 2, 0);
  const cubes = leftOut.reduce((total, value) => total + (center - value) ** 3, 0);
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
  const share = (z: number) => normalCdf(bias + (bias + z) / (1 - acceleration * (bias + z)));
  const z = normalQuantile(1 - tail);
  return [share(-z), share(z)];
}
