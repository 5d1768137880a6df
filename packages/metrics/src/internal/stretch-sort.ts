import type { Memory } from './memory.js';
import { type Bits, bitsOf, placeAtHalf, upperHalves } from './upper-halves.js';

/** Up to so many values are dealt to about as many places, more to few: so what is written is near. */
const FEW = 0x8000;

/** A value that would have to move further than this lies in a crowd. */
export const SHORT = 24;

/** So few are dealt to no places. */
const ALIKE: Spots = { low: 0, scale: 0 };

/** Between values that lie nearer to each other than this, a scale would overflow. */
const TINY = 2 ** -1000;

/** Magnitudes, on which a minus (on a zero too) is a mark, and what each weighs. */
export interface Values {
  readonly values: Float64Array;
  readonly weights: Float64Array | undefined;
}

/** How values were dealt: by how far they are from the lowest, or by their upper bits. */
export interface Spots {
  readonly low: number;
  readonly scale: number;
  readonly bits?: Bits | undefined;
}

/** What one stretch after the other is dealt from, and the places of those that are not large. */
export interface Room {
  readonly memory: Memory;
  copy: Values;
  places: Uint32Array;
}

/** Room for nothing; it grows. */
export function emptyRoom(memory: Memory): Room {
  const copy = { values: new Float64Array(0), weights: undefined };
  return { memory, copy, places: new Uint32Array(0) };
}

/** To how many places so many values are dealt: about as many, or about 2048 times fewer. */
function placesFor(count: number): number {
  const wanted = count <= FEW ? count : Math.min(count / 2048, 1024);
  return 2 ** Math.round(Math.log2(wanted));
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
  const ends = placesIn(room, values.length);
  let spots = within && isWide(within) ? spotsIn(within, ends.length) : undefined;
  if (spots === undefined || countPlaces(values, spots, ends, start) > half) {
    const { low, high } = rangeOf(values);
    if (high - low < TINY) {
      copyTo(sorted, source, start);
      if (low < high) sortTiny(sorted, start, start + values.length, room);
      return;
    }
    spots = spotsIn({ low, high }, ends.length);
    if (countPlaces(values, spots, ends, start) > half) {
      const bits = bitsOf(values, values.length, high, ends.length);
      if (bits) countBits(values, bits, ends, start);
      spots = { ...spots, bits };
    }
  }
  deal(source, spots, ends, sorted);
  sortPlaces(sorted, start, ends, spots, room);
}

/** Whether magnitudes that lie outside by a rounding error do so by far less than a place. */
export function isWide({ low, high }: Range): boolean {
  return high - low > Math.max(TINY, high * 2 ** -30);
}

