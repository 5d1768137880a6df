import type { Values } from './dealer.js';
import type { Memory } from './memory.js';
import { type Room, sortFrom } from './stretch-sort.js';

/** Samples in the order of rising scores. */
export interface SortedScores {
  /** The magnitude of each score; a minus, on a zero too, says that the sample is positive. */
  readonly marked: Float64Array;
  /** So many at the front are scores below 0. */
  readonly below: number;
  readonly weights: Float64Array | undefined;
  /** As long as these; the sort needs it no more, so it may be written to. */
  readonly free: Float64Array;
}

/**
 * Sorts finite scores and what belongs to them, in arrays of the memory given.
 *
 * Those below 0 are sorted apart from the others, by magnitude. So the sign is free to say which class
 * a sample is of, and one array is moved where two would have to be.
 */
export function sortByScore(
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
  weights: Float64Array | undefined,
  memory: Memory,
): SortedScores {
  const n = scores.length;
  const room: Room = { memory, values: memory.doubles(n) };
  const sorted = { values: memory.doubles(n), weights: weights && memory.doubles(n) };
  let source: Values = { values: room.values, weights };
  // Long loops over arrays of more than one kind run at half their speed, in all later calls too.
  const alike = scores instanceof Float64Array ? scores : memory.doubles(n);
  if (alike !== scores) alike.set(scores);
  const range = Float64Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  mark(alike, positive, room.values, range);
  const low = range[0]!;
  const high = range[1]!;
  const below = low < 0 ? countBelow(alike) : 0;
  if (below > 0 && below < n) {
    moveApart(alike, source, sorted, Int32Array.of(below, 0));
    source = sorted;
  }
  if (below > 0) sortFrom(source, sorted, 0, below, { low: Math.max(0, -high), high: -low }, room);
  if (below < n) sortFrom(source, sorted, below, n, { low: Math.max(0, low), high }, room);
  // The greater the magnitude below 0, the lower the score.
  sorted.values.subarray(0, below).reverse();
  sorted.weights?.subarray(0, below).reverse();
  return { marked: sorted.values, below, weights: sorted.weights, free: room.values };
}

/**
 * Writes each magnitude with its mark, and the least and the greatest score; four at a time, since the
 * engine checks each array once a round.
 */
function mark(
  scores: Float64Array,
  positive: ArrayLike<number>,
  values: Float64Array,
  range: Float64Array,
): void {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const odd = scores.length & 3;
  for (let i = 0; i < odd; i++) {
    values[i] = marked(scores[i]!, positive[i] === 1);
    range[0] = low = Math.min(low, scores[i]!);
    range[1] = high = Math.max(high, scores[i]!);
  }
  for (let i = odd; i < scores.length; i += 4) {
    const a = scores[i]!;
    const b = scores[i + 1]!;
    const c = scores[i + 2]!;
    const d = scores[i + 3]!;
    const isA = positive[i] === 1;
    const isB = positive[i + 1] === 1;
    const isC = positive[i + 2] === 1;
    const isD = positive[i + 3] === 1;
    // Most are neither.
    if (a < low || b < low || c < low || d < low) {
      range[0] = low = Math.min(low, a, b, c, d);
    }
    if (a > high || b > high || c > high || d > high) {
      range[1] = high = Math.max(high, a, b, c, d);
    }
    values[i] = marked(a, isA);
    values[i + 1] = marked(b, isB);
    values[i + 2] = marked(c, isC);
    values[i + 3] = marked(d, isD);
  }
}

/** Without a branch, which nobody could predict. */
function marked(score: number, isPositive: boolean): number {
  return Math.abs(score) * (1 - 2 * Number(isPositive));
}

function countBelow(scores: Float64Array): number {
  let below = 0;
  for (let i = 0; i < scores.length; i++) below += Number(scores[i]! < 0);
  return below;
}

/** Moves those of scores below 0 before the others, each behind those of its side. */
function moveApart(
  scores: Float64Array,
  { values, weights }: Values,
  { values: apart, weights: moved }: Values,
  places: Int32Array,
): void {
  for (let i = 0; i < scores.length; i++) {
    const place = places[Number(scores[i]! < 0)]!++;
    apart[place] = values[i]!;
    if (weights) moved![place] = weights[i]!;
  }
}
