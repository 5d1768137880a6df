import { dot, sum } from './internal/numpy.js';
import { checkClassTargets, countPairs, marginals, warnSingleLabel } from './internal/pairs.js';
import { warner } from './internal/warn.js';
import type { Labels } from './labels.js';
import type { WeightOptions } from './options.js';
import type { WarningOptions } from './warning.js';

/** Options of {@link matthewsCorrcoef}. */
export interface MatthewsCorrcoefOptions extends WeightOptions, WarningOptions {}

/**
 * Says how prediction and truth correlate over all classes: 1 right, 0 no better than guessing by
 * the class frequencies, -1 (two classes) always wrong.
 *
 * It stays honest on unbalanced classes, but depends on their mix, so two test sets of other mixes
 * do not compare. It is 0, not undefined, when either side holds one class only.
 *
 * @param yTrue - true labels, length n
 * @param yPred - predicted labels, length n
 * @returns a number in [-1, 1]; up is better
 * @throws TypeError or RangeError ({@link MetricError}) as {@link accuracyScore}
 * @example
 * ```ts
 * matthewsCorrcoef([1, 1, 1, 0], [1, 0, 1, 1]); // → -0.3333333333333333
 * ```
 * @see scikit-learn's `matthews_corrcoef`
 */
export function matthewsCorrcoef(
  yTrue: Labels,
  yPred: Labels,
  options: MatthewsCorrcoefOptions = {},
): number {
  const targets = checkClassTargets('matthewsCorrcoef', yTrue, yPred, options.sampleWeight);
  const warn = warner('matthewsCorrcoef', options.onWarning);
  const { pairs, labels } = countPairs('matthewsCorrcoef', targets);
  if (labels.length === 1) warnSingleLabel(warn);
  const { rows, columns, trace } = marginals(pairs, labels.length);
  const total = sum(columns);
  const covariance = trace * total - dot(rows, columns);
  const predicted = total ** 2 - dot(columns, columns);
  const actual = total ** 2 - dot(rows, rows);
  return predicted * actual === 0 ? 0 : covariance / Math.sqrt(predicted * actual);
}
