import { readFileSync } from 'node:fs';
import * as metrics from '@cnnkit/metrics';
import { RandomState } from '@cnnkit/random';
import { describe, expect, it } from 'vitest';

const SCORES = {
  accuracyScore: metrics.accuracyScore,
  balancedAccuracyScore: metrics.balancedAccuracyScore,
  matthewsCorrcoef: metrics.matthewsCorrcoef,
  rocAucScore: (yTrue: number[], yScore: number[]) => metrics.rocAucScore(yTrue, yScore),
  logLoss: (yTrue: number[], yProba: number[]) => metrics.logLoss(yTrue, yProba),
};

/** What SciPy says of a score; fixtures/scipy/make.py wrote it. */
interface ScipyCase {
  readonly score: keyof typeof SCORES;
  readonly seed: number;
  readonly confidence: number;
  readonly resamples: number;
  readonly yTrue: number[];
  readonly second: number[];
  readonly estimate: number;
  readonly standardError: number;
  readonly intervals: Readonly<Record<'percentile' | 'basic' | 'bca', readonly [number, number]>>;
}

const path = new URL('../fixtures/scipy/bootstrap.json', import.meta.url).pathname;
const cases: readonly ScipyCase[] = JSON.parse(readFileSync(path, 'utf8'));

describe("bootstrapInterval gives SciPy's intervals on the same resamples", () => {
  for (const one of cases) {
    for (const method of ['percentile', 'basic', 'bca'] as const) {
      it(`${one.score}, ${one.yTrue.length} samples, ${one.confidence}, ${method}`, () => {
        const { confidence, resamples } = one;
        const state = new RandomState(one.seed);
        const interval = metrics.bootstrapInterval([one.yTrue, one.second], SCORES[one.score], {
          ...{ random: () => state.randomSample(), confidence, resamples, method },
        });
        expect(interval.estimate).toBeCloseTo(one.estimate, 12);
        expect(interval.standardError).toBeCloseTo(one.standardError, 12);
        expect(interval.low).toBeCloseTo(one.intervals[method][0], 12);
        expect(interval.high).toBeCloseTo(one.intervals[method][1], 12);
      });
    }
  }
});
