/**
 * NumPy's sum of a contiguous array: pairwise in blocks of 128 with eight running sums. A report
 * prints 17 digits of a sum of weights, so the order of additions must be the same, not only close.
 */
export function sum(values: Float64Array, from = 0, count: number = values.length): number {
  if (count < 8) {
    let total = 0;
    for (let i = from; i < from + count; i++) total += values[i]!;
    return total;
  }
  if (count > 128) {
    const half = (count >> 1) - ((count >> 1) % 8);
    return sum(values, from, half) + sum(values, from + half, count - half);
  }
  let r0 = 0;
  let r1 = 0;
  let r2 = 0;
  let r3 = 0;
  let r4 = 0;
  let r5 = 0;
  let r6 = 0;
  let r7 = 0;
  const end = from + count - (count % 8);
  let i = from;
  for (; i < end; i += 8) {
    r0 += values[i]!;
    r1 += values[i + 1]!;
    r2 += values[i + 2]!;
    r3 += values[i + 3]!;
    r4 += values[i + 4]!;
    r5 += values[i + 5]!;
    r6 += values[i + 6]!;
    r7 += values[i + 7]!;
  }
  let total = r0 + r1 + (r2 + r3) + (r4 + r5 + (r6 + r7));
  for (; i < from + count; i++) total += values[i]!;
  return total;
}

/** `numpy.mean`; NaN for an empty array. */
export function mean(values: Float64Array): number {
  return sum(values) / values.length;
}

/** The sum of products, the error of each addition carried along (numpy leaves it to BLAS). */
export function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < a.length; i++) {
    const term = a[i]! * b[i]!;
    const next = total + term;
    lost += Math.abs(total) >= Math.abs(term) ? total - next + term : term - next + total;
    total = next;
  }
  return total + lost;
}

/** `numpy.average`; NaN or an infinity where the weights sum to zero (NumPy raises there). */
export function average(values: Float64Array, weights?: Float64Array): number {
  if (weights === undefined) return mean(values);
  const products = new Float64Array(values.length);
  for (let i = 0; i < products.length; i++) products[i] = values[i]! * weights[i]!;
  return sum(products) / sum(weights);
}

/**
 * scikit-learn's mean over what is not NaN: a score that is not defined for a class does not count
 * in the average. Weights that sum to zero count as no weights.
 */
export function averageOfDefined(values: Float64Array, weights?: Float64Array): number {
  const defined = (_: number, i: number) => !Number.isNaN(values[i]);
  const kept = values.filter(defined);
  if (kept.length === 0) return Number.NaN;
  if (weights === undefined) {
    // numpy.nanmean adds zeros in place of NaN, which keeps the pairwise order of the full array.
    return sum(values.map((value) => (Number.isNaN(value) ? 0 : value))) / kept.length;
  }
  const keptWeights = weights.filter(defined);
  return sum(keptWeights) === 0 ? mean(kept) : average(kept, keptWeights);
}

/** `numpy.linspace(start, stop, count)`, the end exact. */
export function linspace(start: number, stop: number, count: number): Float64Array {
  const out = new Float64Array(count);
  const step = (stop - start) / (count - 1);
  for (let i = 0; i < count; i++) out[i] = i * step + start;
  if (count > 1) out[count - 1] = stop;
  return out;
}

/** Where among so many sorted values `numpy.percentile` looks for a share of them. */
export function quantilePlace(share: number, count: number): number {
  return ((share * 100) / 100) * (count - 1);
}

/** How many of the ascending values in `[from, to)` lie below `x` (`numpy.searchsorted`, left). */
export function lowerBound(
  sorted: ArrayLike<number>,
  x: number,
  from = 0,
  to: number = sorted.length,
): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low - from;
}

/**
 * The bin (edges[b], edges[b + 1]] that holds x, the first also its lower edge: from where it would
 * lie among equal bins, a few steps to where it does.
 */
export function binOf(edges: Float64Array, x: number): number {
  const last = edges.length - 2;
  let bin = Math.max(0, Math.min(x * (last + 1), last)) | 0;
  if (x > edges[bin]! && x <= edges[bin + 1]!) return bin;
  while (bin > 0 && x <= edges[bin]!) bin--;
  while (bin < last && x > edges[bin + 1]!) bin++;
  return bin;
}

/** How many of the ascending values are at most `x` (`numpy.searchsorted`, right). */
export function upperBound(sorted: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A plain array to be filled with reals. `new Array(n)` would be made for whole numbers first, and all of
 * it copied at the first fraction.
 */
export function reals(length: number): number[] {
  const out = [0.5];
  out.length = length;
  return out;
}
