import { chartConfig } from './internal/chart-config.js';
import { checkString, received } from './internal/check.js';
import { formatPercent, formatValue } from './internal/format.js';
import { textWidth } from './internal/text-width.js';
import { theme } from './internal/theme.js';
import { type ChartSpec, specToSvg } from './spec-to-svg.js';

/** Options of {@link barChart} and {@link barChartSpec}. */
export interface BarChartOptions {
  /** A heading; default none. */
  readonly title?: string;
  /** What the values are; default none. */
  readonly valueTitle?: string;
  /** `'percent'` writes shares as percentages; default `'number'`. */
  readonly format?: 'number' | 'percent';
  /** Where the axis begins; default 0, or below the least value if there are negative ones. */
  readonly baseline?: number;
  /** Width of the plot in pixels; default 420. */
  readonly width?: number;
}

/** Values of one thing that is compared, by the name of the value. */
export type BarChartData = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Bars that compare models, or anything else, as SVG: a group for each name, in it a bar for each
 * value, each with its number. Values that are not finite have no bar and a dash for a number.
 *
 * @param data - What is compared, by name: `{ cnn: { train: 0.91, test: 0.9 }, mlp: { … } }`.
 * @param options - See {@link BarChartOptions}.
 * @returns An SVG document.
 * @throws TypeError for data of another kind, RangeError for none.
 * @example
 * ```ts
 * const svg = await barChart({ dense: { test: 0.8731 }, convnet: { test: 0.9048 } }, { format: 'percent' });
 * ```
 */
export async function barChart(data: BarChartData, options: BarChartOptions = {}): Promise<string> {
  return specToSvg(barChartSpec(data, options));
}

/**
 * The Vega-Lite specification that {@link barChart} draws.
 *
 * @param data - See {@link barChart}.
 * @param options - See {@link BarChartOptions}.
 * @returns Plain JSON with the data inline.
 * @throws TypeError and RangeError as {@link barChart}.
 */
export function barChartSpec(data: BarChartData, options: BarChartOptions = {}): ChartSpec {
  const { title = '', valueTitle, format = 'number', baseline, width = 420 } = options;
  checkString('barChart', 'title', title);
  const rows = barRows(data, format);
  const groups = Object.keys(data);
  const series = [...new Set(rows.map((row) => row.series))];
  const drawn = rows.flatMap((row) => (row.value === null ? [] : [row.value]));
  const start = baseline ?? Math.min(0, ...drawn);
  const end = Math.max(start, 0, ...drawn);
  // Room for the number at the end of the longest bar.
  const label = Math.max(...rows.map((row) => textWidth(row.text, theme.labelSize))) + 8;
  const room = start === end ? 1 : ((end - start) * label) / Math.max(1, width - label);
  const x = {
    field: 'value',
    type: 'quantitative',
    title: valueTitle ?? null,
    scale: { domain: [start, end + room], nice: false, zero: false },
    axis: {
      grid: true,
      domain: false,
      ticks: false,
      tickCount: 5,
      ...(format === 'percent' ? { format: end - start < 0.1 ? '.1%' : '.0%' } : {}),
    },
  };
  const y = {
    field: 'group',
    type: 'nominal',
    sort: groups,
    title: null,
    scale: { paddingInner: 0.35, paddingOuter: 0.15 },
    axis: { labelColor: theme.ink, labelFontSize: theme.labelSize, labelLimit: 220, grid: false },
  };
  const offset = series.length > 1 ? { yOffset: { field: 'series', sort: series } } : {};
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: title === '' ? `Bars of ${groups.join(', ')}` : title,
    ...(title === '' ? {} : { title: { text: title } }),
    width,
    height: Math.max(60, groups.length * (series.length * 20 + 14)),
    data: { values: rows },
    layer: [
      {
        mark: { type: 'bar', cornerRadiusEnd: 2, clip: true },
        encoding: {
          x: { ...x, stack: null },
          x2: { datum: Math.max(start, 0) },
          y,
          ...offset,
          color: {
            field: 'series',
            type: 'nominal',
            sort: series,
            scale: { domain: series },
            legend:
              series.length > 1 ? { title: null, orient: 'bottom', symbolType: 'square' } : null,
          },
          description: { field: 'description' },
          tooltip: { field: 'description' },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 5, aria: false },
        encoding: {
          x: { ...x, field: 'end' },
          y,
          ...offset,
          text: { field: 'text', type: 'nominal' },
        },
      },
    ],
    config: chartConfig,
  } as unknown as ChartSpec;
}

interface BarRow {
  readonly group: string;
  readonly series: string;
  readonly value: number | null;
  /** Where the number stands: beside the end of its bar, to the right of zero for a negative one. */
  readonly end: number;
  readonly text: string;
  readonly description: string;
}

function barRows(data: BarChartData, format: 'number' | 'percent'): BarRow[] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new TypeError(`barChart: data must hold values by name; received ${received(data)}.`);
  }
  const rows = Object.entries(data).flatMap(([group, values]) => {
    if (typeof values !== 'object' || values === null) {
      throw new TypeError(
        `barChart: data must hold for '${group}' numbers by name; received ${received(values)}.`,
      );
    }
    return Object.entries(values).map(([series, value]) => {
      if (typeof value !== 'number') {
        throw new TypeError(
          `barChart: data must hold numbers; received ${received(value)} for ${series} of '${group}'.`,
        );
      }
      const finite = Number.isFinite(value);
      const text = !finite
        ? '–'
        : format === 'percent'
          ? formatPercent(value, 2)
          : formatValue(value);
      return {
        group,
        series,
        value: finite ? value : null,
        end: finite ? Math.max(0, value) : 0,
        text,
        description: `${group}, ${series}: ${text}`,
      };
    });
  });
  if (rows.length === 0)
    throw new RangeError('barChart: data must hold at least one value; received none.');
  return rows;
}
