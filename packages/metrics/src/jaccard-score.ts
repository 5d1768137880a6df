import { average as mean, sum } from './internal/numpy.js';
import { countsFor } from './internal/prf.js';
import { checkTargets } from './internal/targets.js';
import { warner } from './internal/warn.js';
import { checkZeroDivision, divide } from './internal/zero-division.js';
import type { Targets } from './labels.js';
import type { AverageOptions, PerClass } from './options.js';

/** Options of {@link jaccardScore}; `zeroDivision` cannot be NaN, as in scikit-learn. */
export interface JaccardOptions extends Omit<AverageOptions, 'zeroDivision'> {
  /** What 0/0 gives: `'warn'` (0, and a warning), 0 or 1. Default: `'warn'`. */
  readonly zeroDivision?: 'warn' | 0 | 1 | undefined;
}

/**
 * Says how far two sets of samples overlap: both right, over those that are or were taken for it.
 *
 * It orders models as F1 does and is always the lower of the two (F / (2 - F)), so the two do not
 * compare with each other.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yPred - predicted labels of the same kind
 * @returns a number in [0, 1], or one a class for `average: null`; up is better
 * @throws TypeError or RangeError ({@link MetricError}) as {@link f1Score}
 * @example
 * ```ts
 * jaccardScore([0, 1, 1, 1], [1, 1, 1, 0]); // → 0.5
 * jaccardScore([[1, 1, 0], [0, 1, 1]], [[1, 0, 0], [0, 1, 1]], { average: 'samples' }); // → 0.75
 * ```
 * @see scikit-learn's `jaccard_score`
 */
export function jaccardScore(
  yTrue: Targets,
  yPred: Targets,
  options: JaccardOptions & PerClass,
): number[];
export function jaccardScore(yTrue: Targets, yPred: Targets, options?: JaccardOptions): number;
export function jaccardScore(
  yTrue: Targets,
  yPred: Targets,
  options: JaccardOptions = {},
): number | number[] {
  const metric = 'jaccardScore';
  const { labels, posLabel = 1, average = 'binary', zeroDivision = 'warn' } = options;
  checkZeroDivision(metric, zeroDivision, false);
  const targets = checkTargets(metric, yTrue, yPred, options.sampleWeight, true);
  const warn = warner(metric, options.onWarning);
  const { tp, fp, fn } = countsFor(metric, targets, average, labels, posLabel, warn);
  const pool = (values: Float64Array) =>
    average === 'micro' ? Float64Array.of(sum(values)) : values;
  const either = tp.map((count, i) => count + fp[i]! + fn[i]!);
  const scores = divide('jaccard', pool(tp), pool(either), { zeroDivision, average, warn });
  if (average === null) return Array.from(scores);
  if (average === 'samples') return mean(scores, targets.weights);
  const support = tp.map((count, i) => count + fn[i]!);
  return mean(scores, average === 'weighted' && support.some(Boolean) ? support : undefined);
}
