import { describe, expect, it } from 'vitest';
import { mcnemarTest } from './mcnemar-test.js';

/** Labels on which A alone is right a times and B alone b times. */
function split(a: number, b: number) {
  const n = a + b + 2;
  const truth = new Array<number>(n).fill(1);
  const ofA = truth.map((_, i) => Number(i < a || i === n - 1));
  const ofB = truth.map((_, i) => Number((i >= a && i < a + b) || i === n - 1));
  return [truth, ofA, ofB] as const;
}

/** p by SciPy's binomtest, binom and chi2. */
const SCIPY = [
  { a: 7, b: 1, exact: 0.0703125, midP: 0.0390625, chi2: 0.07709987174354178 },
  { a: 10, b: 4, exact: 0.1795654296875, midP: 0.11846923828125, chi2: 0.18144920772141 },
];

describe('mcnemarTest', () => {
  for (const { a, b, exact, midP, chi2 } of SCIPY) {
    it(`gives SciPy's p for ${a} against ${b}`, () => {
      expect(mcnemarTest(...split(a, b)).pValue).toBeCloseTo(exact, 12);
      expect(mcnemarTest(...split(a, b), { method: 'mid-p' }).pValue).toBeCloseTo(midP, 12);
      expect(mcnemarTest(...split(a, b), { method: 'chi2' }).pValue).toBeCloseTo(chi2, 12);
    });
  }

  it('counts agreement and takes the two models alike', () => {
    const test = mcnemarTest(...split(30, 12));
    expect(test).toMatchObject({
      onlyARight: 30,
      onlyBRight: 12,
      bothRight: 1,
      bothWrong: 1,
      method: 'exact',
    });
    const [truth, a, b] = split(30, 12);
    expect(mcnemarTest(truth, b, a).pValue).toBe(test.pValue);
  });

  it('finds nothing between models that agree', () => {
    expect(mcnemarTest([1, 0], [1, 1], [1, 1]).pValue).toBe(1);
    expect(mcnemarTest([1, 0], [1, 1], [1, 1], { method: 'chi2' }).pValue).toBe(1);
  });

  it('approximates beyond 1000 disagreements', () => {
    const test = mcnemarTest(...split(900, 800));
    expect(test.method).toBe('chi2');
    expect(test.pValue).toBeCloseTo(mcnemarTest(...split(900, 800), { method: 'exact' }).pValue, 3);
  });
});
