import { averagedPrf } from './internal/averaged-score.js';
import type { Targets } from './labels.js';
import type { AverageOptions, PerClass } from './options.js';

/**
 * Says how much of a class is found: of the samples that are it, the share taken for it.
 *
 * A model that always names a class finds all of it: read {@link precisionScore} beside it. The macro
 * average is {@link balancedAccuracyScore}, the weighted one is the accuracy.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yPred - predicted labels of the same kind
 * @returns a number in [0, 1], or one a class for `average: null`; up is better
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, no samples, an unknown
 *   average, or `'binary'` with more than two classes
 * @example
 * ```ts
 * recallScore([0, 1, 1, 0], [1, 1, 0, 0]); // → 0.5
 * recallScore([0, 1, 2], [0, 2, 2], { average: 'macro' }); // → 0.6666666666666666
 * ```
 * @see scikit-learn's `recall_score`
 */
export function recallScore(
  yTrue: Targets,
  yPred: Targets,
  options: AverageOptions & PerClass,
): number[];
export function recallScore(yTrue: Targets, yPred: Targets, options?: AverageOptions): number;
export function recallScore(
  yTrue: Targets,
  yPred: Targets,
  options: AverageOptions = {},
): number | number[] {
  return averagedPrf('recallScore', yTrue, yPred, options, 1, ['recall']).recall;
}
