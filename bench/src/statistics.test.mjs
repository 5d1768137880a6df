import { expect, test } from 'vitest';
import { geometricMean, median, speedup } from './statistics.mjs';

test('the median of an even number of values is the mean of the middle two', () => {
  expect(median([9, 1, 3])).toBe(3);
  expect(median([9, 1, 3, 5])).toBe(4);
});

test('the geometric mean of a ratio and its inverse is one', () => {
  expect(geometricMean([4, 0.25])).toBeCloseTo(1);
});

test('the range of a speedup pairs rounds, so that a slow round of both changes nothing', () => {
  expect(speedup([1, 10, 1], [2, 20, 2])).toEqual({ ratio: 2, min: 2, max: 2 });
});

test('an engine with fewer rounds is paired with the rounds it took part in', () => {
  expect(speedup([1, 2, 1], [100])).toEqual({ ratio: 100, min: 100, max: 100 });
});