/** The greatest has the last place. */
export function spotsIn({ low, high }: Range, places: number): Spots {
  return { low, scale: (places - 1) / (high - low) };
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

/** Places of its own for a large stretch: it still goes through them while others are dealt. */
export function placesIn(room: Room, count: number): Uint32Array {
  const places = placesFor(count);
  if (count > FEW) return new Uint32Array(places);
  if (room.places.length < places) room.places = new Uint32Array(places);
  return room.places.subarray(0, places);
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

/** The place of what lies so far from the least. */
export function placeOf(distance: number, scale: number): number {
  return (distance * scale) | 0;
}

/** Writes where each place begins; gives the greatest count. */
export function countPlaces(
  values: Float64Array,
  { low, scale }: Spots,
  begins: Uint32Array,
  start: number,
): number {
  begins.fill(0);
  addPlaces(values, low, scale, begins);
  return cumulate(begins, start);
}

/** Adds up how many have each place; four at a time, since the engine checks each array once a round. */
function addPlaces(values: Float64Array, low: number, scale: number, counts: Uint32Array): void {
  const odd = values.length & 3;
  for (let i = 0; i < odd; i++) counts[placeOf(Math.abs(values[i]!) - low, scale)]!++;
  for (let i = odd; i < values.length; i += 4) {
    counts[placeOf(Math.abs(values[i]!) - low, scale)]!++;
    counts[placeOf(Math.abs(values[i + 1]!) - low, scale)]!++;
    counts[placeOf(Math.abs(values[i + 2]!) - low, scale)]!++;
    counts[placeOf(Math.abs(values[i + 3]!) - low, scale)]!++;
  }
}

/** The same by upper bits. */
function countBits(values: Float64Array, bits: Bits, begins: Uint32Array, start: number): void {
  const halves = upperHalves(values);
  begins.fill(0);
  for (let i = 0; i < values.length; i++) begins[placeAtHalf(halves[2 * i]!, bits)]!++;
  cumulate(begins, start);
}

/** Turns the counts of places, a multiple of four, into where each begins; gives the greatest count. */
function cumulate(counts: Uint32Array, start: number): number {
  let begin = start;
  let most = 0;
  for (let place = 0; place < counts.length; place += 4) {
    const a = counts[place]!;
    const b = counts[place + 1]!;
    const c = counts[place + 2]!;
    const d = counts[place + 3]!;
    counts[place] = begin;
    counts[place + 1] = begin + a;
    counts[place + 2] = begin + a + b;
    counts[place + 3] = begin + a + b + c;
    begin += a + b + c + d;
    if (a > most) most = a;
    if (b > most) most = b;
    if (c > most) most = c;
    if (d > most) most = d;
  }
  return most;
}

/** Moves each to its place; begins become ends. */
function deal(
  source: Values,
  { low, scale, bits }: Spots,
  begins: Uint32Array,
  sorted: Values,
): void {
  if (bits) dealBits(source, bits, begins, sorted);
  else if (source.weights) dealWeighed(source, low, scale, begins, sorted);
  else dealPlaces(source.values, low, scale, begins, sorted.values);
}

function dealPlaces(
  values: Float64Array,
  low: number,
  scale: number,
  begins: Uint32Array,
  out: Float64Array,
): void {
  const odd = values.length & 3;
  for (let i = 0; i < odd; i++) {
    out[begins[placeOf(Math.abs(values[i]!) - low, scale)]!++] = values[i]!;
  }
  for (let i = odd; i < values.length; i += 4) {
    const a = values[i]!;
    const b = values[i + 1]!;
    const c = values[i + 2]!;
    const d = values[i + 3]!;
    out[begins[placeOf(Math.abs(a) - low, scale)]!++] = a;
    out[begins[placeOf(Math.abs(b) - low, scale)]!++] = b;
    out[begins[placeOf(Math.abs(c) - low, scale)]!++] = c;
    out[begins[placeOf(Math.abs(d) - low, scale)]!++] = d;
  }
}

/** The same with weights: one loop for both would be slower for either. */
function dealWeighed(
  { values, weights }: Values,
  low: number,
  scale: number,
  begins: Uint32Array,
  { values: out, weights: moved }: Values,
): void {
  const odd = values.length & 1;
  for (let i = 0; i < odd; i++) {
    const to = begins[placeOf(Math.abs(values[i]!) - low, scale)]!++;
    out[to] = values[i]!;
    moved![to] = weights![i]!;
  }
  for (let i = odd; i < values.length; i += 2) {
    const a = values[i]!;
    const b = values[i + 1]!;
    const heavyA = weights![i]!;
    const heavyB = weights![i + 1]!;
    const toA = begins[placeOf(Math.abs(a) - low, scale)]!++;
    out[toA] = a;
    moved![toA] = heavyA;
    const toB = begins[placeOf(Math.abs(b) - low, scale)]!++;
    out[toB] = b;
    moved![toB] = heavyB;
  }
}

function dealBits(
  { values, weights }: Values,
  bits: Bits,
  begins: Uint32Array,
  { values: out, weights: moved }: Values,
): void {
  const halves = upperHalves(values);
  for (let i = 0; i < values.length; i++) {
    const at = begins[placeAtHalf(halves[2 * i]!, bits)]!++;
    out[at] = values[i]!;
    if (weights) moved![at] = weights[i]!;
  }
}

/** Puts in order what was dealt to places that end at these indices. */
export function sortPlaces(
  sorted: Values,
  start: number,
  ends: Uint32Array,
  spots: Spots,
  room: Room,
): void {
  const end = ends.at(-1) ?? start;
  if (end - start <= 2 * ends.length) {
    settle(sorted, start, end, spots, room);
    return;
  }
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
