import { formatPercent, formatValue } from './format.js';
import { theme } from './theme.js';

export interface CurvePanelOptions {
  readonly metric: string;
  readonly epochs: readonly number[];
  readonly training: readonly number[];
  readonly validation: readonly number[] | undefined;
  /** Whether any panel has validation values. */
  readonly validated: boolean;
  readonly width: number;
  readonly height: number;
  readonly scale: 'linear' | 'log';
  readonly interactive: boolean;
}

interface Point {
  readonly epoch: number;
  readonly series: string;
  readonly value: number | null;
  readonly description: string;
}

/** One panel of the learning curves: a Vega-Lite layer specification. */
export function curvePanel(options: CurvePanelOptions): object {
  const { metric, epochs, validation, width, height, interactive } = options;
  const drawable = (value: number): boolean =>
    Number.isFinite(value) && (options.scale === 'linear' || value > 0);
  const points = (series: string, values: readonly number[]): Point[] =>
    values.map((value, index) => ({
      epoch: epochs[index]!,
      series,
      value: drawable(value) ? value : null,
      description: `${series}, epoch ${epochs[index]}: ${valueText(value, metric)}`,
    }));
  const values = [
    ...points('Training', options.training),
    ...(validation === undefined ? [] : points('Validation', validation)),
  ];
  const drawn = values.flatMap((point) => (point.value === null ? [] : [point.value]));
  const best = bestPoint(values, metric, validation !== undefined);
  const x = { field: 'epoch', type: 'quantitative', title: 'Epoch', ...epochAxis(epochs, width) };
  const y = {
    field: 'value',
    type: 'quantitative',
    title: null,
    ...valueAxis(drawn, metric, options.scale, epochs.length),
  };
  const note = best === undefined ? 'no finite values' : bestText(best, metric);
  return {
    width,
    height,
    data: { values },
    layer: [
      {
        mark: { type: 'line', aria: false, invalid: 'break-paths-show-domains', clip: false },
        encoding: {
          x,
          y,
          color: seriesColor(options.validated),
          strokeDash: seriesDash(options.validated),
        },
      },
      ...(epochs.length <= 40 || interactive ? [pointLayer(x, y, epochs.length, interactive)] : []),
      ...(best === undefined || epochs.length === 1 ? [] : [bestLayer(best, x, y)]),
      heading(metricTitle(metric), -32, { fontSize: theme.headingSize, fontWeight: 600 }),
      heading(note, -15, { color: theme.muted }),
    ],
  };
}

/** Text at a fixed place: Vega puts group titles where the axis labels end, which differs by panel. */
function heading(text: string, y: number, style: object): object {
  return {
    data: { values: [{}] },
    mark: {
      type: 'text',
      text,
      x: 0,
      y,
      align: 'left',
      baseline: 'alphabetic',
      tooltip: null,
      aria: false,
      ...style,
    },
  };
}

function seriesColor(validated: boolean): object {
  return {
    field: 'series',
    type: 'nominal',
    scale: seriesScale([theme.green, theme.blue], validated),
    legend: seriesLegend(),
  };
}

function seriesDash(validated: boolean): object {
  return {
    field: 'series',
    type: 'nominal',
    scale: seriesScale(
      [
        [5, 4],
        [1, 0],
      ],
      validated,
    ),
    legend: seriesLegend(),
  };
}

function seriesScale(range: readonly unknown[], validated: boolean): object {
  return {
    domain: validated ? ['Training', 'Validation'] : ['Training'],
    range: range.slice(0, validated ? 2 : 1),
  };
}

function seriesLegend(): object {
  return {
    title: null,
    orient: 'bottom',
    direction: 'horizontal',
    symbolType: 'stroke',
    symbolSize: 500,
    symbolStrokeWidth: 2,
    offset: 8,
  };
}

function pointLayer(x: object, y: object, epochs: number, interactive: boolean): object {
  const visible = epochs <= 40;
  const single = epochs === 1;
  return {
    ...(interactive
      ? {
          params: [
            {
              name: 'pointed',
              select: { type: 'point', on: 'pointerover', nearest: true, clear: 'pointerout' },
            },
          ],
        }
      : {}),
    transform: [{ filter: 'datum.value !== null' }],
    mark: { type: 'point', filled: true, size: single ? 60 : 22, opacity: 1 },
    encoding: {
      x,
      y,
      color: { field: 'series', type: 'nominal' },
      description: { field: 'description' },
      ...(interactive
        ? {
            opacity: visible
              ? { value: 1 }
              : { condition: { param: 'pointed', empty: false, value: 1 }, value: 0 },
            size: { condition: { param: 'pointed', empty: false, value: 70 }, value: 22 },
            tooltip: { field: 'description' },
          }
        : {}),
    },
  };
}

