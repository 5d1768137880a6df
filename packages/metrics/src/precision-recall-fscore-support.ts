import { averagedPrf } from './internal/averaged-score.js';
import { checkBeta } from './internal/beta.js';
import type { Average } from './internal/zero-division.js';
import type { Targets } from './labels.js';
import type { AverageOptions } from './options.js';

/** Options of {@link precisionRecallFscoreSupport}. */
export interface PrecisionRecallFscoreOptions extends AverageOptions {
  /** How many times as important recall is as precision in F, 0 to Infinity. Default: 1. */
  readonly beta?: number | undefined;
}

/** Scores a class, in the order of `labels`. */
export interface PrecisionRecallFscorePerClass {
  readonly precision: number[];
  readonly recall: number[];
  readonly fScore: number[];
  /** How often each class occurs, or the weight of its samples. */
  readonly support: number[];
}

/** Scores averaged over the classes, which have no support of their own. */
export interface PrecisionRecallFscore {
  readonly precision: number;
  readonly recall: number;
  readonly fScore: number;
  readonly support: null;
}

/**
 * Says of each class (or on average) how well it is found and named, in one pass over the labels.
 *
 * An average hides which class fails: look at `average: null` (the default) first. Macro, weighted
 * and micro averages answer different questions; with all classes included micro is the accuracy.
 * A class without samples follows `zeroDivision`; with NaN it does not count in the mean.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yPred - predicted labels of the same kind
 * @returns four arrays with an entry a class, or numbers and `support: null` with an average
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, no samples, an unknown
 *   average, or `'binary'` with more than two classes
 * @example
 * ```ts
 * const scores = precisionRecallFscoreSupport([0, 1, 2, 2], [0, 2, 2, 2], { zeroDivision: 0 });
 * scores.recall; // → [1, 0, 1]
 * scores.support; // → [1, 1, 2]
 * ```
 * @see scikit-learn's `precision_recall_fscore_support`
 */
export function precisionRecallFscoreSupport(
  yTrue: Targets,
  yPred: Targets,
  options: PrecisionRecallFscoreOptions & { readonly average: Exclude<Average, null> },
): PrecisionRecallFscore;
export function precisionRecallFscoreSupport(
  yTrue: Targets,
  yPred: Targets,
  options?: PrecisionRecallFscoreOptions & { readonly average?: null | undefined },
): PrecisionRecallFscorePerClass;
export function precisionRecallFscoreSupport(
  yTrue: Targets,
  yPred: Targets,
  options: PrecisionRecallFscoreOptions = {},
): PrecisionRecallFscore | PrecisionRecallFscorePerClass {
  const { beta = 1, average = null } = options;
  checkBeta('precisionRecallFscoreSupport', beta);
  return averagedPrf('precisionRecallFscoreSupport', yTrue, yPred, { ...options, average }, beta) as
    | PrecisionRecallFscore
    | PrecisionRecallFscorePerClass;
}
