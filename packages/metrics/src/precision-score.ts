import { averagedPrf } from './internal/averaged-score.js';
import type { Targets } from './labels.js';
import type { AverageOptions, PerClass } from './options.js';

/**
 * Says how far a predicted class can be trusted: of the samples taken for it, the share that are it.
 *
 * A model that names a class only when certain has a high precision and finds few of its samples: read
 * {@link recallScore} beside it. It falls with the share of the class in the data, so that two test
 * sets of other mixes do not compare.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yPred - predicted labels of the same kind
 * @returns a number in [0, 1], or one a class for `average: null`; up is better
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, no samples, an unknown
 *   average, or `'binary'` with more than two classes
 * @example
 * ```ts
 * precisionScore([0, 1, 1, 0], [1, 1, 0, 0]); // → 0.5
 * precisionScore([0, 1, 2], [0, 2, 2], { average: 'macro' }); // → 0.5
 * precisionScore([0, 1, 2], [0, 2, 2], { average: null, zeroDivision: NaN }); // → [1, NaN, 0.5]
 * ```
 * @see scikit-learn's `precision_score`
 */
export function precisionScore(
  yTrue: Targets,
  yPred: Targets,
  options: AverageOptions & PerClass,
): number[];
export function precisionScore(yTrue: Targets, yPred: Targets, options?: AverageOptions): number;
export function precisionScore(
  yTrue: Targets,
  yPred: Targets,
  options: AverageOptions = {},
): number | number[] {
  return averagedPrf('precisionScore', yTrue, yPred, options, 1, ['precision']).precision;
}
