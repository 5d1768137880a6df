import type { CurveArray, PlainScores, TypedScores } from './curve-array.js';
import { borrow } from './internal/memory.js';
import { count, readScoredClasses, type ThresholdCounts } from './internal/thresholds.js';
import { type Warn, warner } from './internal/warn.js';
import type { Labels, Rows } from './labels.js';
import type { CurveOptions } from './options.js';

/** Points of a ROC curve, from the highest threshold down. */
export interface RocCurve<A extends CurveArray = number[]> {
  /** Share of the negatives that score at least the threshold. */
  readonly fpr: A;
  /** Share of the positives that score at least the threshold. */
  readonly tpr: A;
  /** The scores at which the curve turns; the first is Infinity, where nothing is positive. */
  readonly thresholds: A;
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
 * @returns three arrays of equal length, plain or typed as the scores are ({@link CurveArray}); NaN rates
 *   if a class is absent, with a warning
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
  yScore: TypedScores,
  options?: CurveOptions,
): RocCurve<Float64Array>;
export function rocCurve(yTrue: Labels, yScore: PlainScores, options?: CurveOptions): RocCurve;
export function rocCurve(
  yTrue: Labels,
  yScore: ArrayLike<number> | Rows,
  options?: CurveOptions,
): RocCurve<CurveArray>;
export function rocCurve(
  yTrue: Labels,
  yScore: ArrayLike<number> | Rows,
  options: CurveOptions = {},
): RocCurve<CurveArray> {
  const { dropIntermediate = true, onWarning } = options;
  const dropped = dropIntermediate ? 'straight' : 'none';
  const warn = warner('rocCurve', onWarning);
  return borrow((memory) => {
    const given = readScoredClasses('rocCurve', yTrue, yScore, options, memory);
    const { positive, scores, weights, make } = given;
    return pointsOf(count(positive, scores, weights, dropped, memory), make, warn);
  });
}

function pointsOf(
  { fps, tps, rising }: ThresholdCounts,
  make: (length: number) => CurveArray,
  warn: Warn,
): RocCurve<CurveArray> {
  const size = rising.length;
  const rates = (side: 'negative' | 'positive', sums: ArrayLike<number>): CurveArray => {
    const out = make(size + 1);
    const total = sums[size - 1]!;
    if (total > 0) {
      out[0] = 0;
      for (let i = 0; i < size; i++) out[i + 1] = sums[i]! / total;
      return out;
    }
    const rule = `yTrue holds no ${side} samples`;
    warn(`no_${side}_samples`, 'UndefinedMetricWarning', `${rule}; their rate is NaN.`);
    return out.fill(Number.NaN);
  };
  const thresholds = make(size + 1);
  thresholds[0] = Number.POSITIVE_INFINITY;
  for (let i = 0; i < size; i++) thresholds[i + 1] = rising[size - 1 - i]!;
  return { fpr: rates('negative', fps), tpr: rates('positive', tps), thresholds };
}
