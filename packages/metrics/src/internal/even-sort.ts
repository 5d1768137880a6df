import type { Marked, Values } from './sort.js';

/** Up to so many samples are spread once, over about as many places; more are spread twice. */
const FEW = 0x8000;

/** Scores in the order of their places. */
export interface Placed extends Values {
  /** The place of what is at an index; what shares one may still be out of order. */
  readonly placeAt: (index: number) => number;
}

/**
 * Sorts scores by where they would lie among equal places from the least to the greatest, in one pass
 * that counts and one that moves. Many are first spread over few places, and then each place by itself,
 * which is near enough in memory. Loops take four samples at a time, since the engine checks each array
 * once a round.
 *
 * @returns what was moved, almost in order, equal scores as they came; undefined if so many share a
 *   place that other keys should tell them apart
 */
export function dealByPlace(given: Marked, low: number, high: number): Placed | undefined {
  const n = given.scores.length;
  const bits = 31 - Math.clz32(n);
  const places = 2 ** (n <= FEW ? bits : Math.max(10, bits - 10));
  const scale = (places - 1) / (high - low);
  // Between denormal numbers it overflows.
  if (!(scale < Number.POSITIVE_INFINITY)) return undefined;
  const ends = new Uint32Array(places);
  countPlaces(given.scores, n, low, scale, ends);
  // Evenly spread scores would come to n * n / places + n.
  if (cumulate(ends, 0) > ((16 * n) / places + 4) * n) return undefined;
  const moved = deal(given, low, scale, ends);
  if (n > FEW) spreadPlaces(moved, low, scale, ends);
  return { ...moved, placeAt: (index) => placeOf(moved.values[index]!, low, scale) };
}

function placeOf(score: number, low: number, scale: number): number {
  return ((Math.abs(score) - low) * scale) | 0;
}

/** Counts how many of the first scores have each place. */
function countPlaces(
  scores: ArrayLike<number>,
  count: number,
  low: number,
  scale: number,
  counts: Uint32Array,
): void {
  const rounds = count & ~3;
  for (let i = 0; i < rounds; i += 4) {
    counts[placeOf(scores[i]!, low, scale)]!++;
    counts[placeOf(scores[i + 1]!, low, scale)]!++;
    counts[placeOf(scores[i + 2]!, low, scale)]!++;
    counts[placeOf(scores[i + 3]!, low, scale)]!++;
  }
  for (let i = rounds; i < count; i++) counts[placeOf(scores[i]!, low, scale)]!++;
}

/** Turns counts into where each begins; the sum of their squares says how many share one. */
function cumulate(counts: Uint32Array, start: number): number {
  let begin = start;
  let squares = 0;
  for (let d = 0; d < counts.length; d++) {
    const count = counts[d]!;
    counts[d] = begin;
    begin += count;
    squares += count * count;
  }
  return squares;
}

/** Moves each to its place, and puts the marks on; begins become ends. */
function deal(
  { scores, positive, weights }: Marked,
  low: number,
  scale: number,
  begins: Uint32Array,
): Values {
  const values = new Float64Array(scores.length);
  const moved = weights && new Float64Array(scores.length);
  const rounds = weights ? 0 : scores.length & ~3;
  for (let i = 0; i < rounds; i += 4) {
    const a = Math.abs(scores[i]!);
    const b = Math.abs(scores[i + 1]!);
    const c = Math.abs(scores[i + 2]!);
    const d = Math.abs(scores[i + 3]!);
    const isA = positive[i] === 1;
    const isB = positive[i + 1] === 1;
    const isC = positive[i + 2] === 1;
    const isD = positive[i + 3] === 1;
    values[begins[placeOf(a, low, scale)]!++] = isA ? -a : a;
    values[begins[placeOf(b, low, scale)]!++] = isB ? -b : b;
    values[begins[placeOf(c, low, scale)]!++] = isC ? -c : c;
    values[begins[placeOf(d, low, scale)]!++] = isD ? -d : d;
  }
  for (let i = rounds; i < scores.length; i++) {
    const size = Math.abs(scores[i]!);
    const to = begins[placeOf(size, low, scale)]!++;
    values[to] = positive[i] === 1 ? -size : size;
    if (weights) moved![to] = weights[i]!;
  }
  return { values, weights: moved };
}

/** Spreads what shares a place over as many places again, by way of a copy. */
function spreadPlaces(moved: Values, low: number, scale: number, ends: Uint32Array): void {
  let begins = new Uint32Array(0);
  let copy: Values = { values: new Float64Array(0), weights: undefined };
  let start = 0;
  for (let place = 0; place < ends.length; place++) {
    const end = ends[place]!;
    const places = 2 ** (32 - Math.clz32(end - start));
    if (places >= begins.length) {
      begins = new Uint32Array(2 * places);
      const weights = moved.weights && new Float64Array(places);
      copy = { values: new Float64Array(places), weights };
    }
    copy.values.set(moved.values.subarray(start, end));
    if (moved.weights) copy.weights!.set(moved.weights.subarray(start, end));
    // One more: by rounding the last may lie a little beyond.
    const inner = begins.subarray(0, places + 1);
    inner.fill(0);
    countPlaces(copy.values, end - start, low + place / scale, scale * places, inner);
    cumulate(inner, start);
    dealCopy(copy, end - start, low + place / scale, scale * places, inner, moved);
    start = end;
  }
}

function dealCopy(
  { values, weights }: Values,
  count: number,
  low: number,
  scale: number,
  begins: Uint32Array,
  { values: out, weights: moved }: Values,
): void {
  const rounds = weights ? 0 : count & ~3;
  for (let i = 0; i < rounds; i += 4) {
    const a = values[i]!;
    const b = values[i + 1]!;
    const c = values[i + 2]!;
    const d = values[i + 3]!;
    out[begins[placeOf(a, low, scale)]!++] = a;
    out[begins[placeOf(b, low, scale)]!++] = b;
    out[begins[placeOf(c, low, scale)]!++] = c;
    out[begins[placeOf(d, low, scale)]!++] = d;
  }
  for (let i = rounds; i < count; i++) {
    const at = begins[placeOf(values[i]!, low, scale)]!++;
    out[at] = values[i]!;
    if (weights) moved![at] = weights[i]!;
  }
}
