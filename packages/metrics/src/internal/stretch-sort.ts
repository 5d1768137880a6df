import { CROWD, type Crowd, dealer, placesFor, type Spots, type Values } from './dealer.js';
import type { Memory } from './memory.js';
import { bitsOf } from './upper-halves.js';

/** Between values that lie nearer to each other than this, a scale would overflow. */
const TINY = 2 ** -1000;

/** Of magnitudes. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Of which nothing is known. */
const UNKNOWN: Range = { low: 0, high: 0 };

/** Where one stretch after the other is copied to, and dealt from. */
export interface Room {
  readonly memory: Memory;
  /** As long as all that is sorted. */
  readonly values: Float64Array;
  /** As long as the longest stretch with weights so far. */
  weights?: Float64Array;
}

/** How a stretch is dealt, once its places have been counted. */
interface Layout {
  readonly spots: Spots;
  readonly crowds: readonly Crowd[];
}

/**
 * Sorts a stretch of the source by magnitude into the same stretch of another array, or into its own.
 *
 * Deals magnitudes to equal places from the least to the greatest, in one pass that counts and one that
 * moves, and then goes on in each place, so that crowds are spread again. No comparison goes through a
 * callback. Equal values stay as they came.
 *
 * @param source - the sorted array itself, or one whose values are those of the room
 * @param within - what is known of the magnitudes
 */
export function sortFrom(
  source: Values,
  sorted: Values,
  start: number,
  end: number,
  within: Range,
  room: Room,
): void {
  const isOwn = source === sorted;
  const { values, weights } = isOwn ? copyOf(sorted, start, end, room) : source;
  const count = end - start;
  const layout = layOut(values, count, start, within);
  if (layout === undefined) {
    if (!isOwn) copyTo(sorted, source);
    sortTiny(sorted, start, end, room);
    return;
  }
  const { spots, crowds } = layout;
  dealer.deal({ values, weights }, count, spots, sorted);
  for (const { place, begin, end } of crowds) {
    sortStretch(sorted, begin, end, rangeAt(place, spots), room);
  }
  // Where places are few, all that share one have been put in order.
  if (count <= spots.places) settle(sorted, start, end);
}

/** The same in place. */
function sortStretch(sorted: Values, start: number, end: number, within: Range, room: Room): void {
  if (end - start < CROWD) settle(sorted, start, end);
  else if (!isInOrder(sorted.values, start, end)) {
    sortFrom(sorted, sorted, start, end, within, room);
  }
}

/** As equal values are, of which crowds often are made. */
function isInOrder(values: Float64Array, start: number, end: number): boolean {
  for (let i = start + 1; i < end; i++) {
    if (Math.abs(values[i]!) < Math.abs(values[i - 1]!)) return false;
  }
  return true;
}

/** At the front of the room: it is not read again when a stretch has been dealt from it. */
function copyOf({ values, weights }: Values, start: number, end: number, room: Room): Values {
  room.values.set(values.subarray(start, end));
  if (!weights) return { values: room.values, weights };
  const count = end - start;
  if (!room.weights || room.weights.length < count) {
    room.weights = room.memory.doubles(Math.min(2 * count, values.length));
  }
  room.weights.set(weights.subarray(start, end));
  return { values: room.values, weights: room.weights };
}

/**
 * Counts places of so many values: equal ones within the range that is known, or where one place would
 * have most of them, within their own. Where one still has, as of values of many orders of magnitude, the
 * upper bits of the doubles say the place, so that nothing is dealt more than a few times. Undefined if all
 * are too near to each other.
 */
function layOut(
  values: Float64Array,
  count: number,
  start: number,
  within: Range,
): Layout | undefined {
  const places = placesFor(count);
  let spots = spotsIn(within, places);
  let crowds = isWide(within) ? dealer.count(values, count, spots, start) : undefined;
  if (crowds && !isCrowded(crowds, count)) return { spots, crowds };
  const { low, high } = rangeOf(values, count);
  if (high - low < TINY) return undefined;
  spots = spotsIn({ low, high }, places);
  crowds = dealer.count(values, count, spots, start);
  if (!isCrowded(crowds, count)) return { spots, crowds };
  spots = { ...spots, bits: bitsOf(values, count, high, places) };
  return { spots, crowds: dealer.count(values, count, spots, start) };
}

/** Whether one place has most: more than half, as one of two scores that many samples share may have. */
function isCrowded(crowds: readonly Crowd[], count: number): boolean {
  return crowds.some(({ begin, end }) => end - begin > 0.75 * count);
}

/** Whether magnitudes that lie outside by a rounding error do so by far less than a place. */
function isWide({ low, high }: Range): boolean {
  return high - low > Math.max(TINY, high * 2 ** -30);
}

/** The greatest has the last place. */
function spotsIn({ low, high }: Range, places: number): Spots {
  return { low, scale: (places - 1) / (high - low), places };
}

/** Sorts what differs by so little only in values that are themselves as small, or not at all. */
function sortTiny(sorted: Values, start: number, end: number, room: Room): void {
  if (isInOrder(sorted.values, start, end)) return;
  enlarge(sorted.values, start, end, 1 / TINY);
  sortStretch(sorted, start, end, UNKNOWN, room);
  enlarge(sorted.values, start, end, TINY);
}

function copyTo(sorted: Values, { values, weights }: Values): void {
  sorted.values.set(values);
  if (weights) sorted.weights!.set(weights);
}

/** Multiplies by a power of 2. */
function enlarge(values: Float64Array, start: number, end: number, factor: number): void {
  for (let i = start; i < end; i++) values[i]! *= factor;
}

function rangeOf(values: Float64Array, count: number): Range {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (let i = 0; i < count; i++) {
    const size = Math.abs(values[i]!);
    if (size < low) low = size;
    if (size > high) high = size;
  }
  return { low, high };
}

/** Between which magnitudes a place lies, nearly; unknown where bits say the place. */
function rangeAt(place: number, { low, scale, bits }: Spots): Range {
  return bits ? UNKNOWN : { low: low + place / scale, high: low + (place + 1) / scale };
}

/** Inserts each where it belongs, which is near. */
function settle({ values, weights }: Values, start: number, end: number): void {
  let before = 0;
  for (let i = start; i < end; i++) {
    // As long as they are in order; four at a time, since the engine checks the array once a round.
    for (; i + 4 < end; i += 4) {
      const a = Math.abs(values[i]!);
      const b = Math.abs(values[i + 1]!);
      const c = Math.abs(values[i + 2]!);
      const d = Math.abs(values[i + 3]!);
      if (a < before) break;
      before = a;
      if (b < a) {
        i += 1;
        break;
      }
      before = b;
      if (c < b) {
        i += 2;
        break;
      }
      before = c;
      if (d < c) {
        i += 3;
        break;
      }
      before = d;
    }
    const value = values[i]!;
    const size = Math.abs(value);
    if (before <= size) {
      before = size;
      continue;
    }
    const weight = weights ? weights[i]! : 1;
    let place = i;
    do {
      values[place] = values[place - 1]!;
      if (weights) weights[place] = weights[place - 1]!;
      place--;
    } while (place > start && Math.abs(values[place - 1]!) > size);
    values[place] = value;
    if (weights) weights[place] = weight;
  }
}
