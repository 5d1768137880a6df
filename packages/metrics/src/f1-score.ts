import { averagedPrf } from './internal/averaged-score.js';
import type { Targets } from './labels.js';
import type { AverageOptions, PerClass } from './options.js';

/**
 * Says in one number how well a class is found and named: the harmonic mean of precision and recall.
 *
 * It ignores true negatives and weighs false alarms and misses alike; where one costs more, take
 * {@link fbetaScore}. The macro average is the mean of the classes' F, not the F of mean precision
 * and mean recall.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yPred - predicted labels of the same kind
 * @returns a number in [0, 1], or one a class for `average: null`; up is better
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, no samples, an unknown
 *   average, or `'binary'` with more than two classes
 * @example
 * ```ts
 * f1Score([0, 1, 1, 1], [1, 1, 1, 0]); // → 0.6666666666666666
 * f1Score([0, 1, 2], [0, 2, 1], { average: 'macro' }); // → 0.3333333333333333
 * ```
 * @see scikit-learn's `f1_score`
 */
export function f1Score(
  yTrue: Targets,
  yPred: Targets,
  options: AverageOptions & PerClass,
): number[];
export function f1Score(yTrue: Targets, yPred: Targets, options?: AverageOptions): number;
export function f1Score(
  yTrue: Targets,
  yPred: Targets,
  options: AverageOptions = {},
): number | number[] {
  return averagedPrf('f1Score', yTrue, yPred, options, 1, ['fScore']).fScore;
}
