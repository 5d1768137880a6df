import { reals } from './internal/numpy.js';
import { countsAtThresholds } from './internal/thresholds.js';
import { warner } from './internal/warn.js';
import type { Labels, Rows } from './labels.js';
import type { CurveOptions } from './options.js';

/** Points of a ROC curve, from the highest threshold down. */
export interface RocCurve {
  /** Share of the negatives that score at least the threshold. */
  readonly fpr: number[];
  /** Share of the positives that score at least the threshold. */
  readonly tpr: number[];
  /** The scores at which the curve turns; the first is Infinity, where nothing is positive. */
  readonly thresholds: number[];
}

/**
 * Says how many positives are found at each rate of false alarms, over all thresholds.
 *
 * With rare positives it looks better than it is: 1 % of many negatives can outnumber all positives.
 * {@link precisionRecallCurve} shows that. By default points on a straight line are dropped, so the
 * thresholds are not all scores.
 *
 * @param yTrue - true labels of two classes, length n
 * @param yScore - score or probability of the positive class, length n
 * @returns three arrays of equal length, plain data; NaN rates if a class is absent, with a warning
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, NaN, more than two
 *   classes without `posLabel`, or names without it
 * @example
 * ```ts
 * const { fpr, tpr, thresholds } = rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * fpr; // → [0, 0, 0.5, 0.5, 1]
 * tpr; // → [0, 0.5, 0.5, 1, 1]
 * thresholds; // → [Infinity, 0.8, 0.4, 0.35, 0.1]
 * ```
 * @see scikit-learn's `roc_curve`
 */
export function rocCurve(
  yTrue: Labels,
  yScore: ArrayLike<number> | Rows,
  options: CurveOptions = {},
): RocCurve {
  const { posLabel, sampleWeight, dropIntermediate = true, onWarning } = options;
  const dropped = dropIntermediate ? 'straight' : 'none';
  const counts = countsAtThresholds('rocCurve', yTrue, yScore, posLabel, sampleWeight, dropped);
  const warn = warner('rocCurve', onWarning);
  const rate = (side: 'negative' | 'positive', sums: Float64Array | Int32Array): number[] => {
    const total = sums.at(-1)!;
    if (total > 0) return shares(sums, total);
    const rule = `yTrue holds no ${side} samples`;
    warn(`no_${side}_samples`, 'UndefinedMetricWarning', `${rule}; their rate is NaN.`);
    return new Array<number>(sums.length + 1).fill(Number.NaN);
  };
  const { rising } = counts;
  const thresholds = reals(rising.length + 1);
  thresholds[0] = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rising.length; i++) thresholds[i + 1] = rising[rising.length - 1 - i]!;
  return {
    fpr: rate('negative', counts.fps),
    tpr: rate('positive', counts.tps),
    thresholds,
  };
}

/** A plain array: 0, then each sum's share of the total. */
function shares(sums: ArrayLike<number>, total: number): number[] {
  const out = reals(sums.length + 1);
  out[0] = 0;
  for (let i = 0; i < sums.length; i++) out[i + 1] = sums[i]! / total;
  return out;
}
