import { RandomState } from '@cnnkit/random';
import { describe, expect, it } from 'vitest';
import { accuracyScore } from './accuracy-score.js';
import { bootstrapInterval } from './bootstrap-interval.js';
import { logLoss } from './log-loss.js';
import { pairedBootstrap } from './paired-bootstrap.js';
import { rocAucScore } from './roc-auc-score.js';
import { withWarnings } from './warning.js';

const seeded = (seed: number) => {
  const state = new RandomState(seed);
  return () => state.randomSample();
};
const yTrue = Int32Array.from({ length: 500 }, (_, i) => i % 2);
const yPred = yTrue.map((label, i) => (i % 10 < 2 ? 1 - label : label));

describe('bootstrapInterval', () => {
  it('holds what theory says of a share: 1.96 standard errors to either side', () => {
    const { estimate, low, high, standardError } = bootstrapInterval(
      [yTrue, yPred],
      accuracyScore,
      {
        random: seeded(1),
        resamples: 2000,
      },
    );
    const theory = Math.sqrt((0.8 * 0.2) / 500);
    expect(estimate).toBe(0.8);
    expect(standardError / theory).toBeCloseTo(1, 1);
    expect((0.8 - low) / (1.96 * theory)).toBeCloseTo(1, 0);
    expect((high - 0.8) / (1.96 * theory)).toBeCloseTo(1, 0);
  });

  it('is decided by the random source', () => {
    const run = (seed: number) =>
      bootstrapInterval([yTrue, yPred], accuracyScore, { random: seeded(seed), resamples: 50 });
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it('resamples rows, flat tables and plain arrays alike', () => {
    const rows = Array.from(yTrue, (label, i) =>
      label === 1 || i % 3 === 0 ? [0.25, 0.75] : [0.5, 0.5],
    );
    const flat = { data: Float64Array.from(rows.flat()), shape: [500, 2] as const };
    const run = (proba: typeof rows | typeof flat) =>
      bootstrapInterval([Array.from(yTrue), proba], (t, p) => logLoss(t, p), {
        random: seeded(5),
        resamples: 50,
      });
    expect(run(rows)).toEqual(run(flat));
  });

  it('leaves the interval of the percentiles alone, or mirrors or corrects it', () => {
    const run = (method: 'percentile' | 'basic' | 'bca') =>
      bootstrapInterval([yTrue.slice(0, 60), yPred.slice(0, 60)], accuracyScore, {
        random: seeded(6),
        method,
      });
    const [percentile, basic, bca] = [run('percentile'), run('basic'), run('bca')];
    expect(basic.low).toBeCloseTo(2 * percentile.estimate - percentile.high, 12);
    expect(bca.low).not.toBe(percentile.low);
    expect(Math.abs(bca.low - percentile.low)).toBeLessThan(0.06);
  });

  it('keeps the counts of strata, and says so when resamples have no score', () => {
    const truth = [0, 0, 0, 0, 0, 0, 0, 1];
    const scores = [1, 2, 3, 4, 5, 6, 7, 5];
    const run = (stratify?: number[]) =>
      withWarnings((onWarning) =>
        bootstrapInterval([truth, scores], (t, s) => rocAucScore(t, s), {
          random: seeded(7),
          resamples: 100,
          stratify,
          onWarning,
        }),
      );
    expect(run().warnings.map(({ code }) => code)).toEqual(['resamples_skipped']);
    expect(run(truth).warnings).toEqual([]);
    expect(run(truth).value.resamples).toBe(100);
  });

  it('names the argument that is wrong', () => {
    const random = seeded(1);
    expect(() => bootstrapInterval([[1], [1, 2]], accuracyScore, { random })).toThrow(
      /one entry a sample; received 1, 2/,
    );
    expect(() =>
      bootstrapInterval([yTrue, yPred], accuracyScore, { random, confidence: 1 }),
    ).toThrow(/confidence must lie in \(0, 1\); received 1/);
    expect(() => bootstrapInterval([yTrue, yPred], accuracyScore, { random: 42 as never })).toThrow(
      /random must be a function/,
    );
  });
});

describe('pairedBootstrap', () => {
  it('is sure of a difference that one sample in ten makes, and not of none', () => {
    const worse = yPred.map((label, i) => (i % 10 === 5 ? 1 - label : label));
    const sure = pairedBootstrap(yTrue, yPred, worse, accuracyScore, { random: seeded(8) });
    expect(sure.difference).toBeCloseTo(0.1, 12);
    expect(sure.low).toBeGreaterThan(0.06);
    expect(sure.pValue).toBeLessThan(0.01);
    const other = yTrue.map((label, i) => (i % 10 >= 8 ? 1 - label : label));
    const unsure = pairedBootstrap(yTrue, yPred, other, accuracyScore, { random: seeded(9) });
    expect(unsure.difference).toBe(0);
    expect(unsure.pValue).toBe(1);
  });
});
