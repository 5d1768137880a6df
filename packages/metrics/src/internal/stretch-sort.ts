import type { Memory } from './memory.js';
import { type Bits, bitsOf, placeAtHalf, upperHalves } from './upper-halves.js';

/** Up to so many values are dealt to about as many places, more to few: so what is written is near. */
const FEW = 0x8000;

/** A value that would have to move further than this lies in a crowd. */
const SHORT = 24;

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
export function placesFor(count: number): number {
  const wanted = count <= FEW ? count : Math.min(count / 2048, 1024);
  return 2 ** Math.round(Math.log2(wanted));
}

/**
 * Sorts a stretch by magnitude: deals it to equal places from the least to the greatest, in one pass that
 * counts and one that moves, and then goes on in each place, so that crowds are spread again. Where most
 * of it would share one place, as values of many orders of magnitude do, the upper bits of the doubles
 * say the place, so that nothing is dealt more than a few times. No comparison goes through a callback.
 * Equal values stay as they came.
 *
 * @param isCrowd - whether it is known already that most would share one place
 */
export function sortStretch(
  sorted: Values,
  start: number,
  end: number,
  room: Room,
  isCrowd = false,
): void {
  const count = end - start;
  if (count <= SHORT) {
    settle(sorted, start, end, ALIKE, room);
    return;
  }
  const places = placesFor(count);
  const ends = placesIn(room, count, places);
  const copy = copyIn(room, sorted, count);
  copy.values.set(sorted.values.subarray(start, end));
  if (sorted.weights) copy.weights!.set(sorted.weights.subarray(start, end));
  const { low, high } = rangeOf(copy.values, count);
  if (low === high) return;
  if (high - low < TINY) {
    enlarge(sorted.values, start, end, 1 / TINY);
    sortStretch(sorted, start, end, room);
    enlarge(sorted.values, start, end, TINY);
    return;
  }
  const scale = (places - 1) / (high - low);
  let bits = isCrowd ? bitsOf(copy.values, count, high, places) : undefined;
  if (bits === undefined) {
    ends.fill(0);
    countPlaces(copy.values, count, low, scale, ends);
    if (cumulate(ends, start) > count >> 1) bits = bitsOf(copy.values, count, high, places);
  }
  if (bits === undefined) dealPlaces(copy, count, low, scale, ends, sorted);
  else dealBits(copy, count, bits, start, ends, sorted);
  sortPlaces(sorted, start, ends, { low, scale, bits }, room);
}

/** Multiplies by a power of 2. */
function enlarge(values: Float64Array, start: number, end: number, factor: number): void {
  for (let i = start; i < end; i++) values[i]! *= factor;
}

/** Places of its own for a large stretch: it still goes through them while others are dealt. */
function placesIn(room: Room, count: number, places: number): Uint32Array {
  if (count > FEW) return new Uint32Array(places);
  if (room.places.length < places) room.places = new Uint32Array(places);
  return room.places.subarray(0, places);
}

/** One copy for all: it is not read again when a stretch has been dealt from it. */
function copyIn(room: Room, { weights }: Values, count: number): Values {
  if (room.copy.values.length < count) {
    const size = count <= FEW ? 2 * count : count;
    const values = room.memory.doubles(size);
    room.copy = { values, weights: weights && room.memory.doubles(size) };
  }
  return room.copy;
}

function rangeOf(
  values: Float64Array,
  count: number,
): { readonly low: number; readonly high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (let i = 0; i < count; i++) {
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

/** Counts how many have each place; four at a time, since the engine checks each array once a round. */
function countPlaces(
  values: Float64Array,
  count: number,
  low: number,
  scale: number,
  counts: Uint32Array,
): void {
  const odd = count & 3;
  for (let i = 0; i < odd; i++) counts[placeOf(Math.abs(values[i]!) - low, scale)]!++;
  for (let i = odd; i < count; i += 4) {
    counts[placeOf(Math.abs(values[i]!) - low, scale)]!++;
    counts[placeOf(Math.abs(values[i + 1]!) - low, scale)]!++;
    counts[placeOf(Math.abs(values[i + 2]!) - low, scale)]!++;
    counts[placeOf(Math.abs(values[i + 3]!) - low, scale)]!++;
  }
}

/** Turns the counts of an even number of places into where each begins; gives the greatest count. */
export function cumulate(counts: Uint32Array, start: number): number {
  let begin = start;
  let most = 0;
  for (let place = 0; place < counts.length; place += 2) {
    const a = counts[place]!;
    const b = counts[place + 1]!;
    counts[place] = begin;
    counts[place + 1] = begin + a;
    begin += a + b;
    if (a > most) most = a;
    if (b > most) most = b;
  }
  return most;
}

/** Moves each to its place; begins become ends. */
function dealPlaces(
  { values, weights }: Values,
  count: number,
  low: number,
  scale: number,
  begins: Uint32Array,
  { values: out, weights: moved }: Values,
): void {
  const odd = weights ? count : count & 3;
  for (let i = 0; i < odd; i++) {
    const at = begins[placeOf(Math.abs(values[i]!) - low, scale)]!++;
    out[at] = values[i]!;
    if (weights) moved![at] = weights[i]!;
  }
  for (let i = odd; i < count; i += 4) {
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

/** Counts and moves by upper bits. */
function dealBits(
  { values, weights }: Values,
  count: number,
  bits: Bits,
  start: number,
  places: Uint32Array,
  { values: out, weights: moved }: Values,
): void {
  const halves = upperHalves(values);
  places.fill(0);
  for (let i = 0; i < count; i++) places[placeAtHalf(halves[2 * i]!, bits)]!++;
  cumulate(places, start);
  for (let i = 0; i < count; i++) {
    const at = places[placeAtHalf(halves[2 * i]!, bits)]!++;
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
    if (to - from > 1) sortStretch(sorted, from, to, room);
    from = to;
  }
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
