import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rankAgainst } from './rank-against.js';
import { sortRising } from './sort.js';

const score = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(5e-324, -5e-324, 1.7e308, -1.7e308, 1e-300, 0, -0, 1 - 2 ** -53),
);

it('sortRising puts any scores in order, each with its own weight', () => {
  fc.assert(
    fc.property(fc.array(score, { maxLength: 300 }), (given) => {
      const scores = Float64Array.from(given);
      const weights = scores.map((s) => Math.abs(Math.sign(s)) + (s > 1 ? 1 : 0));
      sortRising(scores, weights);
      expect(Array.from(scores, (s) => s + 0)).toEqual(
        given.map((s) => s + 0).toSorted((a, b) => a - b),
      );
      scores.forEach((s, i) => {
        expect(weights[i]).toBe(Math.abs(Math.sign(s)) + (s > 1 ? 1 : 0));
      });
    }),
  );
});

it('sortRising copes with scores that crowd over many orders of magnitude', () => {
  const given = Float64Array.from({ length: 20_000 }, (_, i) =>
    i % 2 ? 1 - 1.01 ** -(i % 3000) : 1.01 ** -((i * 7) % 60_000),
  );
  const [alone, scores] = [given.slice(), given.slice()];
  sortRising(alone);
  expect(alone).toEqual(given.toSorted());
  const weights = scores.map((s) => 2 * s);
  sortRising(scores, weights);
  expect(scores).toEqual(alone);
  expect(weights).toEqual(alone.map((s) => 2 * s));
});

it('sortRising leaves the rest of the memory alone', () => {
  const memory = Float64Array.from({ length: 200 }, (_, i) => (i * 37) % 101);
  const before = memory.slice();
  sortRising(memory.subarray(50, 150));
  expect(memory.slice(0, 50)).toEqual(before.slice(0, 50));
  expect(memory.slice(150)).toEqual(before.slice(150));
  expect(memory.slice(50, 150)).toEqual(before.slice(50, 150).sort());
});

it('rankAgainst counts how many of the sorted side lie below each of the others', () => {
  fc.assert(
    fc.property(fc.array(score, { minLength: 1 }), fc.array(score), (side, others) => {
      const { sorted, below, tied } = rankAgainst(
        Float64Array.from(side),
        Float64Array.from(others),
      );
      const expected = new Float64Array(side.length + 1);
      const ties = new Float64Array(side.length + 1);
      for (const other of others) {
        const at = side.filter((s) => s < other).length;
        expected[at]! += 1;
        if (side.some((s) => s === other)) ties[at]! += 1;
      }
      expect(Array.from(sorted)).toEqual(side.toSorted((a, b) => a - b));
      expect(below).toEqual(expected);
      expect(tied).toEqual(ties);
    }),
  );
});
