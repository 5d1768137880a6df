import { fail } from './internal/fail.js';
import { lowerBound, reals, upperBound } from './internal/numpy.js';
import { countsAtThresholds } from './internal/thresholds.js';
import { warner } from './internal/warn.js';
import type { Labels, Rows } from './labels.js';
import type { CurveOptions } from './options.js';

/** Points of a detection error trade-off curve, from the lowest threshold up. */
export interface DetCurve {
  /** Share of the negatives that score at least the threshold. */
  readonly fpr: number[];
  /** Share of the positives that score below the threshold. */
  readonly fnr: number[];
  /** Rising; Infinity, where nothing is positive, stands for the end if it belongs to the curve. */
  readonly thresholds: number[];
}

/**
 * Says how misses trade against false alarms, over all thresholds.
 *
 * Its axes are read on a normal-deviate scale; drawn on plain axes it hides the corner that matters.
 *
 * @param yTrue - true labels of two classes, both present, length n
 * @param yScore - score or probability of the positive class, length n
 * @returns three arrays of equal length, plain data
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
  yScore: ArrayLike<number> | Rows,
  options: CurveOptions = {},
): DetCurve {
  const { posLabel, sampleWeight, dropIntermediate = false } = options;
  const dropped = dropIntermediate ? 'flat' : 'none';
  const counts = countsAtThresholds('detCurve', yTrue, yScore, posLabel, sampleWeight, dropped);
  if (counts.classCount !== 2) {
    const received = `${counts.classCount} class${counts.classCount === 1 ? '' : 'es'}`;
    fail('detCurve', 'one_class', `yTrue must hold two classes; received ${received}.`);
  }
  // The start of the curve is a point like others here, and the first threshold may be dropped too.
  const start = Number(dropIntermediate && counts.tps[0] === 0 && counts.tps[1] === 0);
  const fps = counts.fps.subarray(start);
  const tps = counts.tps.subarray(start);
  const negatives = fps.at(-1)!;
  const positives = tps.at(-1)!;
  if (negatives === 0 || positives === 0) {
    const rule = 'the samples of one class have no weight';
    const warn = warner('detCurve', options.onWarning);
    warn('rates_undefined', 'UndefinedMetricWarning', `${rule}; its rate is NaN.`);
  }
  // The flat ends of the curve carry no choice: it starts where the last false alarm is gone.
  const first = upperBound(fps, 0);
  const last = positives > 0 ? lowerBound(tps, positives) + 1 : 0;
  const size = last - first + 1;
  const fpr = reals(size);
  const fnr = reals(size);
  const thresholds = reals(size);
  for (let i = 0; i < size; i++) {
    const at = last - 1 - i;
    fpr[i] = at < 0 ? 0 / negatives : fps[at]! / negatives;
    fnr[i] = at < 0 ? positives / positives : (positives - tps[at]!) / positives;
    thresholds[i] = at < 0 ? Number.POSITIVE_INFINITY : counts.rising[tps.length - 1 - at]!;
  }
  return { fpr, fnr, thresholds };
}
