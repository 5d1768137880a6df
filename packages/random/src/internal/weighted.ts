/** Throws unless `p` is a distribution over `count` values, within NumPy's tolerance. */
export function checkProbabilities(p: ArrayLike<number>, count: number): void {
  if (p.length !== count) {
    throw new RangeError(`choice: p must hold ${count} probabilities; received ${p.length}.`);
  }
  for (let i = 0; i < count; i++) {
    const value = p[i]!;
    if (Number.isNaN(value) || value < 0) {
      throw new RangeError(`choice: p must not be negative or NaN; received ${value} at ${i}.`);
    }
  }
  const sum = kahanSum(p);
  // As in NumPy, the square root of the epsilon that the numbers have.
  const tolerance = Math.sqrt(p instanceof Float32Array ? 2 ** -23 : Number.EPSILON);
  if (!(Math.abs(sum - 1) <= tolerance)) {
    throw new RangeError(
      `choice: p must sum to 1; received a sum of ${sum}. Divide p by its sum first.`,
    );
  }
}

/** Running sums of `p`, divided by the last. */
export function cumulative(p: ArrayLike<number>): Float64Array {
  const cdf = new Float64Array(p.length);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    sum += p[i]!;
    cdf[i] = sum;
  }
  for (let i = 0; i < cdf.length; i++) cdf[i]! /= sum;
  return cdf;
}

/** How many entries of an ascending `cdf` are no greater than `value`. */
export function countNotAbove(cdf: Float64Array, value: number): number {
  let low = 0;
  let high = cdf.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cdf[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `size` different indices drawn by weight: draw what is missing, keep first finds, repeat. */
export function distinctByWeight(
  p: ArrayLike<number>,
  size: number,
  uniforms: (size: number) => Float64Array,
): Int32Array {
  const weights = Float64Array.from(p);
  const found = new Int32Array(size);
  let count = 0;
  while (count < size) {
    const draws = uniforms(size - count);
    for (let i = 0; i < count; i++) weights[found[i]!] = 0;
    const cdf = cumulative(weights);
    const seen = new Set<number>();
    for (const u of draws) seen.add(countNotAbove(cdf, u));
    for (const index of seen) found[count++] = index;
  }
  return found;
}

function kahanSum(values: ArrayLike<number>): number {
  let sum = values.length > 0 ? values[0]! : 0;
  let carry = 0;
  for (let i = 1; i < values.length; i++) {
    const y = values[i]! - carry;
    const t = sum + y;
    carry = t - sum - y;
    sum = t;
  }
  return sum;
}
