import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rankAgainst } from './rank-against.js';
import { sortScores } from './sort.js';

const score = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(5e-324, -5e-324, 1.7e308, -1.7e308, 1e-300, 0, -0, 1 - 2 ** -53),
);

it('sortScores puts any scores in order, each with its own mark and weight', () => {
  fc.assert(
    fc.property(fc.array(score, { maxLength: 300 }), (scores) => {
      const marks = Uint8Array.from(scores, (s) => Number(s > 0.25));
      const weights = Float64Array.from(scores, (s) => Math.abs(Math.sign(s)) + (s > 1 ? 1 : 0));
      const sorted = sortScores(scores, marks, weights);
      const kept = scores.filter((s) => s !== 0);
      expect(Array.from(sorted.scores)).toEqual(kept.toSorted((a, b) => a - b));
      sorted.scores.forEach((s, i) => {
        expect(sorted.positive[i]).toBe(Number(s > 0.25));
        expect(sorted.weights?.[i]).toBe(1 + (s > 1 ? 1 : 0));
      });
    }),
  );
});

it('sortScores copes with scores that crowd over many orders of magnitude', () => {
  const scores = Float64Array.from({ length: 20_000 }, (_, i) =>
    i % 2 ? 1 - 1.01 ** -(i % 3000) : 1.01 ** -((i * 7) % 60_000),
  );
  const sorted = sortScores(scores, new Uint8Array(20_000), undefined);
  expect(sorted.scores).toEqual(scores.toSorted());
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
