import { expect, test } from 'vitest';
import { checkWellFormed } from '../test/well-formed.js';
import { histogram, histogramSpec } from './histogram.js';

const counts = (values: ArrayLike<number>, bins: number): number[] =>
  (histogramSpec(values, { bins }) as { data: { values: { count: number }[] } }).data.values.map(
    ({ count }) => count,
  );

test('counts as NumPy does: bins half open, the last one closed', () => {
  // np.histogram([0, 1, 1, 2, 3, 4], bins=4)[0] → [1, 2, 1, 2]
  expect(counts([0, 1, 1, 2, 3, 4], 4)).toEqual([1, 2, 1, 2]);
  // np.histogram([5, 5], bins=2)[0] → [0, 2], edges 4.5, 5, 5.5
  expect(counts([5, 5], 2)).toEqual([0, 2]);
});

test('counts every finite value once', () => {
  const values = Float32Array.from({ length: 1000 }, (_, index) => Math.sin(index) * 1e-3);
  expect(counts(values, 37).reduce((sum, count) => sum + count)).toBe(1000);
  expect(counts([-1.7e308, 1.7e308], 3)).toEqual([1, 0, 1]);
});

test('draws the bins, and says how many values were not finite', async () => {
  const svg = await histogram([1, 2, 2, 3, 3, 3, Number.NaN], { bins: 3, title: 'Weights <1>' });
  await expect(svg).toMatchFileSnapshot('./__golden__/histogram.svg');
  checkWellFormed(svg);
  expect(svg).toContain('6 values, 1 more not finite');
});

test('names what is wrong with its arguments', () => {
  expect(() => histogramSpec(3 as never)).toThrow(TypeError);
  expect(() => histogramSpec([])).toThrow('at least one finite value; received 0 without');
  expect(() => histogramSpec([1], { bins: 0 })).toThrow('from 1 to 10000; received 0');
});