function bestLayer(best: Point, x: object, y: object): object {
  return {
    data: { values: [best] },
    mark: {
      type: 'point',
      filled: false,
      size: 90,
      strokeWidth: 1.5,
      opacity: 1,
      aria: false,
      color: best.series === 'Training' ? theme.green : theme.blue,
    },
    encoding: { x, y },
  };
}

/** The epoch to keep: lowest loss, highest score; of validation where there is one. */
function bestPoint(
  points: readonly Point[],
  metric: string,
  validated: boolean,
): Point | undefined {
  const lower = isLoss(metric);
  let best: Point | undefined;
  for (const point of points) {
    if (point.value === null || (validated && point.series === 'Training')) continue;
    if (best === undefined || (lower ? point.value < best.value! : point.value > best.value!))
      best = point;
  }
  return best;
}

function bestText(best: Point, metric: string): string {
  const value = valueText(best.value!, metric);
  const of = best.series === 'Training' ? '' : ' validation';
  return `best${of} ${value} at epoch ${best.epoch}`;
}

function valueText(value: number, metric: string): string {
  return isShare(metric, [value]) ? formatPercent(value, 2) : formatValue(value);
}

function isLoss(metric: string): boolean {
  return /loss|error|mse|mae|perplexity/i.test(metric);
}

function isShare(metric: string, values: readonly number[]): boolean {
  return (
    /acc|precision|recall|f1|auc/i.test(metric) && values.every((value) => value >= 0 && value <= 1)
  );
}

/** `val_top_k_accuracy` is code; people read "Top k accuracy". */
function metricTitle(metric: string): string {
  const words = metric.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function epochAxis(epochs: readonly number[], width: number): object {
  const first = Math.min(...epochs);
  const last = Math.max(...epochs);
  const step = niceStep((last - first) / Math.max(1, Math.floor(width / 45)));
  const values: number[] = [];
  for (let tick = Math.ceil(first / step) * step; tick <= last; tick += step) values.push(tick);
  // Few ticks start best at the first epoch, which the multiples of a step miss.
  if (values[0] !== first && values[0]! - first >= step / 2) values.unshift(first);
  return {
    scale: {
      domain: first === last ? [first - 1, last + 1] : [first, last],
      nice: false,
      zero: false,
      // Pixels: the first point must not lie on the labels of the value axis.
      padding: 8,
    },
    axis: { values, format: 'd', labelFlush: false },
  };
}

function niceStep(raw: number): number {
  if (raw <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= raw)!;
  return factor * power;
}

function valueAxis(
  values: readonly number[],
  metric: string,
  scale: 'linear' | 'log',
  epochs: number,
): object {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const size = Math.max(Math.abs(low), Math.abs(high));
  const span = high - low;
  let format: string | undefined;
  if (isShare(metric, values)) format = span < 0.005 ? '.2%' : span < 0.05 ? '.1%' : '.0%';
  const exponent = scale === 'log' || size >= 1e5 || size < 1e-3;
  const axis = {
    tickCount: 5,
    ...(format !== undefined ? { format } : exponent ? { labelExpr: exponentLabel } : {}),
  };
  if (values.length === 0) return { scale: { domain: [0, 1] }, axis: { ...axis, labels: false } };
  if (scale === 'log') return { scale: { type: 'log', nice: true }, axis };
  // A flat curve and a single epoch need room around them, or their values lie on the frame.
  if (span === 0 || epochs === 1) {
    const pad = span > 0 ? span / 2 : size === 0 ? 1 : size * 0.1;
    const ceiling = format === undefined ? Number.POSITIVE_INFINITY : 1;
    return { scale: { domain: [low - pad, Math.min(high + pad, ceiling)], zero: false }, axis };
  }
  return { scale: { zero: false, nice: true }, axis };
}

const exponentLabel = "replace(replace(format(datum.value, '~g'), 'e+', 'e'), '-', '−')";
