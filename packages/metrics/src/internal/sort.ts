import type { Memory } from './memory.js';
import {
  countPlaces,
  emptyRoom,
  isWide,
  placeOf,
  placesIn,
  type Range,
  type Room,
  SHORT,
  type Spots,
  sortFrom,
  sortPlaces,
  spotsIn,
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
  const given = { scores: alike, positive, weights };
  const range = Float64Array.of(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  findRange(alike, range);
  const low = range[0]!;
  const high = range[1]!;
  const room = emptyRoom(memory);
  let below = 0;
  if (low < 0 && high >= 0) {
    below = countBelow(alike);
    const apart = takeApart(given, below, memory);
    sortFrom(apart, sorted, 0, below, { low: 0, high: -low }, room);
    sortFrom(apart, sorted, below, n, { low: 0, high }, room);
  } else {
    if (low < 0) below = n;
    sortSide(given, sorted, low < 0 ? { low: -high, high: -low } : { low, high }, room);
  }
  // The greater the magnitude below 0, the lower the score.
  sorted.values.subarray(0, below).reverse();
  sorted.weights?.subarray(0, below).reverse();
  return { marked: sorted.values, below, weights: sorted.weights };
}

/** Sorts scores of one side, of magnitudes within a range. They are marked as they are dealt. */
function sortSide(given: Given, sorted: Values, range: Range, room: Room): void {
  const { scores, positive, weights } = given;
  const n = scores.length;
  const ends = placesIn(room, n);
  const spots = n > SHORT && isWide(range) ? spotsIn(range, ends.length) : undefined;
  if (spots === undefined || countPlaces(scores, spots, ends, 0) > n >> 1) {
    const values = room.memory.doubles(n);
    for (let i = 0; i < n; i++) values[i] = marked(scores[i]!, positive[i] === 1);
    sortFrom({ values, weights }, sorted, 0, n, range, room);
    return;
  }
  if (weights) dealWeighed(given, weights, spots, ends, sorted);
  else deal(given, spots, ends, sorted.values);
  sortPlaces(sorted, 0, ends, spots, room);
}

/** Moves each to its place, and puts the marks on; begins become ends. */
function deal(
  { scores, positive }: Given,
  { low, scale }: Spots,
  ends: Uint32Array,
  values: Float64Array,
): void {
  const odd = scores.length & 3;
  for (let i = 0; i < odd; i++) {
    values[ends[placeOf(Math.abs(scores[i]!) - low, scale)]!++] = marked(
      scores[i]!,
      positive[i] === 1,
    );
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
    values[ends[placeOf(Math.abs(a) - low, scale)]!++] = marked(a, isA);
    values[ends[placeOf(Math.abs(b) - low, scale)]!++] = marked(b, isB);
    values[ends[placeOf(Math.abs(c) - low, scale)]!++] = marked(c, isC);
    values[ends[placeOf(Math.abs(d) - low, scale)]!++] = marked(d, isD);
  }
}

/** The same with weights: one loop for both would be slower for either. */
function dealWeighed(
  { scores, positive }: Given,
  weights: Float64Array,
  { low, scale }: Spots,
  ends: Uint32Array,
  { values, weights: moved }: Values,
): void {
  const odd = scores.length & 1;
  for (let i = 0; i < odd; i++) {
    const place = ends[placeOf(Math.abs(scores[i]!) - low, scale)]!++;
    values[place] = marked(scores[i]!, positive[i] === 1);
    moved![place] = weights[i]!;
  }
  for (let i = odd; i < scores.length; i += 2) {
    const a = scores[i]!;
    const b = scores[i + 1]!;
    const isA = positive[i] === 1;
    const isB = positive[i + 1] === 1;
    const heavyA = weights[i]!;
    const heavyB = weights[i + 1]!;
    const toA = ends[placeOf(Math.abs(a) - low, scale)]!++;
    values[toA] = marked(a, isA);
    moved![toA] = heavyA;
    const toB = ends[placeOf(Math.abs(b) - low, scale)]!++;
    values[toB] = marked(b, isB);
    moved![toB] = heavyB;
  }
}

/** Without a branch, which nobody could predict. */
function marked(score: number, isPositive: boolean): number {
  return Math.abs(score) * (1 - 2 * Number(isPositive));
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

function countBelow(scores: Float64Array): number {
  let below = 0;
  for (let i = 0; i < scores.length; i++) below += Number(scores[i]! < 0);
  return below;
}

/** The magnitudes with their marks, of scores below 0 before those of others, each as they came. */
function takeApart(given: Given, below: number, memory: Memory): Values {
  const n = given.scores.length;
  const apart = { values: memory.doubles(n), weights: given.weights && memory.doubles(n) };
  const places = Int32Array.of(below, 0);
  moveApart(given, apart, places);
  return apart;
}

/** Marks each and moves it behind those of its side. */
function moveApart(
  { scores, positive, weights }: Given,
  { values, weights: moved }: Values,
  places: Int32Array,
): void {
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    const place = places[Number(score < 0)]!++;
    values[place] = marked(score, positive[i] === 1);
    if (weights) moved![place] = weights[i]!;
  }
}
