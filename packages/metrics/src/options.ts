import type { Average, ZeroDivision } from './internal/zero-division.js';
import type { Label, Labels } from './labels.js';
import type { WarningOptions } from './warning.js';

/** A weight for each sample. */
export interface WeightOptions {
  /**
   * How much each sample counts, length n, finite and not all zero. Those below 0 count as they are; where they
   * leave a curve that turns or a sum of 0, the answer means nothing. Default: 1 each.
   */
  readonly sampleWeight?: ArrayLike<number> | null | undefined;
}

/** Options of scores that count right labels. */
export interface CountOptions extends WeightOptions {
  /** A share of the samples (true) or their count or weight (false). Default: true. */
  readonly normalize?: boolean | undefined;
}

/** Options of scores that are computed class by class and then averaged. */
export interface AverageOptions extends WeightOptions, WarningOptions {
  /**
   * The classes (of rows: the columns) to score, in this order, one or more: none is taken for a mistake,
   * where scikit-learn answers with empty arrays. Default: all that occur, sorted.
   */
  readonly labels?: Labels | null | undefined;
  /** The positive class of `average: 'binary'`. Default: 1. */
  readonly posLabel?: Label | null | undefined;
  /**
   * `'binary'`: the score of `posLabel`. `'macro'`: the mean over classes, each counting the same.
   * `'weighted'`: the mean over classes by how often they occur. `'micro'`: from the counts of all
   * classes together. `'samples'`: the mean over the rows of a multi-label target. `null`: a score a
   * class. Default: `'binary'`.
   */
  readonly average?: Average | undefined;
  /** What 0/0 gives: `'warn'` (0, and a warning), 0, 1 or NaN. Default: `'warn'`. */
  readonly zeroDivision?: ZeroDivision | undefined;
}

/** Asks for a score a class instead of one number. */
export interface PerClass {
  readonly average: null;
}

/** Options of curves over the thresholds of a score. */
export interface CurveOptions extends WeightOptions, WarningOptions {
  /** The positive class. Default: 1, if the labels are among 0 and 1 or -1 and 1. */
  readonly posLabel?: Label | null | undefined;
  /**
   * Leave out points that change nothing in the picture: of a ROC curve those on a straight line between
   * others, of the other curves those where no positive is gained. Default: true for {@link rocCurve},
   * else false, as in scikit-learn.
   */
  readonly dropIntermediate?: boolean | undefined;
}
