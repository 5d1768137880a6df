import type { BinaryScore } from './binary-average.js';
import { average } from './numpy.js';
import type { Warn } from './warn.js';

/**
 * The mean over all pairs of present classes of the area of either against the other; NaN and a warning
 * if there is no pair.
 */
export function onePairAtATime(
  warn: Warn,
  area: BinaryScore,
  codes: Int32Array,
  scores: ArrayLike<number>,
  columns: number,
  byPrevalence: boolean,
): number {
  const samples = Array.from({ length: columns }, (): number[] => []);
  codes.forEach((code, i) => {
    samples[code]!.push(i);
  });
  const present = samples.map((_, i) => i).filter((i) => samples[i]!.length > 0);
  if (present.length < 2) {
    const rule = 'yTrue holds one class only';
    warn('one_class', 'UndefinedMetricWarning', `${rule}; there is no pair, and the area is NaN.`);
    return Number.NaN;
  }
  const pairScores: number[] = [];
  const prevalence: number[] = [];
  for (const [at, a] of present.entries()) {
    for (const b of present.slice(at + 1)) {
      const both = [...samples[a]!, ...samples[b]!].sort((i, j) => i - j);
      const one = (c: number) =>
        area(
          both.map((i) => Number(codes[i] === c)),
          both.map((i) => scores[i * columns + c]!),
          undefined,
        );
      pairScores.push((one(a) + one(b)) / 2);
      prevalence.push(both.length / codes.length);
    }
  }
  const weights = byPrevalence ? Float64Array.from(prevalence) : undefined;
  return average(Float64Array.from(pairScores), weights);
}
