/** A score that would have to move further than this lies in a crowd. */
const SHORT = 24;

/**
 * Sorts finite scores in place, rising, and their weights with them.
 *
 * A radix sort by the upper half of the double (sign, exponent and 20 bits of the mantissa), then an
 * insertion sort among what that half leaves equal. No comparison goes through a callback, and scores
 * that crowd near 0 take no longer than evenly spread ones. Where many share an upper half, as
 * probabilities just below 1 do, that stretch is sorted by comparing.
 */
export function sortRising(scores: Float64Array, weights?: Float64Array): void {
  const n = scores.length;
  if (n > SHORT) radixSort(scores, weights);
  for (let i = 1; i < n; i++) {
    if (scores[i - 1]! <= scores[i]! || insert(scores, weights, i)) continue;
    const halves = upperHalves(scores);
    let start = i;
    while (start > 0 && halves[2 * start - 2] === halves[2 * i]) start--;
    while (i + 1 < n && halves[2 * i + 2] === halves[2 * i]) i++;
    sortByComparing(scores.subarray(start, i + 1), weights?.subarray(start, i + 1));
  }
}

/** A view whose even places are the upper halves of doubles: on a big-endian machine the first. */
function upperHalves({ buffer, byteOffset, length }: Float64Array): Int32Array {
  const second = Number(new Int32Array(Float64Array.of(1).buffer)[1] !== 0);
  return new Int32Array(buffer, byteOffset + 4 * second, Math.max(0, 2 * length - second));
}

/**
 * Three digits of 11 bits hold the upper half. The numbers are written out because a bundler makes
 * `var`s of constants, which cost a load at each use.
 */
function radixSort(scores: Float64Array, weights: Float64Array | undefined): void {
  const n = scores.length;
  const counts = countDigits(upperHalves(scores));
  let from: Float64Array = scores;
  let to: Float64Array = new Float64Array(n);
  let fromWeights: Float64Array | undefined = weights;
  let toWeights: Float64Array | undefined = weights && new Float64Array(n);
  for (let digit = 0; digit < 3; digit++) {
    const places = counts.subarray(2048 * digit, 2048 * (digit + 1));
    if (countsToPlaces(places) === n) continue; // all share this digit
    const halves = upperHalves(from);
    if (fromWeights) deal(fromWeights, halves, 11 * digit, places.slice(), toWeights!);
    deal(from, halves, 11 * digit, places, to);
    [from, to] = [to, from];
    [fromWeights, toWeights] = [toWeights, fromWeights];
  }
  if (from === scores) return;
  scores.set(from);
  weights?.set(fromWeights!);
}

/** How often each digit occurs. An upper half rises with the double once its sign is turned. */
function countDigits(halves: Int32Array): Uint32Array {
  const counts = new Uint32Array(3 * 2048);
  for (let at = 0; at < halves.length; at += 2) {
    const half = halves[at]!;
    const key = half ^ ((half >> 31) | 0x80000000);
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
  values: Float64Array,
  halves: Int32Array,
  shift: number,
  places: Uint32Array,
  out: Float64Array,
): void {
  for (let i = 0; i < values.length; i++) {
    const half = halves[2 * i]!;
    const key = half ^ ((half >> 31) | 0x80000000);
    out[places[(key >>> shift) & 2047]!++] = values[i]!;
  }
}

/** Moves a score down to its place among those before it; false if that is too far. */
function insert(scores: Float64Array, weights: Float64Array | undefined, i: number): boolean {
  const score = scores[i]!;
  const weight = weights ? weights[i]! : 1;
  const stop = Math.max(0, i - SHORT);
  let place = i;
  for (; place > stop && scores[place - 1]! > score; place--) {
    scores[place] = scores[place - 1]!;
    if (weights) weights[place] = weights[place - 1]!;
  }
  scores[place] = score;
  if (weights) weights[place] = weight;
  return place === 0 || scores[place - 1]! <= score;
}

function sortByComparing(scores: Float64Array, weights: Float64Array | undefined): void {
  if (weights === undefined) {
    scores.sort();
    return;
  }
  const order = Uint32Array.from(scores, (_, i) => i).sort((i, j) => scores[i]! - scores[j]!);
  const [oldScores, oldWeights] = [scores.slice(), weights.slice()];
  order.forEach((from, to) => {
    scores[to] = oldScores[from]!;
    weights[to] = oldWeights[from]!;
  });
}
