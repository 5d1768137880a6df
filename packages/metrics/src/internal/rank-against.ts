import { sortScores } from './sort.js';

/** Unweighted scores of two sides: one sorted, and where the others lie among it. */
export interface Ranking {
  /** The scores of the sorted side, rising. */
  readonly sorted: Float64Array;
  /** `below[i]`: how many of the other side have exactly i of the sorted side below them. */
  readonly below: Float64Array;
  /** `tied[i]`: how many of the other side equal `sorted[i]`, the first of its value. */
  readonly tied: Float64Array;
}

/**
 * Ranks one side's scores against the other's. Only the first is sorted; the others are looked up
 * through a table of where in it each slice of the range begins, which takes a fraction of a sort.
 */
export function rankAgainst(side: Float64Array, others: Float64Array): Ranking {
  const sorted = sortScores(side);
  const n = sorted.length;
  const below = new Float64Array(n + 1);
  const tied = new Float64Array(n + 1);
  const low = sorted[0]!;
  const high = sorted[n - 1]!;
  const slices = 2 ** Math.max(4, Math.ceil(Math.log2(n)));
  const reach = (slices - 1) / (high - low);
  const scale = reach > 0 && reach < Number.POSITIVE_INFINITY ? reach : 0;
  const begins = sliceBegins(sorted, low, scale, slices);
  for (let i = 0; i < others.length; i++) {
    const score = others[i]!;
    let at = 0;
    if (score > high) at = n;
    else if (score > low) {
      const slice = ((score - low) * scale) | 0;
      at = begins[slice]!;
      let end = begins[slice + 1]!;
      while (end - at > 8) {
        const middle = (at + end) >>> 1;
        if (sorted[middle]! < score) at = middle + 1;
        else end = middle;
      }
      while (at < end && sorted[at]! < score) at++;
    }
    below[at]! += 1;
    if (at < n && sorted[at] === score) tied[at]! += 1;
  }
  return { sorted, below, tied };
}

/** Where each slice of the range begins in the sorted scores; one past the last is the end. */
function sliceBegins(
  sorted: Float64Array,
  low: number,
  scale: number,
  slices: number,
): Uint32Array {
  const begins = new Uint32Array(slices + 1);
  for (let i = 0; i < sorted.length; i++) begins[(((sorted[i]! - low) * scale) | 0) + 1]! += 1;
  for (let slice = 1; slice <= slices; slice++) begins[slice]! += begins[slice - 1]!;
  return begins;
}

/** The scores of positives and of negatives. */
export function splitByMark(
  positive: ArrayLike<number>,
  scores: ArrayLike<number>,
): { readonly positives: Float64Array; readonly negatives: Float64Array } {
  let count = 0;
  for (let i = 0; i < positive.length; i++) count += positive[i]!;
  const positives = new Float64Array(count);
  const negatives = new Float64Array(positive.length - count);
  let [p, n] = [0, 0];
  for (let i = 0; i < positive.length; i++) {
    if (positive[i] === 1) positives[p++] = scores[i]!;
    else negatives[n++] = scores[i]!;
  }
  return { positives, negatives };
}
