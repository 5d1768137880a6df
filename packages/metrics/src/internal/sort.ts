import { dealByPlace } from './even-sort.js';

/** A value that would have to move further than this lies in a crowd. */
const SHORT = 24;

/** Samples in the order of rising scores. */
export interface SortedScores {
  /** The magnitude of each score; a minus, on a zero too, says that the sample is positive. */
  readonly marked: Float64Array;
  /** So many at the front are scores below 0. */
  readonly below: number;
  readonly weights: Float64Array | undefined;
}

/** Scores in the order they came, the class of each (1 is positive), and what each weighs. */
export interface Marked {
  readonly scores: ArrayLike<number>;
  readonly positive: ArrayLike<number>;
  readonly weights: Float64Array | undefined;
}

/**
 * Sorts finite scores and what belongs to them, in arrays of their own.
 *
 * Those below 0 are sorted apart from the others, by magnitude. So the sign is free to say which class
 * a sample is of, and one array is moved where two would have to be.
 */
export function sortByScore(
  scores: ArrayLike<number>,
  positive: ArrayLike<number>,
  weights: Float64Array | undefined,
): SortedScores {
  const given = { scores, positive, weights };
  const { low, high } = rangeOf(scores);
  if (low >= 0) {
    const sorted = sortSizes(given, Math.abs(low), high);
    return { marked: sorted.values, below: 0, weights: sorted.weights };
  }
  let below = 0;
  for (let i = 0; i < scores.length; i++) below += Number(scores[i]! < 0);
  const left = sortSide(given, below, true);
  const right = sortSide(given, scores.length - below, false);
  // The greater the magnitude below 0, the lower the score.
  return {
    marked: join(left.values.reverse(), right.values),
    below,
    weights: weights && join(left.weights!.reverse(), right.weights!),
  };
}

/** Sorts the samples whose scores are below 0, or the others, by magnitude. */
function sortSide({ scores, positive, weights }: Marked, count: number, isBelow: boolean): Values {
  const sizes = new Float64Array(count);
  const side = {
    scores: sizes,
    positive: new Uint8Array(count),
    weights: weights && new Float64Array(count),
  };
  let at = 0;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i]! < 0 !== isBelow) continue;
    sizes[at] = Math.abs(scores[i]!);
    side.positive[at] = Number(positive[i] === 1);
    if (weights) side.weights![at] = weights[i]!;
    at++;
  }
  const { low, high } = rangeOf(sizes);
  return sortSizes(side, low, high);
}

function rangeOf(scores: ArrayLike<number>): { readonly low: number; readonly high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const rounds = scores.length & ~3;
  for (let i = 0; i < rounds; i += 4) {
    const a = scores[i]!;
    const b = scores[i + 1]!;
    const c = scores[i + 2]!;
    const d = scores[i + 3]!;
    low = Math.min(low, a, b, c, d);
    high = Math.max(high, a, b, c, d);
  }
  for (let i = rounds; i < scores.length; i++) {
    low = Math.min(low, scores[i]!);
    high = Math.max(high, scores[i]!);
  }
  return { low, high };
}

/** Sorts scores by magnitude, and marks those that are positive by a minus. */
function sortSizes(given: Marked, low: number, high: number): Values {
  const { scores, positive, weights } = given;
  const placed = scores.length > SHORT ? dealByPlace(given, low, high) : undefined;
  if (placed) return settle(placed, placed.placeAt, sortByMagnitude);
  const values = new Float64Array(scores.length);
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(scores[i]!);
    values[i] = positive[i] === 1 ? -size : size;
  }
  return sortByMagnitude({ values, weights: weights?.slice() });
}

