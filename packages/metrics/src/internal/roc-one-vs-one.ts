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
  const byClass = scoresByClass(codes, scores, columns);
  const present = byClass.map((_, i) => i).filter((i) => byClass[i]![i]!.length > 0);
  if (present.length < 2) {
    const rule = 'yTrue holds one class only';
    warn('one_class', 'UndefinedMetricWarning', `${rule}; there is no pair, and the area is NaN.`);
    return Number.NaN;
  }
  // Without weights an area does not depend on the order of the samples.
  const one = (positive: number, negative: number): number => {
    const [own, others] = [byClass[positive]![positive]!, byClass[negative]![positive]!];
    const both = new Float64Array(own.length + others.length);
    both.set(own);
    both.set(others, own.length);
    return area(new Uint8Array(both.length).fill(1, 0, own.length), both, undefined);
  };
  const pairScores: number[] = [];
  const prevalence: number[] = [];
  for (const [at, a] of present.entries()) {
    for (const b of present.slice(at + 1)) {
      pairScores.push((one(a, b) + one(b, a)) / 2);
      prevalence.push((byClass[a]![a]!.length + byClass[b]![b]!.length) / codes.length);
    }
  }
  const weights = byPrevalence ? Float64Array.from(prevalence) : undefined;
  return average(Float64Array.from(pairScores), weights);
}

/** The scores of the samples of each class, column by column: each is looked at in many pairs. */
function scoresByClass(
  codes: Int32Array,
  scores: ArrayLike<number>,
  columns: number,
): Float64Array[][] {
  const counts = new Int32Array(columns);
  for (let i = 0; i < codes.length; i++) counts[codes[i]!]!++;
  const byClass = Array.from(counts, (count) =>
    Array.from({ length: columns }, () => new Float64Array(count)),
  );
  counts.fill(0);
  for (let i = 0; i < codes.length; i++) {
    const own = byClass[codes[i]!]!;
    const at = counts[codes[i]!]!++;
    for (let column = 0; column < columns; column++) {
      own[column]![at] = scores[i * columns + column]!;
    }
  }
  return byClass;
}
