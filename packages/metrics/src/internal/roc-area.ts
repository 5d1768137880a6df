import type { BinaryScore } from './binary-average.js';
import { borrow } from './memory.js';
import { upperBound } from './numpy.js';
import { count, type ThresholdCounts } from './thresholds.js';
import type { Warn } from './warn.js';
import { requireWeight } from './weights.js';

/**
 * The area under the ROC curve of one class, up to a false positive rate; below 1 the partial area
 * is standardized so that a guess has 0.5 and perfection 1 (McClish 1989).
 */
export function binaryRocAuc(fn: string, warn: Warn, maxFpr: number): BinaryScore {
  return (positive, scores, weights) => {
    if (!hasBoth(positive)) {
      const rule = 'yTrue holds one class only';
      warn('one_class', 'UndefinedMetricWarning', `${rule}; the area is not defined and NaN.`);
      return Number.NaN;
    }
    requireWeight(fn, weights);
    return borrow((memory) =>
      areaOf(warn, maxFpr, count(positive, scores, weights, 'straight', memory)),
    );
  };
}

function areaOf(warn: Warn, maxFpr: number, { fps, tps }: ThresholdCounts): number {
  const negatives = fps.at(-1)!;
  const positives = tps.at(-1)!;
  for (const [side, total] of [
    ['negative', negatives],
    ['positive', positives],
  ] as const) {
    if (total > 0) continue;
    const rule = `yTrue holds no ${side} samples of weight`;
    warn(`no_${side}_samples`, 'UndefinedMetricWarning', `${rule}; the area is NaN.`);
  }
  if (!(negatives > 0 && positives > 0)) return Number.NaN;
  if (maxFpr === 1) return area(fps, tps, fps.length) / (negatives * positives);
  const limit = maxFpr * negatives;
  const stop = upperBound(fps, limit);
  const [x, y] = stop > 0 ? [fps[stop - 1]!, tps[stop - 1]!] : [0, 0];
  const end = y + ((tps[stop]! - y) * (limit - x)) / (fps[stop]! - x);
  const partial = area(fps, tps, stop) + ((limit - x) * (y + end)) / 2;
  const least = 0.5 * maxFpr ** 2;
  return 0.5 * (1 + (partial / (negatives * positives) - least) / (maxFpr - least));
}

function hasBoth(positive: ArrayLike<number>): boolean {
  for (let i = 1; i < positive.length; i++) if (positive[i] !== positive[0]) return true;
  return false;
}

/** Trapezoids from the origin through the first points; without weights in whole numbers, exactly. */
function area(fps: ArrayLike<number>, tps: ArrayLike<number>, points: number): number {
  let total = 0;
  let x = 0;
  let y = 0;
  for (let i = 0; i < points; i++) {
    total += ((fps[i]! - x) * (tps[i]! + y)) / 2;
    x = fps[i]!;
    y = tps[i]!;
  }
  return total;
}
