/** Scores in rising order, each with what belongs to it. */
export interface Sorted {
  readonly scores: Float64Array;
  /** 1 for a positive sample, else 0. */
  readonly positive: Uint8Array;
  readonly weights: Float64Array | undefined;
}

const BITS = 11;
const BUCKETS = 1 << BITS;
const DIGITS = 6;

/**
 * Sorts the scores with their labels and weights; samples whose weight is 0 are left out.
 *
 * A radix sort by 11 bits of the bit pattern at a time: sorting indices through a callback would take
 * most of the time of a curve. The double itself is moved, and its words are read through a view.
 */
export function sortScores(
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
  weights: Float64Array | undefined,
): Sorted {
  let from = filled(scores, positive, weights);
  const n = from.scores.length;
  const counts = countDigits(from.scores);
  let to: Sorted | undefined;
  for (let digit = 0; digit < DIGITS; digit++) {
    const starts = counts.subarray(digit * BUCKETS, (digit + 1) * BUCKETS);
    if (!toStarts(starts, n)) continue;
    to ??= empty(n, weights !== undefined);
    scatter(from, to, digit, starts);
    [from, to] = [to, from];
  }
  return from;
}

function empty(n: number, weighted: boolean): Sorted {
  return {
    scores: new Float64Array(n),
    positive: new Uint8Array(n),
    weights: weighted ? new Float64Array(n) : undefined,
  };
}

function filled(
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
  weights: Float64Array | undefined,
): Sorted {
  let n = scores.length;
  if (weights) for (let i = 0; i < weights.length; i++) if (weights[i] === 0) n--;
  const out = empty(n, weights !== undefined);
  let at = 0;
  for (let i = 0; i < scores.length; i++) {
    if (weights) {
      if (weights[i] === 0) continue;
      out.weights![at] = weights[i]!;
    }
    out.scores[at] = scores[i]! + 0; // -0 and 0 are one score
    out.positive[at++] = positive[i]!;
  }
  return out;
}

/** The word order of doubles here. */
const LOW = new Uint32Array(Float64Array.of(2 ** -1074).buffer)[0] === 1 ? 0 : 1;

/** How often each value of each digit occurs, in one pass. */
function countDigits(scores: Float64Array): Uint32Array {
  const words = new Uint32Array(scores.buffer, scores.byteOffset, 2 * scores.length);
  const counts = new Uint32Array(DIGITS * BUCKETS);
  for (let i = 0; i < words.length; i += 2) {
    const top = words[i + 1 - LOW]! | 0;
    // Negative numbers fall as their bits rise: turn all bits; others only pass them.
    const low = words[i + LOW]! ^ (top >> 31);
    const high = top ^ ((top >> 31) | 0x80000000);
    counts[low & 2047]! += 1;
    counts[2048 + ((low >>> 11) & 2047)]! += 1;
    counts[4096 + (low >>> 22)]! += 1;
    counts[6144 + (high & 2047)]! += 1;
    counts[8192 + ((high >>> 11) & 2047)]! += 1;
    counts[10240 + (high >>> 22)]! += 1;
  }
  return counts;
}

/** Turns counts into where each bucket starts; false if all keys share the digit. */
function toStarts(counts: Uint32Array, n: number): boolean {
  let total = 0;
  for (let b = 0; b < BUCKETS; b++) {
    const size = counts[b]!;
    if (size === n) return false;
    counts[b] = total;
    total += size;
  }
  return true;
}

function scatter(from: Sorted, to: Sorted, digit: number, starts: Uint32Array): void {
  const { scores, positive } = from;
  const words = new Uint32Array(scores.buffer, scores.byteOffset, 2 * scores.length);
  const shift = (digit % 3) * BITS;
  const wantLow = digit < 3;
  for (let i = 0; i < scores.length; i++) {
    const top = words[2 * i + 1 - LOW]! | 0;
    const key = wantLow ? words[2 * i + LOW]! ^ (top >> 31) : top ^ ((top >> 31) | 0x80000000);
    const bucket = (key >>> shift) & (BUCKETS - 1);
    const at = starts[bucket]!;
    starts[bucket] = at + 1;
    to.scores[at] = scores[i]!;
    to.positive[at] = positive[i]!;
    if (from.weights) to.weights![at] = from.weights[i]!;
  }
}