function join(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** A view whose even places are the upper halves of doubles: on a big-endian machine the first. */
export function upperHalves({ buffer, byteOffset, length }: Float64Array): Int32Array {
  if (length === 0) return new Int32Array(0);
  const second = Number(new Int32Array(Float64Array.of(1).buffer)[1] !== 0);
  return new Int32Array(buffer, byteOffset + 4 * second, 2 * length - second);
}

/** Magnitudes with their marks. */
export interface Values {
  readonly values: Float64Array;
  readonly weights: Float64Array | undefined;
}

/** How values become keys: the upper half of a double, less the lowest, less its last bits. */
interface Keys {
  readonly lowest: number;
  readonly shift: number;
  /** How many bits a digit has: with more samples a wider one leaves fewer to a key. */
  readonly width: number;
  /** How many digits the keys have, 0 if all are equal. */
  readonly digits: number;
}

/**
 * A radix sort by the upper half of the double (exponent and 20 bits of the mantissa), then an
 * insertion sort among what has the same key. No comparison goes through a callback, and values that
 * crowd near 0 take no longer than evenly spread ones. Where many share a key, as probabilities just
 * below 1 do, that stretch is sorted by the rest of their bits. Equal values stay as they came.
 *
 * @returns the arrays given, or others in their place; those given are written to
 */
function sortByMagnitude(given: Values): Values {
  const keys = keysOf(given.values);
  const sorted = given.values.length > SHORT ? radixSort(given, keys) : given;
  const halves = upperHalves(sorted.values);
  const keyAt = (at: number) => ((halves[2 * at]! & 0x7fffffff) - keys.lowest) >>> keys.shift;
  return settle(sorted, keyAt, sortCrowd);
}

/**
 * Puts in order what is in the order of its keys: by insertion, and where a value would have to move
 * far, with a sort of the stretch that shares its key.
 */
function settle(
  sorted: Values,
  keyAt: (at: number) => number,
  sortStretch: (stretch: Values) => Values,
): Values {
  const { values, weights } = sorted;
  let before = Math.abs(values[0] ?? 0);
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    const size = Math.abs(value);
    if (before <= size) {
      before = size;
      continue;
    }
    const weight = weights ? weights[i]! : 1;
    const stop = Math.max(0, i - SHORT);
    let place = i;
    do {
      values[place] = values[place - 1]!;
      if (weights) weights[place] = weights[place - 1]!;
      place--;
    } while (place > stop && Math.abs(values[place - 1]!) > size);
    values[place] = value;
    if (weights) weights[place] = weight;
    if (place > 0 && Math.abs(values[place - 1]!) > size) {
      let start = i;
      while (start > 0 && keyAt(start - 1) === keyAt(i)) start--;
      while (i + 1 < values.length && keyAt(i + 1) === keyAt(i)) i++;
      const inOrder = sortStretch({
        values: values.slice(start, i + 1),
        weights: weights?.slice(start, i + 1),
      });
      values.set(inOrder.values, start);
      if (weights) weights.set(inOrder.weights!, start);
    }
    before = Math.abs(values[i]!);
  }
  return sorted;
}

/** Two digits, if they leave few values to a key where these are densest, else all three. */
function keysOf(values: Float64Array): Keys {
  const halves = upperHalves(values);
  let lowest = 0x7fffffff;
  let highest = 0;
  for (let at = 0; at < halves.length; at += 2) {
    const half = halves[at]! & 0x7fffffff;
    if (half < lowest) lowest = half;
    if (half > highest) highest = half;
  }
  const bits = 32 - Math.clz32(Math.max(0, highest - lowest));
  const width = values.length < 2 ** 18 ? 11 : 12;
  const shift = Math.max(0, bits - 2 * width);
  // Between a number and its double, where half of evenly spread values lie, there are so many keys.
  const isSparse = values.length / 2 / 2 ** (20 - shift) <= 4;
  return isSparse
    ? { lowest, shift, width, digits: Math.ceil((bits - shift) / width) }
    : { lowest, shift: 0, width, digits: Math.ceil(bits / width) };
}

