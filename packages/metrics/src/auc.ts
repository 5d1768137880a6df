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
  let least = 0;
  let most = 0;
  for (let i = 1; i < x.length; i++) {
    const width = x[i]! - x[i - 1]!;
    if (width < least) least = width;
    if (width > most) most = width;
  }
  if (least < 0 && most > 0) {
    fail('auc', 'option_value', `x must rise or fall throughout; received ${show(x)}.`);
  }
  const area = trapezoids(x, y, 0, x.length - 1, new Float64Array(1024));
  return least < 0 ? -area : area;
}

/** Added up in the order of NumPy's sum, but some at a time: an array of all would take longer to get. */
function trapezoids(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  count: number,
  parts: Float64Array,
): number {
  if (count > parts.length) {
    const half = (count >> 1) - ((count >> 1) % 8);
    const first = trapezoids(x, y, from, half, parts);
    return first + trapezoids(x, y, from + half, count - half, parts);
  }
  for (let i = 0; i < count; i++) {
    const at = from + i;
    parts[i] = ((x[at + 1]! - x[at]!) * (y[at + 1]! + y[at]!)) / 2;
  }
  return sum(parts, 0, count);
}
