import { precisionRecallPoints } from './internal/precision-recall.js';
import { countsAtThresholds } from './internal/thresholds.js';
import { warner } from './internal/warn.js';
import type { Labels, Rows } from './labels.js';
import type { CurveOptions } from './options.js';

/** Points of a precision-recall curve, from the lowest threshold up. */
export interface PrecisionRecallCurve {
  /** Share of the samples at or above the threshold that are positive; a last 1 ends the curve. */
  readonly precision: number[];
  /** Share of the positives at or above the threshold; a last 0 ends the curve. */
  readonly recall: number[];
  /** Rising scores, one fewer than points. */
  readonly thresholds: number[];
}

/**
 * Says how precise the positives are at each share of them found, over all thresholds.
 *
 * The curve of a guess is not the diagonal but a line at the share of positives, so curves over data
 * of other mixes do not compare. Between two points precision does not follow a straight line.
 *
 * @param yTrue - true labels of two classes, length n
 * @param yScore - score or probability of the positive class, length n
 * @returns precision and recall (t + 1 points) and t thresholds, plain data
 * @throws TypeError or RangeError ({@link MetricError}) as {@link rocCurve}
 * @example
 * ```ts
 * const curve = precisionRecallCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * curve.precision; // → [0.5, 0.6666666666666666, 0.5, 1, 1]
 * curve.recall; // → [1, 1, 0.5, 0.5, 0]
 * ```
 * @see scikit-learn's `precision_recall_curve`
 */
export function precisionRecallCurve(
  yTrue: Labels,
  yScore: ArrayLike<number> | Rows,
  options: CurveOptions = {},
): PrecisionRecallCurve {
  const { posLabel, sampleWeight, dropIntermediate = false, onWarning } = options;
  const metric = 'precisionRecallCurve';
  const counts = countsAtThresholds(metric, yTrue, yScore, posLabel, sampleWeight);
  return precisionRecallPoints(counts, dropIntermediate, warner(metric, onWarning));
}
