import { fail, show } from './internal/fail.js';
import { sum } from './internal/numpy.js';
import { checkLengths } from './internal/targets.js';

/**
 * Says how large the area under any curve is, by trapezoids.
 *
 * For a precision-recall curve it is too high: precision is not linear between two points;
 * {@link averagePrecisionScore} takes steps instead.
 *
 * @param x - rising or falling, at least 2 values
 * @param y - as long as x
 * @returns the area, positive for y above 0 whichever way x runs
 * @throws RangeError ({@link MetricError}) for unequal lengths, fewer than 2 points, or x that turns
 * @example
 * ```ts
 * auc([0, 0.5, 1], [0, 1, 1]); // → 0.75
 * ```
 * @see scikit-learn's `auc`
 */
export function auc(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkLengths('auc', { x: x.length, y: y.length });
  if (x.length < 2) {
    fail('auc', 'empty_input', `x must have 2 points or more; received ${x.length}.`);
  }
  const parts = new Float64Array(x.length - 1);
  let rises = false;
  let falls = false;
  for (let i = 0; i < parts.length; i++) {
    const width = x[i + 1]! - x[i]!;
    rises ||= width > 0;
    falls ||= width < 0;
    parts[i] = (width * (y[i + 1]! + y[i]!)) / 2;
  }
  if (rises && falls) {
    fail('auc', 'option_value', `x must rise or fall throughout; received ${show(x)}.`);
  }
  return sum(parts) * (falls ? -1 : 1);
}
