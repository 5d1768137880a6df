import { expect, it } from 'vitest';
import { normalCdf, normalQuantile } from './normal.js';

const CDF: readonly (readonly [number, number])[] = [
  [-8, 6.220960574271786e-16],
  [-3.3, 0.0004834241423837772],
  [-1, 0.15865525393145707],
  [-0.1, 0.460172162722971],
  [0, 0.5],
  [0.5, 0.6914624612740131],
  [2, 0.9772498680518208],
];

it('normalCdf equals SciPy to 1e-13', () => {
  for (const [z, p] of CDF) expect(Math.abs(normalCdf(z) / p - 1), `z ${z}`).toBeLessThan(1e-13);
});

it('normalQuantile turns normalCdf around, and has infinite ends', () => {
  for (const [z] of CDF) expect(normalQuantile(normalCdf(z))).toBeCloseTo(z, 9);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
});
