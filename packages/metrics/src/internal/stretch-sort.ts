import { dealer, FEW, placeOf, placesFor, type Spots, type Values } from './dealer.js';
import type { Memory } from './memory.js';
import { bitsOf, placeAtHalf, upperHalves } from './upper-halves.js';

/** A value that would have to move further than this lies in a crowd. */
export const SHORT = 24;

/** So few are dealt to no places. */
const ALIKE: Spots = { low: 0, scale: 0, places: 0 };

/** Between values that lie nearer to each other than this, a scale would overflow. */
const TINY = 2 ** -1000;

/** What one stretch after the other is dealt from. */
export interface Room {
  readonly memory: Memory;
  copy: Values;
}

/** Room for nothing; it grows. */
export function emptyRoom(memory: Memory): Room {
  const copy = { values: new Float64Array(0), weights: undefined };
  return { memory, copy };
}

/** Of magnitudes. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Sorts what lies between two places of the source, by magnitude, into the same places. */
export function sortFrom(
  { values, weights }: Values,
  sorted: Values,
  start: number,
  end: number,
  within: Range,
  room: Room,
): void {
  const source = { values: values.subarray(start, end), weights: weights?.subarray(start, end) };
  if (end - start > SHORT) {
    spread(source, sorted, start, within, room);
    return;
  }
  copyTo(sorted, source, start);
  settle(sorted, start, end, ALIKE, room);
}

/**
 * Sorts a stretch by magnitude.
 *
 * @param within - what is known of the magnitudes
 */
function sortStretch(sorted: Values, start: number, end: number, room: Room, within?: Range): void {
  if (end - start > SHORT) spread(copyOf(sorted, start, end, room), sorted, start, within, room);
  else settle(sorted, start, end, ALIKE, room);
}

/**
 * Deals magnitudes to equal places from the least to the greatest, in one pass that counts and one that
 * moves, and then goes on in each place, so that crowds are spread again. Where most of it would share one
 * place, as values of many orders of magnitude do, the upper bits of the doubles say the place, so that
 * nothing is dealt more than a few times. No comparison goes through a callback. Equal values stay as they
 * came.
 */
function spread(
  source: Values,
  sorted: Values,
  start: number,
  within: Range | undefined,
  room: Room,
): void {
  const { values } = source;
  const half = values.length >> 1;
  const places = placesFor(values.length);
  let spots = within && isWide(within) ? spotsIn(within, places) : undefined;
  if (spots === undefined || dealer.count(values, spots, start) > half) {
    const { low, high } = rangeOf(values);
    if (high - low < TINY) {
      copyTo(sorted, source, start);
      if (low < high) sortTiny(sorted, start, start + values.length, room);
      return;
    }
    spots = spotsIn({ low, high }, places);
    if (dealer.count(values, spots, start) > half) {
      const bits = bitsOf(values, values.length, high, places);
      spots = { ...spots, bits };
      if (bits) dealer.count(values, spots, start);
    }
  }
  dealer.deal(source, spots, sorted);
  sortPlaces(sorted, start, start + values.length, spots, room);
}

/** Whether magnitudes that lie outside by a rounding error do so by far less than a place. */
export function isWide({ low, high }: Range): boolean {
  return high - low > Math.max(TINY, high * 2 ** -30);
}

/** The greatest has the last place. */
export function spotsIn({ low, high }: Range, places: number): Spots {
  return { low, scale: (places - 1) / (high - low), places };
}

function sortTiny(sorted: Values, start: number, end: number, room: Room): void {
  enlarge(sorted.values, start, end, 1 / TINY);
  sortStretch(sorted, start, end, room);
  enlarge(sorted.values, start, end, TINY);
}

function copyTo(sorted: Values, { values, weights }: Values, start: number): void {
  sorted.values.set(values, start);
  if (weights) sorted.weights!.set(weights, start);
}

/** Multiplies by a power of 2. */
function enlarge(values: Float64Array, start: number, end: number, factor: number): void {
  for (let i = start; i < end; i++) values[i]! *= factor;
}

/** One copy for all: it is not read again when a stretch has been dealt from it. */
function copyOf({ values, weights }: Values, start: number, end: number, room: Room): Values {
  const count = end - start;
  if (room.copy.values.length < count) {
    const size = count <= FEW ? 2 * count : count;
    room.copy = {
      values: room.memory.doubles(size),
      weights: weights && room.memory.doubles(size),
    };
  }
  const copy = {
    values: room.copy.values.subarray(0, count),
    weights: room.copy.weights?.subarray(0, count),
  };
  copy.values.set(values.subarray(start, end));
  if (weights) copy.weights!.set(weights.subarray(start, end));
  return copy;
}

function rangeOf(values: Float64Array): Range {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size < low) low = size;
    if (size > high) high = size;
  }
  return { low, high };
}

/** Puts in order what was dealt last. */
export function sortPlaces(
  sorted: Values,
  start: number,
  end: number,
  spots: Spots,
  room: Room,
): void {
  if (end - start <= 2 * spots.places) {
    settle(sorted, start, end, spots, room);
    return;
  }
  // What is dealt next needs the counts again.
  const ends = dealer.counts.slice(0, spots.places);
  let from = start;
  for (let place = 0; place < ends.length; place++) {
    const to = ends[place]!;
    if (to - from > 1) sortStretch(sorted, from, to, room, rangeAt(place, spots));
    from = to;
  }
}

/** Between which magnitudes a place lies, nearly; unknown where bits say the place. */
function rangeAt(place: number, { low, scale, bits }: Spots): Range | undefined {
  if (bits) return undefined;
  return { low: low + place / scale, high: low + (place + 1) / scale };
}

/** Inserts each where it belongs; where that is far, the crowd that shares its place is sorted. */
function settle(sorted: Values, start: number, end: number, spots: Spots, room: Room): void {
  const { values, weights } = sorted;
  let before = 0;
  for (let i = start; i < end; i++) {
    const value = values[i]!;
    const size = Math.abs(value);
    if (before <= size) {
      before = size;
      continue;
    }
    // Most change places with one.
    if (i > start + 1 && Math.abs(values[i - 2]!) <= size) {
      values[i] = values[i - 1]!;
      values[i - 1] = value;
      if (weights) swap(weights, i);
      continue;
    }
    const weight = weights ? weights[i]! : 1;
    const stop = Math.max(start, i - SHORT);
    let place = i;
    do {
      values[place] = values[place - 1]!;
      if (weights) weights[place] = weights[place - 1]!;
      place--;
    } while (place > stop && Math.abs(values[place - 1]!) > size);
    values[place] = value;
    if (weights) weights[place] = weight;
    if (place > start && Math.abs(values[place - 1]!) > size) {
      const [first, last] = crowdAt(values, i, start, end, spots);
      sortStretch(sorted, first, last + 1, room);
      i = last;
    }
    before = Math.abs(values[i]!);
  }
}

function swap(values: Float64Array, at: number): void {
  const value = values[at]!;
  values[at] = values[at - 1]!;
  values[at - 1] = value;
}

/** The first and the last of what shares a place with the value at an index. */
function crowdAt(
  values: Float64Array,
  at: number,
  start: number,
  end: number,
  { low, scale, bits }: Spots,
): [number, number] {
  const halves = upperHalves(values);
  const placeAt = (i: number) =>
    bits ? placeAtHalf(halves[2 * i]!, bits) : placeOf(Math.abs(values[i]!) - low, scale);
  const place = placeAt(at);
  let first = at;
  while (first > start && placeAt(first - 1) === place) first--;
  let last = at;
  while (last + 1 < end && placeAt(last + 1) === place) last++;
  return [first, last];
}
