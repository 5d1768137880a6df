import fc from 'fast-check';
import { expect, it } from 'vitest';
import { auc } from './auc.js';
import { sum } from './internal/numpy.js';

const point = fc.record({
  width: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
  y: fc.double({ min: -1, max: 1, noNaN: true }),
});
const curve = fc.array(point, { minLength: 2, maxLength: 700, size: 'max' });

const risingOf = (points: readonly { readonly width: number }[]) => {
  let x = -3;
  return Float64Array.from(points, ({ width }) => {
    x += width;
    return x;
  });
};

/** As NumPy adds it up, with an array of the parts. */
const areaOf = (x: Float64Array, y: Float64Array) =>
  sum(x.subarray(1).map((to, i) => ((to - x[i]!) * (y[i + 1]! + y[i]!)) / 2));

it('auc is the sum of the trapezoids to the last digit, and the same whichever way x runs', () => {
  fc.assert(
    fc.property(curve, (points) => {
      const x = risingOf(points);
      const y = Float64Array.from(points, (one) => one.y);
      const falling = x.map((value) => -value);
      expect(auc(x, y) + 0).toBe(areaOf(x, y) + 0);
      expect(auc([...falling], [...y]) + 0).toBe(areaOf(x, y) + 0);
    }),
  );
});

it('auc refuses x that turns, wherever it does', () => {
  for (const length of [3, 8, 9, 10, 17, 140, 300]) {
    const y = new Float64Array(length).fill(1);
    for (let at = 1; at < length - 1; at++) {
      for (const sign of [1, -1]) {
        const x = Float64Array.from(y, (_, i) => sign * (i === at ? i - 1.5 : i));
        expect(() => auc(x, y), `${length} points, at ${at}`).toThrow(/must rise or fall/);
      }
    }
  }
});

it('auc is NaN where x or y is, and refuses x that falls beside NaN, as scikit-learn does', () => {
  expect(auc([0, 1, 2], [0, Number.NaN, 1])).toBeNaN();
  expect(auc([0, Number.NaN, 2], [0, 1, 1])).toBeNaN();
  expect(() => auc([2, Number.NaN, 1, 0], [0, 1, 1, 1])).toThrow(/must rise or fall/);
});
