import { describe, expect, it } from 'vitest';
import { keepMask } from './keep-mask.js';

const SIZE = 1 << 18;
const RATES = [0.05, 0.25, 0.5, 0.9];
// Deviations in standard errors; some hundreds are looked at, so 4.5 is rare but no coincidence.
const LIMIT = 4.5;

describe('keepMask', () => {
  it('keeps 1 / (1 - rate), so that the mean stays what it was', () => {
    for (const rate of RATES) {
      const kept = Math.fround(1 / (1 - rate));
      expect(new Set(keepMask(1000, rate, 7, 0))).toEqual(new Set([0, kept]));
    }
  });

  it('drops everything at rate 1 and nothing at rate 0', () => {
    expect(keepMask(100, 1, 1, 0)).toEqual(new Float32Array(100));
    expect(keepMask(100, 0, 1, 0)).toEqual(new Float32Array(100).fill(1));
  });

  it('is a function of seed and call alone, and each element of its index alone', () => {
    const mask = keepMask(1000, 0.5, 3, 4);
    expect(keepMask(1000, 0.5, 3, 4)).toEqual(mask);
    expect(keepMask(2000, 0.5, 3, 4).subarray(0, 1000)).toEqual(mask);
    expect(keepMask(1000, 0.5, 3, 5)).not.toEqual(mask);
    expect(keepMask(1000, 0.5, 4, 4)).not.toEqual(mask);
    expect(keepMask(1000, 0.5, 3 + 2 ** 40, 4)).not.toEqual(mask);
  });

  it('drops as often as asked', () => {
    for (const rate of RATES) {
      const error = Math.sqrt((rate * (1 - rate)) / SIZE);
      for (let seed = 0; seed < 20; seed++) {
        const mask = keepMask(SIZE, rate, seed, seed);
        expect(Math.abs(meanDropped(mask) - rate) / error).toBeLessThan(LIMIT);
      }
    }
  });

  it('has no memory: neighbours and rows are as independent as strangers', () => {
    for (const rate of RATES) {
      for (let seed = 0; seed < 4; seed++) {
        const mask = keepMask(SIZE, rate, seed, 0);
        for (const lag of [1, 2, 3, 4, 8, 16, 26, 28, 64, 128, 256, 784, 1024]) {
          expect(Math.abs(correlation(mask, mask, lag, rate))).toBeLessThan(LIMIT);
        }
      }
    }
  });

  it('gives calls and seeds side by side masks that have nothing in common', () => {
    for (const rate of RATES) {
      for (let seed = 0; seed < 4; seed++) {
        const mask = keepMask(SIZE, rate, seed, 0);
        for (const other of [keepMask(SIZE, rate, seed, 1), keepMask(SIZE, rate, seed + 1, 0)]) {
          for (const shift of [0, 1, 2, 64]) {
            expect(Math.abs(correlation(mask, other, shift, rate))).toBeLessThan(LIMIT);
          }
        }
      }
    }
  });
});

function meanDropped(mask: Float32Array): number {
  let dropped = 0;
  for (const value of mask) dropped += value === 0 ? 1 : 0;
  return dropped / mask.length;
}

/** Correlation of one mask with another moved by `lag`, in standard errors. */
function correlation(a: Float32Array, b: Float32Array, lag: number, rate: number): number {
  const pairs = a.length - lag;
  let sum = 0;
  for (let i = 0; i < pairs; i++) {
    sum += ((a[i] === 0 ? 1 : 0) - rate) * ((b[i + lag] === 0 ? 1 : 0) - rate);
  }
  return sum / (rate * (1 - rate) * Math.sqrt(pairs));
}
