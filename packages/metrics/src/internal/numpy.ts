/**
 * NumPy's sum of a contiguous array: pairwise in blocks of 128 with eight running sums. A report
 * prints 17 digits of a sum of weights, so the order of additions must be the same, not only close.
 */
export function sum(values: ArrayLike<number>, from = 0, count: number = values.length): number {
  if (count < 8) {
    let total = 0;
    for (let i = from; i < from + count; i++) total += values[i]!;
    return total;
  }
  if (count > 128) {
    const half = (count >> 1) - ((count >> 1) % 8);
    return sum(values, from, half) + sum(values, from + half, count - half);
  }
  const r = new Float64Array(8);
  for (let j = 0; j < 8; j++) r[j] = values[from + j]!;
  let i = 8;
  for (; i < count - (count % 8); i += 8) {
    for (let j = 0; j < 8; j++) r[j]! += values[from + i + j]!;
  }
  let total = r[0]! + r[1]! + (r[2]! + r[3]!) + (r[4]! + r[5]! + (r[6]! + r[7]!));
  for (; i < count; i++) total += values[from + i]!;
  return total;
}

/** `numpy.mean`; NaN for an empty array. */
export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length;
}

/** The sum of products, the error of each addition carried along (numpy leaves it to BLAS). */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
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
export function average(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  if (weights === undefined) return mean(values);
  const products = new Float64Array(values.length);
  for (let i = 0; i < products.length; i++) products[i] = values[i]! * weights[i]!;
  return sum(products) / sum(weights);
}

/**
 * scikit-learn's mean over what is not NaN: a score that is not defined for a class does not count
 * in the average. Weights that sum to zero count as no weights.
 */
export function averageOfDefined(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  const keep: number[] = [];
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) keep.push(i);
  if (keep.length === 0) return Number.NaN;
  if (weights === undefined) {
    // numpy.nanmean adds zeros in place of NaN, which keeps the pairwise order of the full array.
    return sum(Float64Array.from(values, (v) => (Number.isNaN(v) ? 0 : v))) / keep.length;
  }
  const kept = keep.map((i) => values[i]!);
  const keptWeights = keep.map((i) => weights[i]!);
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