function radixSort(given: Values, keys: Keys): Values {
  if (keys.digits === 0) return given;
  const n = given.values.length;
  const counts = countDigits(upperHalves(given.values), keys);
  let from: Values = given;
  let to: Values = { values: new Float64Array(n), weights: given.weights && new Float64Array(n) };
  for (let digit = 0; digit < keys.digits; digit++) {
    const places = counts.subarray(digit << keys.width, (digit + 1) << keys.width);
    countsToPlaces(places);
    deal(from, upperHalves(from.values), keys, digit, places, to);
    [from, to] = [to, from];
  }
  return from;
}

/** How often each digit occurs. */
function countDigits(halves: Int32Array, keys: Keys): Uint32Array {
  const { lowest, shift, width, digits } = keys;
  const radix = 2 ** width;
  const counts = new Uint32Array(Math.max(2, digits) * radix);
  for (let at = 0; at < halves.length; at += 2) {
    const key = ((halves[at]! & 0x7fffffff) - lowest) >>> shift;
    counts[key & (radix - 1)]!++;
    counts[radix + ((key >>> width) & (radix - 1))]!++;
    if (digits > 2) counts[2 * radix + (key >>> (2 * width))]!++;
  }
  return counts;
}

/** Turns counts into the places where each digit begins. */
function countsToPlaces(counts: Uint32Array): void {
  let place = 0;
  for (let d = 0; d < counts.length; d++) {
    const count = counts[d]!;
    counts[d] = place;
    place += count;
  }
}

function deal(
  { values, weights }: Values,
  halves: Int32Array,
  { lowest, shift, width }: Keys,
  digit: number,
  places: Uint32Array,
  { values: outValues, weights: outWeights }: Values,
): void {
  const down = shift + digit * width;
  const mask = 2 ** width - 1;
  const rounds = weights ? 0 : values.length & ~3;
  for (let i = 0; i < rounds; i += 4) {
    const a = (((halves[2 * i]! & 0x7fffffff) - lowest) >>> down) & mask;
    const b = (((halves[2 * i + 2]! & 0x7fffffff) - lowest) >>> down) & mask;
    const c = (((halves[2 * i + 4]! & 0x7fffffff) - lowest) >>> down) & mask;
    const d = (((halves[2 * i + 6]! & 0x7fffffff) - lowest) >>> down) & mask;
    const first = values[i]!;
    const second = values[i + 1]!;
    const third = values[i + 2]!;
    const fourth = values[i + 3]!;
    outValues[places[a]!++] = first;
    outValues[places[b]!++] = second;
    outValues[places[c]!++] = third;
    outValues[places[d]!++] = fourth;
  }
  for (let i = rounds; i < values.length; i++) {
    const key = (halves[2 * i]! & 0x7fffffff) - lowest;
    const place = places[(key >>> down) & mask]!++;
    outValues[place] = values[i]!;
    if (weights) outWeights![place] = weights[i]!;
  }
}

/**
 * Sorts values that share a key by what they have above their least one, as large as it can be made by
 * a power of 2: both steps, and those back, are exact, since no two differ by a factor of 2 (or all
 * have the least exponent there is).
 */
function sortCrowd({ values, weights }: Values): Values {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size < least) least = size;
    if (size > most) most = size;
  }
  const scale = 2 ** Math.min(1023, -Math.floor(Math.log2(most - least)));
  const parts = values.map((value) => {
    const part = (Math.abs(value) - least) * scale;
    return isMarked(value) ? -part : part;
  });
  const inOrder = sortByMagnitude({ values: parts, weights });
  return {
    values: inOrder.values.map((part) => {
      const size = Math.abs(part) / scale + least;
      return isMarked(part) ? -size : size;
    }),
    weights: inOrder.weights,
  };
}

/** Whether there is a minus, on a zero too. */
function isMarked(value: number): boolean {
  return value < 0 || (value === 0 && 1 / value < 0);
}
