import { chartConfig } from './internal/chart-config.js';
import { checkInteger, checkString, received } from './internal/check.js';
import { formatCount, formatValue } from './internal/format.js';
import { theme } from './internal/theme.js';
import { type ChartSpec, specToSvg } from './spec-to-svg.js';

/** Options of {@link histogram} and {@link histogramSpec}. */
export interface HistogramOptions {
  /** How many bins of one width, from the least to the greatest value; default 30. */
  readonly bins?: number;
  /** A heading; default none. */
  readonly title?: string;
  /** What the values are; default `'Value'`. */
  readonly valueTitle?: string;
  /** Width of the plot in pixels; default 420. */
  readonly width?: number;
  /** Height of the plot in pixels; default 180. */
  readonly height?: number;
}

/**
 * How values are spread, as SVG: weights, activations, pixels. Bins are half open but for the last,
 * as NumPy's are; values that are not finite are counted in the subtitle instead.
 *
 * @param values - At least one finite value.
 * @param options - See {@link HistogramOptions}.
 * @returns An SVG document.
 * @throws TypeError for no list of numbers, RangeError if none of them is finite.
 * @example
 * ```ts
 * const svg = await histogram(new Float32Array([0.1, 0.2, 0.2, 0.4]), { bins: 3 });
 * ```
 */
export async function histogram(
  values: ArrayLike<number>,
  options: HistogramOptions = {},
): Promise<string> {
  return specToSvg(histogramSpec(values, options));
}

/**
 * The Vega-Lite specification that {@link histogram} draws; it holds the bins, not the values.
 *
 * @param values - See {@link histogram}.
 * @param options - See {@link HistogramOptions}.
 * @returns Plain JSON with the data inline.
 * @throws TypeError and RangeError as {@link histogram}.
 */
export function histogramSpec(
  values: ArrayLike<number>,
  options: HistogramOptions = {},
): ChartSpec {
  const { bins = 30, title = '', valueTitle = 'Value', width = 420, height = 180 } = options;
  checkInteger('histogram', 'bins', bins, 1, 10_000);
  checkString('histogram', 'title', title);
  if (typeof values?.length !== 'number') {
    throw new TypeError(
      `histogram: values must be a list of numbers; received ${received(values)}.`,
    );
  }
  const { edges, counts, left } = binValues(values, bins);
  const rows = Array.from(counts, (count, index) => ({
    from: edges[index]!,
    to: edges[index + 1]!,
    count,
    description: `${formatValue(edges[index]!)} to ${formatValue(edges[index + 1]!)}: ${formatCount(count)}`,
  }));
  const note = `${formatCount(values.length - left)} values${left === 0 ? '' : `, ${formatCount(left)} more not finite`}`;
  const widest = Math.max(Math.abs(edges[0]!), Math.abs(edges[bins]!));
  const exponent = widest >= 1e6 || widest < 1e-3 ? { format: '~g' } : {};
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `Histogram of ${note}`,
    title: { text: title === '' ? valueTitle : title, subtitle: note },
    width,
    height,
    data: { values: rows },
    mark: { type: 'bar', color: theme.blue, binSpacing: bins > width / 4 ? 0 : 1 },
    encoding: {
      x: {
        field: 'from',
        type: 'quantitative',
        title: valueTitle,
        bin: { binned: true },
        scale: { domain: [edges[0], edges[bins]], nice: false, zero: false },
        axis: { tickCount: 6, labelFlush: false, ...exponent },
      },
      x2: { field: 'to' },
      y: {
        field: 'count',
        type: 'quantitative',
        title: 'Count',
        axis: { tickCount: 5, format: '~s' },
      },
      description: { field: 'description' },
      tooltip: { field: 'description' },
    },
    config: chartConfig,
  } as unknown as ChartSpec;
}

function binValues(values: ArrayLike<number>, bins: number) {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  let left = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!;
    if (!Number.isFinite(value)) left += 1;
    else {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
  }
  if (least > greatest) {
    throw new RangeError(
      `histogram: values must hold at least one finite value; received ${values.length} without.`,
    );
  }
  // One value alone gets a bin of width 1 around it, as in NumPy.
  if (least === greatest) {
    least -= 0.5;
    greatest += 0.5;
  }
  const step = greatest / bins - least / bins;
  const edges = Array.from({ length: bins + 1 }, (_, index) =>
    index === bins ? greatest : least * (1 - index / bins) + greatest * (index / bins),
  );
  const counts = new Array<number>(bins).fill(0);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index]!;
    if (!Number.isFinite(value)) continue;
    let bin = Math.min(bins - 1, Math.floor(value / step - least / step));
    // Rounding may put a value one bin beside the edges it is drawn between.
    if (value < edges[bin]!) bin -= 1;
    else if (bin < bins - 1 && value >= edges[bin + 1]!) bin += 1;
    counts[bin]! += 1;
  }
  return { edges, counts, left };
}
