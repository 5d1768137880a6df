import type { CurveArray, PlainScores, TypedScores } from './curve-array.js';
import { curvePoints } from './internal/curve-points.js';
import { warner } from './internal/warn.js';
import type { Labels, Rows } from './labels.js';
import type { CurveOptions } from './options.js';

/** Points of a precision-recall curve, from the lowest threshold up. */
export interface PrecisionRecallCurve<A extends CurveArray = number[]> {
  /** Share of the samples at or above the threshold that are positive; a last 1 ends the curve. */
  readonly precision: A;
  /** Share of the positives at or above the threshold; a last 0 ends the curve. */
  readonly recall: A;
  /** Rising scores, one fewer than points. */
  readonly thresholds: A;
}

/**
 * Says how precise the positives are at each share of them found, over all thresholds.
 *
 * The curve of a guess is not the diagonal but a line at the share of positives, so curves over data
 * of other mixes do not compare. Between two points precision does not follow a straight line.
 *
 * @param yTrue - true labels of two classes, length n
 * @param yScore - score or probability of the positive class, length n
 * @returns precision and recall (t + 1 points) and t thresholds, in arrays that are plain or typed as the
 *   scores are ({@link CurveArray})
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
  yScore: TypedScores,
  options?: CurveOptions,
): PrecisionRecallCurve<Float64Array>;
export function precisionRecallCurve(
  yTrue: Labels,
  yScore: PlainScores,
  options?: CurveOptions,
): PrecisionRecallCurve;
export function precisionRecallCurve(
  yTrue: Labels,
  yScore: ArrayLike<number> | Rows,
  options?: CurveOptions,
): PrecisionRecallCurve<CurveArray>;
export function precisionRecallCurve(
  yTrue: Labels,
  yScore: ArrayLike<number> | Rows,
  options: CurveOptions = {},
): PrecisionRecallCurve<CurveArray> {
  const metric = 'precisionRecallCurve';
  const points = curvePoints(metric, yTrue, yScore, options);
  const { xs: precision, ys: recall, thresholds, size } = points;
  if (points.positives === 0) {
    recall.fill(1);
    const rule = 'yTrue holds no positive samples';
    const warn = warner(metric, options.onWarning);
    warn('no_positive_samples', 'UserWarning', `${rule}; recall is 1 at every threshold.`);
  }
  precision[size] = 1;
  recall[size] = 0;
  return { precision, recall, thresholds };
}
