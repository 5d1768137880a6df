import { reals } from './internal/numpy.js';
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
  const dropped = dropIntermediate ? 'flat' : 'none';
  const counts = countsAtThresholds(metric, yTrue, yScore, posLabel, sampleWeight, dropped);
  const { fps, tps, rising } = counts;
  const n = tps.length;
  const positives = tps.at(-1)!;
  if (positives === 0) {
    const rule = 'yTrue holds no positive samples';
    const warn = warner(metric, onWarning);
    warn('no_positive_samples', 'UserWarning', `${rule}; recall is 1 at every threshold.`);
  }
  const precision = reals(n + 1);
  const recall = reals(n + 1);
  const thresholds = reals(n);
  for (let i = 0; i < n; i++) {
    const at = n - 1 - i;
    const chosen = tps[at]! + fps[at]!;
    precision[i] = chosen === 0 ? 0 : tps[at]! / chosen;
    recall[i] = positives === 0 ? 1 : tps[at]! / positives;
    thresholds[i] = rising[i]!;
  }
  precision[n] = 1;
  recall[n] = 0;
  return { precision, recall, thresholds };
}
