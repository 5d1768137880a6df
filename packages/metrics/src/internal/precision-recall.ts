import type { PrecisionRecallCurve } from '../precision-recall-curve.js';
import { toArray } from './numpy.js';
import { pick, type ThresholdCounts } from './thresholds.js';
import type { Warn } from './warn.js';

/** Precision and recall from the counts, from the lowest threshold up, with the end point (1, 0). */
export function precisionRecallPoints(
  all: ThresholdCounts,
  dropIntermediate: boolean,
  warn: Warn,
): PrecisionRecallCurve {
  const counts = dropIntermediate ? pick(all, (i) => steps(all.tps, i)) : all;
  const { fps, tps } = counts;
  const n = tps.length;
  const positives = tps.at(-1)!;
  if (positives === 0) {
    const rule = 'yTrue holds no positive samples';
    warn('no_positive_samples', 'UserWarning', `${rule}; recall is 1 at every threshold.`);
  }
  const precision = new Array<number>(n + 1);
  const recall = new Array<number>(n + 1);
  for (let i = 0; i < n; i++) {
    const at = n - 1 - i;
    const chosen = tps[at]! + fps[at]!;
    precision[i] = chosen === 0 ? 0 : tps[at]! / chosen;
    recall[i] = positives === 0 ? 1 : tps[at]! / positives;
  }
  precision[n] = 1;
  recall[n] = 0;
  return { precision, recall, thresholds: toArray(counts.thresholds).reverse() };
}

/** Whether the count changes on either side of the point. */
export function steps(sums: Float64Array, i: number): boolean {
  return sums[i] !== sums[i - 1] || sums[i + 1] !== sums[i];
}
