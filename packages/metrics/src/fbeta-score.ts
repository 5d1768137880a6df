import { averagedPrf } from './internal/averaged-score.js';
import { checkBeta } from './internal/beta.js';
import type { Targets } from './labels.js';
import type { AverageOptions, PerClass } from './options.js';

/** Options of {@link fbetaScore}. */
export interface FbetaOptions extends AverageOptions {
  /** How many times as important recall is as precision, 0 to Infinity. */
  readonly beta: number;
}

/**
 * Says how well a class is found and named, with recall `beta` times as important as precision.
 *
 * `beta` 0 is precision and Infinity is recall. Scores of different betas do not compare.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yPred - predicted labels of the same kind
 * @returns a number in [0, 1], or one a class for `average: null`; up is better
 * @throws TypeError or RangeError ({@link MetricError}) as {@link f1Score}, and for a negative beta
 * @example
 * ```ts
 * fbetaScore([0, 1, 1, 1, 1], [1, 1, 0, 0, 0], { beta: 2 }); // → 0.2777777777777778
 * ```
 * @see scikit-learn's `fbeta_score`
 */
export function fbetaScore(
  yTrue: Targets,
  yPred: Targets,
  options: FbetaOptions & PerClass,
): number[];
export function fbetaScore(yTrue: Targets, yPred: Targets, options: FbetaOptions): number;
export function fbetaScore(
  yTrue: Targets,
  yPred: Targets,
  options: FbetaOptions,
): number | number[] {
  checkBeta('fbetaScore', options.beta);
  return averagedPrf('fbetaScore', yTrue, yPred, options, options.beta, ['fScore']).fScore;
}
