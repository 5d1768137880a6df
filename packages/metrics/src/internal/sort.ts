import type { Memory } from './memory.js';
import {
  cumulate,
  emptyRoom,
  placeOf,
  placesFor,
  sortPlaces,
  sortStretch,
  type Values,
} from './stretch-sort.js';

/** Samples in the order of rising scores. */
export interface SortedScores {
  /** The magnitude of each score; a minus, on a zero too, says that the sample is positive. */
  readonly marked: Float64Array;
  /** So many at the front are scores below 0. */
  readonly below: number;
  readonly weights: Float64Array | undefined;
}

/** Scores in the order they came, the class of each (1 is positive), and what each weighs. */
interface Given {
  readonly scores: Float64Array;
  readonly positive: ArrayLike<number>;
  readonly weights: Float64Array | undefined;
}

/** How scores are dealt: by how far the magnitude is from the least, those below 0 first. */
interface Spots {
  readonly origin: number;
  readonly scale: number;
  /** The place of 0 and above, or of the least score if none is below. */
  readonly zero: number;
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
  const sorted = { values: memory.doubles(n), weights: weights && memory.doubles(n) };
  // Long loops over arrays of more than one kind run at half their speed, in all later calls too.
  const alike = scores instanceof Float64Array ? scores : memory.doubles(n);
  if (alike !== scores) alike.set(scores);
  const below = sortSides({ scores: alike, positive, weights }, sorted, memory);
  // The greater the magnitude below 0, the lower the score.
  sorted.values.subarray(0, below).reverse();
  sorted.weights?.subarray(0, below).reverse();
  return { marked: sorted.values, below, weights: sorted.weights };
}

/** Sorts by magnitude those below 0, and behind them the others; says how many are below. */
function sortSides(given: Given, sorted: Values, memory: Memory): number {
  const range = Float64Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  findRange(given.scores, range);
  const low = range[0]!;
  const high = range[1]!;
  const isMixed = low < 0 && high >= 0;
  const places = new Uint32Array(Math.max(2, placesFor(given.scores.length)));
  const origin = isMixed ? 0 : Math.min(Math.abs(low), Math.abs(high));
  // Between denormal numbers it would overflow.
  const scale = Math.min((places.length - 2) / (high - low), Number.MAX_VALUE);
  const zero = low < 0 ? placeOf(-low - origin, scale) + 1 : 0;
  const spots = { origin, scale, zero };
  countPlaces(given.scores, spots, places);
  const most = cumulate(places, 0);
  const below = places[zero]!;
  const room = emptyRoom(memory);
  if (!isMixed && most > given.scores.length >> 1) {
    markInPlace(given, sorted);
    sortStretch(sorted, 0, given.scores.length, room, true);
    return below;
  }
  const { values, weights } = sorted;
  if (weights) dealWeighed(given, given.weights!, spots, places, values, weights);
  else deal(given, spots, places, values);
  const dealt = { low: origin, scale };
  sortPlaces(sorted, 0, places.subarray(0, zero), dealt, room);
  sortPlaces(sorted, below, places.subarray(zero), dealt, room);
  return below;
}

/** Writes the least and the greatest score; four at a time, as most are neither. */
function findRange(scores: Float64Array, range: Float64Array): void {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const odd = scores.length & 3;
  for (let i = 0; i < odd; i++) {
    range[0] = low = Math.min(low, scores[i]!);
    range[1] = high = Math.max(high, scores[i]!);
  }
  for (let i = odd; i < scores.length; i += 4) {
    const a = scores[i]!;
    const b = scores[i + 1]!;
    const c = scores[i + 2]!;
    const d = scores[i + 3]!;
    if (a < low || b < low || c < low || d < low) {
      range[0] = low = Math.min(low, a, b, c, d);
    }
    if (a > high || b > high || c > high || d > high) {
      range[1] = high = Math.max(high, a, b, c, d);
    }
  }
}

/** The place of a score; without a branch, which scores of either sign would make hard to predict. */
function placeOfScore(score: number, { origin, scale, zero }: Spots): number {
  return placeOf(Math.abs(score) - origin, scale) + (zero & (Number(score < 0) - 1));
}

/**
 * Counts how many have each place; four at a time, since the engine checks each array once a round. The
 * odd ones come first, and nothing but a number is returned, here and in other long loops: what has
 * never run when the loop is compiled is left out of the code, and coming to it throws the code away.
 */
function countPlaces(scores: Float64Array, spots: Spots, counts: Uint32Array): void {
  const odd = scores.length & 3;
  for (let i = 0; i < odd; i++) counts[placeOfScore(scores[i]!, spots)]!++;
  for (let i = odd; i < scores.length; i += 4) {
    counts[placeOfScore(scores[i]!, spots)]!++;
    counts[placeOfScore(scores[i + 1]!, spots)]!++;
    counts[placeOfScore(scores[i + 2]!, spots)]!++;
    counts[placeOfScore(scores[i + 3]!, spots)]!++;
  }
}

/** Moves each to its place, and puts the marks on; begins become ends. */
function deal(
  { scores, positive }: Given,
  spots: Spots,
  begins: Uint32Array,
  values: Float64Array,
): void {
  const odd = scores.length & 3;
  for (let i = 0; i < odd; i++) {
    values[begins[placeOfScore(scores[i]!, spots)]!++] = marked(scores[i]!, positive[i] === 1);
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
    values[begins[placeOfScore(a, spots)]!++] = marked(a, isA);
    values[begins[placeOfScore(b, spots)]!++] = marked(b, isB);
    values[begins[placeOfScore(c, spots)]!++] = marked(c, isC);
    values[begins[placeOfScore(d, spots)]!++] = marked(d, isD);
  }
}

/** The same with weights: one loop for both would be slower for either. */
function dealWeighed(
  { scores, positive }: Given,
  weights: Float64Array,
  spots: Spots,
  begins: Uint32Array,
  values: Float64Array,
  moved: Float64Array,
): void {
  let i = 0;
  for (const odd = scores.length & 1; i < odd; i++) {
    const to = begins[placeOfScore(scores[i]!, spots)]!++;
    values[to] = marked(scores[i]!, positive[i] === 1);
    moved[to] = weights[i]!;
  }
  for (; i < scores.length; i += 2) {
    const a = scores[i]!;
    const b = scores[i + 1]!;
    const isA = positive[i] === 1;
    const isB = positive[i + 1] === 1;
    const heavyA = weights[i]!;
    const heavyB = weights[i + 1]!;
    const toA = begins[placeOfScore(a, spots)]!++;
    values[toA] = marked(a, isA);
    moved[toA] = heavyA;
    const toB = begins[placeOfScore(b, spots)]!++;
    values[toB] = marked(b, isB);
    moved[toB] = heavyB;
  }
}

/** Without a branch, which nobody could predict. */
function marked(score: number, isPositive: boolean): number {
  return Math.abs(score) * (1 - 2 * Number(isPositive));
}

/** Puts the marks on, each where it came. */
function markInPlace({ scores, positive, weights }: Given, { values, weights: own }: Values): void {
  for (let i = 0; i < values.length; i++) values[i] = marked(scores[i]!, positive[i] === 1);
  if (weights) own!.set(weights);
}
