import type { BinaryScore } from './binary-average.js';
import { fail } from './fail.js';
import { borrow } from './memory.js';
import type { SortedScores } from './sort.js';
import { sortUsed } from './thresholds.js';
import { upperHalves } from './upper-halves.js';
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
      warn('one_class', 'UndefinedMetricWarning', `${rule}; the area is NaN.`);
      return Number.NaN;
    }
    requireWeight(fn, weights);
    return borrow((memory) => {
      const sorted = sortUsed(positive, scores, weights, memory);
      const totals = new Float64Array(2);
      const whole = weights
        ? area(sorted, Number.POSITIVE_INFINITY, totals)
        : areaAlike(sorted, totals);
      const negatives = totals[0]!;
      const positives = totals[1]!;
      for (const [side, total] of [
        ['negative', negatives],
        ['positive', positives],
      ] as const) {
        if (total > 0) continue;
        const rule = `yTrue holds no ${side} samples of weight; the area is NaN.`;
        warn(`no_${side}_samples`, 'UndefinedMetricWarning', rule);
      }
      if (maxFpr < 1 && !(negatives > 0)) {
        fail(fn, 'one_class', 'maxFpr needs negative samples of weight; received none.');
      }
      if (!(negatives > 0 && positives > 0)) return Number.NaN;
      if (maxFpr === 1) return whole / (negatives * positives);
      const share = area(sorted, maxFpr * negatives, totals) / (negatives * positives);
      const least = 0.5 * maxFpr ** 2;
      return 0.5 * (1 + (share - least) / (maxFpr - least));
    });
  };
}

function hasBoth(positive: ArrayLike<number>): boolean {
  let i = 1;
  while (i < positive.length && positive[i] === positive[0]) i++;
  return i < positive.length;
}

/**
 * Trapezoids from the origin, over all thresholds or up to a weight of false positives, and on the way
 * the weights of false and true positives; without weights in whole numbers, exactly. Points of a curve
 * would have to be written and read again.
 */
function area(
  { marked, below, weights }: SortedScores,
  limit: number,
  totals: Float64Array,
): number {
  const halves = upperHalves(marked);
  // A power of 2 near one of the weights (1 if that is below 0), so that no product of two weights that are
  // alike leaves the range of doubles.
  const unit = weights ? 2 ** -(Math.log2(weights[0]!) | 0) : 1;
  let total = 0;
  let fp = 0;
  let tp = 0;
  for (let at = marked.length - 1; at >= 0; ) {
    const x = fp;
    const y = tp;
    const magnitude = Math.abs(marked[at]!);
    // Scores below 0 have the magnitudes of others.
    const stop = at < below ? 0 : below;
    do {
      const weight = weights ? weights[at]! * unit : 1;
      if (halves[2 * at]! < 0) tp += weight;
      else fp += weight;
      at--;
    } while (at >= stop && Math.abs(marked[at]!) === magnitude);
    if (fp > limit) {
      const end = y + ((tp - y) * (limit - x)) / (fp - x);
      return total + ((limit - x) * (y + end)) / 2;
    }
    total += ((fp - x) * (tp + y)) / 2;
    totals[0] = fp;
    totals[1] = tp;
  }
  return total;
}

/** The same over all thresholds where all samples weigh 1. */
function areaAlike({ marked, below }: SortedScores, totals: Float64Array): number {
  const halves = upperHalves(marked);
  let total = 0;
  let tp = 0;
  for (let at = marked.length - 1; at >= 0; ) {
    const stop = at < below ? 0 : below;
    // As long as four at a time share their score with no other: a negative adds the positives above it.
    for (; at - 4 >= stop; at -= 4) {
      const b = Math.abs(marked[at - 1]!);
      const c = Math.abs(marked[at - 2]!);
      const d = Math.abs(marked[at - 3]!);
      if (Math.abs(marked[at]!) === b || b === c || c === d) break;
      if (d === Math.abs(marked[at - 4]!)) break;
      const isA = halves[2 * at]! >>> 31;
      const isB = halves[2 * at - 2]! >>> 31;
      const isC = halves[2 * at - 4]! >>> 31;
      const isD = halves[2 * at - 6]! >>> 31;
      total += ((isA - 1) & tp) + ((isB - 1) & (tp + isA));
      total += ((isC - 1) & (tp + isA + isB)) + ((isD - 1) & (tp + isA + isB + isC));
      tp += isA + isB + isC + isD;
    }
    const first = at;
    const magnitude = Math.abs(marked[at]!);
    let hits = 0;
    do {
      hits += halves[2 * at]! >>> 31;
      at--;
    } while (at >= stop && Math.abs(marked[at]!) === magnitude);
    total += ((first - at - hits) * (2 * tp + hits)) / 2;
    tp += hits;
    totals[0] = marked.length - 1 - at - tp;
    totals[1] = tp;
  }
  return total;
}
