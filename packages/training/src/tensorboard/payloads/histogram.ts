import { type SummaryValue, summaryValue } from '../events/event.js';
import { pluginMetadata, type TagOptions } from './plugin-metadata.js';
import { doubleTensor } from './tensor.js';

/** Settings of {@link histogramSummary}. */
export interface HistogramOptions extends TagOptions {
  /** How many buckets of equal width. Default 30, as in TensorFlow. */
  readonly buckets?: number;
}

/** One bucket: its edges and how many values fall in it. */
export type HistogramBucket = readonly [left: number, right: number, count: number];

const SMALLEST_NORMAL_FLOAT32 = 2 ** -126;
const SMALLEST_NORMAL_FLOAT64 = 2 ** -1022;

/**
 * Values for the Histograms and Distributions pages, as `tf.summary.histogram` writes them: a
 * float64 tensor [buckets, 3], plugin `histograms`.
 *
 * @param values any typed array or list of numbers; a shape does not matter
 */
export function histogramSummary(
  tag: string,
  values: ArrayLike<number>,
  options: HistogramOptions = {},
): SummaryValue {
  const rows = histogramBuckets(values, options.buckets);
  return summaryValue({
    tag,
    metadata: pluginMetadata('histograms', options),
    value: { case: 'tensor', value: doubleTensor(rows.flat(), [rows.length, 3]) },
  });
}

/**
 * The buckets that TensorFlow 2's histogram summary makes of `values`, to the last bit.
 *
 * A value x falls in bucket `floor((x - min) / width)`, the last at most. Constant values fall
 * whole into the last bucket; no values give buckets of zeros; a NaN makes all edges NaN and all
 * counts 0. Denormal numbers count as 0.
 *
 * @param buckets a whole number from 0 on; default 30
 */
export function histogramBuckets(values: ArrayLike<number>, buckets = 30): HistogramBucket[] {
  if (!Number.isSafeInteger(buckets) || buckets < 0) {
    throw new RangeError(
      `histogramBuckets: buckets must be a whole number from 0 on; received ${buckets}. TensorBoard shows 30 well.`,
    );
  }
  if (values.length === 0) return rows(buckets, () => 0, new Float64Array(buckets));
  // TensorFlow's CPU kernels flush denormals to zero, in the type that they are in.
  const tiny = values instanceof Float32Array ? SMALLEST_NORMAL_FLOAT32 : SMALLEST_NORMAL_FLOAT64;
  const { min, max } = extent(values, tiny);
  const range = flushed(max - min, SMALLEST_NORMAL_FLOAT64);
  const counts = new Float64Array(buckets);
  if (range === 0) {
    if (buckets > 0) counts[buckets - 1] = values.length;
    return rows(buckets, () => max, counts);
  }
  const width = range / buckets;
  for (let i = 0; i < values.length; i++) {
    const index = Math.floor((flushed(values[i]!, tiny) - min) / width);
    // NaN, which an infinite range gives, is in no bucket.
    if (index >= 0) counts[Math.min(index, buckets - 1)]! += 1;
  }
  const edge = (i: number) => (i === 0 ? min : i === buckets ? max : min + width * i);
  return rows(buckets, edge, counts);
}

function extent(values: ArrayLike<number>, tiny: number): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = flushed(values[i]!, tiny);
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}

function flushed(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? 0 : value;
}

function rows(count: number, edge: (i: number) => number, counts: Float64Array): HistogramBucket[] {
  return Array.from({ length: count }, (_, i) => [edge(i), edge(i + 1), counts[i]!]);
}
