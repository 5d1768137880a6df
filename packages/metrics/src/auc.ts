import { fail, show } from './internal/fail.js';
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
  const area = trapezoids(x, y, 0, x.length - 1, x[x.length - 1]! < x[0]! ? -1 : 1);
  if (Number.isNaN(area) && turns(x)) {
    fail('auc', 'option_value', `x must rise or fall throughout; received ${show(x)}.`);
  }
  return area;
}

/** Whether some values fall and some do not, as those beside NaN: scikit-learn's rule. */
function turns(x: ArrayLike<number>): boolean {
  let falls = false;
  let others = false;
  for (let i = 1; i < x.length; i++) {
    if (x[i]! < x[i - 1]!) falls = true;
    else if (!(x[i]! === x[i - 1]!)) others = true;
  }
  return falls && others;
}

/** Added up in the order of NumPy's sum; NaN if x, times the sign, falls. */
function trapezoids(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  count: number,
  sign: number,
): number {
  if (count <= 128) return block(x, y, from, count, sign);
  const half = (count >> 1) - ((count >> 1) % 8);
  const first = trapezoids(x, y, from, half, sign);
  return first + trapezoids(x, y, from + half, count - half, sign);
}

/**
 * Eight sums; each value is read once, and checked on the way: a pass for that alone would take half as
 * long as this one.
 */
function block(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  count: number,
  sign: number,
): number {
  let r0 = 0;
  let r1 = 0;
  let r2 = 0;
  let r3 = 0;
  let r4 = 0;
  let r5 = 0;
  let r6 = 0;
  let r7 = 0;
  let a = sign * x[from]!;
  let p = y[from]!;
  let i = from + 1;
  for (const end = i + count - (count % 8); i < end; i += 8) {
    let b = sign * x[i]!;
    let q = y[i]!;
    let c = sign * x[i + 1]!;
    let r = y[i + 1]!;
    if (b < a || c < b) return Number.NaN;
    r0 += (b - a) * (q + p);
    r1 += (c - b) * (r + q);
    a = sign * x[i + 2]!;
    p = y[i + 2]!;
    b = sign * x[i + 3]!;
    q = y[i + 3]!;
    if (a < c || b < a) return Number.NaN;
    r2 += (a - c) * (p + r);
    r3 += (b - a) * (q + p);
    c = sign * x[i + 4]!;
    r = y[i + 4]!;
    a = sign * x[i + 5]!;
    p = y[i + 5]!;
    if (c < b || a < c) return Number.NaN;
    r4 += (c - b) * (r + q);
    r5 += (a - c) * (p + r);
    b = sign * x[i + 6]!;
    q = y[i + 6]!;
    c = sign * x[i + 7]!;
    r = y[i + 7]!;
    if (b < a || c < b) return Number.NaN;
    r6 += (b - a) * (q + p);
    r7 += (c - b) * (r + q);
    a = c;
    p = r;
  }
  let twice = r0 + r1 + (r2 + r3) + (r4 + r5 + (r6 + r7));
  for (; i <= from + count; i++) {
    const b = sign * x[i]!;
    const q = y[i]!;
    if (b < a) return Number.NaN;
    twice += (b - a) * (q + p);
    a = b;
    p = q;
  }
  return twice / 2;
}
