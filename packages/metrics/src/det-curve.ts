import type { CurveArray, PlainScores, TypedScores } from './curve-array.js';
import { CHOICE } from './internal/curve-ends.js';
import { curvePoints } from './internal/curve-points.js';
import { fail } from './internal/fail.js';
import { warner } from './internal/warn.js';
import type { Labels, Rows } from './labels.js';
import type { CurveOptions } from './options.js';

/** Points of a detection error trade-off curve, from the lowest threshold up. */
export interface DetCurve<A extends CurveArray = number[]> {
  /** Share of the negatives that score at least the threshold. */
  readonly fpr: A;
  /** Share of the positives that score below the threshold. */
  readonly fnr: A;
  /** Rising; Infinity, where nothing is positive, stands for the end if it belongs to the curve. */
  readonly thresholds: A;
}

/**
 * Says how misses trade against false alarms, over all thresholds.
 *
 * Its axes are read on a normal-deviate scale; drawn on plain axes it hides the corner that matters.
 *
 * @param yTrue - true labels of two classes, both present, length n
 * @param yScore - score or probability of the positive class, length n
 * @returns three arrays of equal length, plain or typed as the scores are ({@link CurveArray})
 * @throws TypeError or RangeError ({@link MetricError}) as {@link rocCurve}, and for a single class
 * @example
 * ```ts
 * const { fpr, fnr } = detCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
 * fpr; // → [0.5, 0.5, 0]
 * fnr; // → [0, 0.5, 0.5]
 * ```
 * @see scikit-learn's `det_curve`
 */
export function detCurve(
  yTrue: Labels,
  yScore: TypedScores,
  options?: CurveOptions,
): DetCurve<Float64Array>;
export function detCurve(yTrue: Labels, yScore: PlainScores, options?: CurveOptions): DetCurve;
export function detCurve(
  yTrue: Labels,
  yScore: ArrayLike<number> | Rows,
  options?: CurveOptions,
): DetCurve<CurveArray>;
export function detCurve(
  yTrue: Labels,
  yScore: ArrayLike<number> | Rows,
  options: CurveOptions = {},
): DetCurve<CurveArray> {
  const points = curvePoints('detCurve', yTrue, yScore, options, CHOICE);
  const { xs: fpr, ys: fnr, thresholds, size, positives, negatives, classCount } = points;
  if (classCount !== 2) {
    const received = `${classCount} class${classCount === 1 ? '' : 'es'}`;
    fail('detCurve', 'one_class', `yTrue must hold two classes; received ${received}.`);
  }
  if (thresholds.length > 0 && (negatives === 0 || positives === 0)) {
    const rule = 'the samples of one class have no weight';
    const warn = warner('detCurve', options.onWarning);
    warn('rates_undefined', 'UndefinedMetricWarning', `${rule}; its rate is NaN.`);
  }
  if (thresholds.length > size) {
    fpr[size] = 0 / negatives;
    fnr[size] = positives / positives;
    thresholds[size] = Number.POSITIVE_INFINITY;
  }
  return { fpr, fnr, thresholds };
}
