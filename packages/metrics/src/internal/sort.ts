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
  const n = scores.length;
  const marked = new Float64Array(n);
  let below = 0;
  for (let i = 0; i < n; i++) {
    const magnitude = Math.abs(scores[i]!);
    marked[i] = positive[i] === 1 ? -magnitude : magnitude;
    if (scores[i]! < 0) below++;
  }
  if (below === 0) {
    const sorted = sortByMagnitude({ values: marked, weights });
    return { marked: sorted.values, below, weights: sorted.weights };
  }
  const part = (isBelow: boolean) => {
    const keep = (_: number, i: number) => scores[i]! < 0 === isBelow;
    return sortByMagnitude({ values: marked.filter(keep), weights: weights?.filter(keep) });
  };
  const [left, right] = [part(true), part(false)];
  const join = (a: Float64Array, b: Float64Array) => {
    const out = new Float64Array(n);
    out.set(a.reverse());
    out.set(b, below);
    return out;
  };
  return {
    marked: join(left.values, right.values),
    below,
    weights: weights && join(left.weights!, right.weights!),
  };
}

/** The scores alone, rising. */
export function sortScores(scores: Float64Array): Float64Array {
  const { marked, below } = sortByScore(scores, new Uint8Array(scores.length), undefined);
  for (let i = 0; i < below; i++) marked[i] = -marked[i]!;
  return marked;
}

/** A view whose even places are the upper halves of doubles: on a big-endian machine the first. */
export function upperHalves({ buffer, byteOffset, length }: Float64Array): Int32Array {
  const second = Number(new Int32Array(Float64Array.of(1).buffer)[1] !== 0);
  return new Int32Array(buffer, byteOffset + 4 * second, Math.max(0, 2 * length - second));
}

interface Values {
  readonly values: Float64Array;
  readonly weights: Float64Array | undefined;
}

/**
 * A radix sort by the upper half of the double (exponent and 20 bits of the mantissa), then an
 * insertion sort among what that half leaves equal. No comparison goes through a callback, and values
 * that crowd near 0 take no longer than evenly spread ones. Where many share an upper half, as
 * probabilities just below 1 do, that stretch is sorted by comparing. Equal ones stay as they came.
 */
function sortByMagnitude(given: Values): Values {
  const n = given.values.length;
  const sorted = n > SHORT ? radixSort(given) : copyOf(given);
  const { values } = sorted;
  for (let i = 1; i < n; i++) {
    if (Math.abs(values[i - 1]!) <= Math.abs(values[i]!) || insert(sorted, i)) continue;
    const halves = upperHalves(values);
    const keyOf = (at: number) => halves[2 * at]! & 0x7fffffff;
    let start = i;
    while (start > 0 && keyOf(start - 1) === keyOf(i)) start--;
    while (i + 1 < n && keyOf(i + 1) === keyOf(i)) i++;
    sortByComparing(sorted, start, i + 1);
  }
  return sorted;
}

function copyOf({ values, weights }: Values): Values {
  return { values: values.slice(), weights: weights?.slice() };
}

/**
 * Three digits of 11 bits hold the upper half. The numbers are written out because a bundler makes
 * `var`s of constants, which cost a load at each use.
 */
function radixSort(given: Values): Values {
  const n = given.values.length;
  const counts = countDigits(upperHalves(given.values));
  let from = given;
  let spare: Values | undefined;
  for (let digit = 0; digit < 3; digit++) {
    const places = counts.subarray(2048 * digit, 2048 * (digit + 1));
    if (countsToPlaces(places) === n) continue; // all share this digit
    const to = spare ?? {
      values: new Float64Array(n),
      weights: given.weights && new Float64Array(n),
    };
    deal(from, upperHalves(from.values), 11 * digit, places, to);
    spare = from === given ? undefined : from;
    from = to;
  }
  return from === given ? copyOf(given) : from;
}

/** How often each digit occurs. */
function countDigits(halves: Int32Array): Uint32Array {
  const counts = new Uint32Array(3 * 2048);
  for (let at = 0; at < halves.length; at += 2) {
    const key = halves[at]! & 0x7fffffff;
    counts[key & 2047]!++;
    counts[2048 + ((key >>> 11) & 2047)]!++;
    counts[4096 + (key >>> 22)]!++;
  }
  return counts;
}

/** Turns counts into the places where each digit begins; returns the largest count. */
function countsToPlaces(counts: Uint32Array): number {
  let place = 0;
  let most = 0;
  for (let d = 0; d < counts.length; d++) {
    const count = counts[d]!;
    counts[d] = place;
    place += count;
    if (count > most) most = count;
  }
  return most;
}

function deal(
  { values, weights }: Values,
  halves: Int32Array,
  shift: number,
  places: Uint32Array,
  { values: outValues, weights: outWeights }: Values,
): void {
  for (let i = 0; i < values.length; i++) {
    const key = halves[2 * i]! & 0x7fffffff;
    const place = places[(key >>> shift) & 2047]!++;
    outValues[place] = values[i]!;
    if (weights) outWeights![place] = weights[i]!;
  }
}

/** Moves a value down to its place among those before it; false if that is too far. */
function insert({ values, weights }: Values, i: number): boolean {
  const value = values[i]!;
  const size = Math.abs(value);
  const weight = weights ? weights[i]! : 1;
  const stop = Math.max(0, i - SHORT);
  let place = i;
  for (; place > stop && Math.abs(values[place - 1]!) > size; place--) {
    values[place] = values[place - 1]!;
    if (weights) weights[place] = weights[place - 1]!;
  }
  values[place] = value;
  if (weights) weights[place] = weight;
  return place === 0 || Math.abs(values[place - 1]!) <= size;
}

function sortByComparing(sorted: Values, start: number, end: number): void {
  const values = sorted.values.slice(start, end);
  const weights = sorted.weights?.slice(start, end);
  const sizes = values.map(Math.abs);
  const order = Uint32Array.from(values, (_, i) => i).sort((i, j) => sizes[i]! - sizes[j]!);
  order.forEach((from, i) => {
    sorted.values[start + i] = values[from]!;
    if (weights) sorted.weights![start + i] = weights[from]!;
  });
}
