import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { borrow } from './memory.js';
import { count, type Dropped, type ThresholdCounts } from './thresholds.js';

const sample = fc.record({
  positive: fc.integer({ min: 0, max: 1 }),
  score: fc.oneof(fc.integer({ min: -6, max: 6 }), fc.double({ min: -1, max: 1, noNaN: true })),
  weight: fc.integer({ min: 0, max: 3 }),
});

/** The counts at each threshold, from its definition. */
function byDefinition(
  samples: readonly { positive: number; score: number; weight: number }[],
): [threshold: number, fp: number, tp: number][] {
  const used = samples.filter(({ weight }) => weight > 0);
  const thresholds = [...new Set(used.map(({ score }) => score + 0))].sort((a, b) => b - a);
  const sum = (threshold: number, wanted: number) =>
    used.reduce((total, { positive, score, weight }) => {
      return total + (positive === wanted && score >= threshold ? weight : 0);
    }, 0);
  return thresholds.map((threshold) => [threshold, sum(threshold, 0), sum(threshold, 1)]);
}

const pointsOf = ({ rising, fps, tps }: ThresholdCounts) =>
  Array.from(rising.toReversed(), (threshold, i) => [threshold + 0, fps[i], tps[i]]);

describe('count', () => {
  for (const weighted of [false, true]) {
    const how = weighted ? 'with weights' : 'without weights';
    it(`cumulates down the scores, and drops what lies on a line or is flat, ${how}`, () => {
      fc.assert(
        fc.property(fc.array(sample, { minLength: 1, maxLength: 80 }), (given) => {
          const samples = weighted ? given : given.map((one) => ({ ...one, weight: 1 }));
          const positive = samples.map((one) => one.positive);
          const scores = samples.map((one) => one.score);
          const weights = weighted ? Float64Array.from(samples, ({ weight }) => weight) : undefined;
          const all = byDefinition(samples);
          const kept = (isIdle: (before: number[], at: number[], after: number[]) => boolean) =>
            all.filter((point, i) => {
              const [before, after] = [all[i - 1], all[i + 1]];
              return !before || !after || !isIdle(before, point, after);
            });
          const straight = kept(([, f0, t0], [, f1, t1], [, f2, t2]) => {
            return f2! - f1! === f1! - f0! && t2! - t1! === t1! - t0!;
          });
          const flat = kept(([, , t0], [, , t1], [, , t2]) => t0 === t1 && t1 === t2);
          const pointsWithout = (dropped: Dropped) =>
            borrow((memory) => pointsOf(count(positive, scores, weights, dropped, memory)));
          expect(pointsWithout('none')).toEqual(all);
          expect(pointsWithout('straight')).toEqual(straight);
          expect(pointsWithout('flat')).toEqual(flat);
        }),
        { numRuns: 300 },
      );
    });
  }
});
