import fc from 'fast-check';
import { expect, it } from 'vitest';
import { auc } from '../auc.js';
import { rocAucScore } from '../roc-auc-score.js';
import { rocCurve } from '../roc-curve.js';

const sample = fc.record({
  label: fc.integer({ min: 0, max: 1 }),
  score: fc.oneof(fc.integer({ min: -4, max: 4 }), fc.double({ min: -1, max: 1, noNaN: true })),
  weight: fc.integer({ min: 0, max: 3 }),
});
type Sample = { readonly label: number; readonly score: number; readonly weight: number };

/** The share of pairs, by weight, in which the positive scores higher; a tie is half of one. */
function byPairs(samples: readonly Sample[]): number {
  let right = 0;
  let all = 0;
  for (const one of samples) {
    for (const other of samples) {
      if (one.label !== 1 || other.label !== 0) continue;
      const weight = one.weight * other.weight;
      all += weight;
      right += weight * (Number(one.score > other.score) + Number(one.score === other.score) / 2);
    }
  }
  return right / all;
}

it('rocAucScore is the share of pairs in order, with weights and without', () => {
  fc.assert(
    fc.property(fc.array(sample, { minLength: 2, maxLength: 80 }), (given) => {
      const labels = given.map(({ label }) => label);
      const scores = given.map(({ score }) => score);
      const sampleWeight = given.map(({ weight }) => weight);
      const alike = given.map((one) => ({ ...one, weight: 1 }));
      fc.pre(Number.isFinite(byPairs(given)));
      expect(rocAucScore(labels, scores)).toBeCloseTo(byPairs(alike), 14);
      expect(rocAucScore(labels, scores, { sampleWeight })).toBeCloseTo(byPairs(given), 14);
    }),
    { numRuns: 300 },
  );
});

it('rocAucScore up to maxFpr is the standardized area under the curve cut there', () => {
  fc.assert(
    fc.property(
      fc.array(sample, { minLength: 2, maxLength: 80 }),
      fc.integer({ min: 1, max: 15 }),
      (given, sixteenths) => {
        fc.pre(Number.isFinite(byPairs(given)));
        const maxFpr = sixteenths / 16;
        const labels = given.map(({ label }) => label);
        const scores = given.map(({ score }) => score);
        const sampleWeight = given.map(({ weight }) => weight);
        const { fpr, tpr } = rocCurve(labels, scores, { sampleWeight });
        const past = fpr.findIndex((rate) => rate > maxFpr);
        const share = (maxFpr - fpr[past - 1]!) / (fpr[past]! - fpr[past - 1]!);
        const end = tpr[past - 1]! + share * (tpr[past]! - tpr[past - 1]!);
        const partial = auc([...fpr.slice(0, past), maxFpr], [...tpr.slice(0, past), end]);
        const least = maxFpr ** 2 / 2;
        const expected = (1 + (partial - least) / (maxFpr - least)) / 2;
        expect(rocAucScore(labels, scores, { sampleWeight, maxFpr })).toBeCloseTo(expected, 12);
      },
    ),
    { numRuns: 300 },
  );
});
