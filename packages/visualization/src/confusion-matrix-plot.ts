import { chartConfig } from './internal/chart-config.js';
import { checkChoice, checkString, received } from './internal/check.js';
import { formatCount, formatPercent } from './internal/format.js';
import { matrixLayout } from './internal/matrix-layout.js';
import { theme } from './internal/theme.js';
import { type ChartSpec, specToSvg } from './spec-to-svg.js';

/** Options of {@link confusionMatrixPlot} and {@link confusionMatrixSpec}. */
export interface ConfusionMatrixPlotOptions {
  /** Names of the classes in the order of the rows; default `'0'`, `'1'`, … */
  readonly classNames?: readonly string[];
  /**
   * What the cells say: counts as given (default), or shares of the true class (`'true'`), of the
   * predicted class (`'pred'`), or of all. A class without samples has shares of 0.
   */
  readonly normalize?: 'true' | 'pred' | 'all';
  /** A heading above the count of what is right; default `'Confusion matrix'`, `''` for the count alone. */
  readonly title?: string;
  /** Whether pointing at a cell says what it counts, where the specification runs live; default true. */
  readonly interactive?: boolean;
}

/**
 * A confusion matrix as SVG: rows are truth, columns prediction, as scikit-learn has it. What is
 * right is blue, what is wrong red, and the strength is the square root of the share of the row, so
 * that ten errors in a thousand can be seen beside 99 % right. Zeros stay empty; cells carry
 * numbers as long as these fit.
 *
 * @param matrix - n rows of n finite values not below 0: counts, or shares that are already
 *   normalized.
 * @param options - See {@link ConfusionMatrixPlotOptions}.
 * @returns An SVG document.
 * @throws TypeError and RangeError for a matrix that is empty, not square or holds other values, or
 *   as many names as it has no rows.
 * @example
 * ```ts
 * const svg = await confusionMatrixPlot([[50, 2], [3, 45]], { classNames: ['cat', 'dog'] });
 * ```
 */
export async function confusionMatrixPlot(
  matrix: ArrayLike<ArrayLike<number>>,
  options: ConfusionMatrixPlotOptions = {},
): Promise<string> {
  return specToSvg(confusionMatrixSpec(matrix, { ...options, interactive: false }));
}

/**
 * The Vega-Lite specification that {@link confusionMatrixPlot} draws.
 *
 * @param matrix - See {@link confusionMatrixPlot}.
 * @param options - See {@link ConfusionMatrixPlotOptions}.
 * @returns Plain JSON with the data inline.
 * @throws TypeError and RangeError as {@link confusionMatrixPlot}.
 */
export function confusionMatrixSpec(
  matrix: ArrayLike<ArrayLike<number>>,
  options: ConfusionMatrixPlotOptions = {},
): ChartSpec {
  const { normalize, title = 'Confusion matrix', interactive = true } = options;
  const rows = checkMatrix(matrix);
  const names = checkNames(options.classNames, rows.length);
  if (normalize !== undefined) {
    checkChoice('confusionMatrixPlot', 'normalize', normalize, ['true', 'pred', 'all']);
  }
  checkString('confusionMatrixPlot', 'title', title);
  const cells = matrixCells(rows, names, normalize);
  // A thousand sentences help nobody who listens to the picture.
  const described = names.length <= 25;
  const layout = matrixLayout(
    names,
    cells.map((cell) => cell.text),
  );
  const label = {
    field: 'x',
    type: 'ordinal',
    scale: { domain: names.map((_, index) => index), paddingInner: layout.gap },
  };
  // Names may repeat, so the axes run over indices and look the names up.
  const axis = {
    labelExpr: `${JSON.stringify(layout.labels)}[datum.value]`,
    domain: false,
    ticks: false,
    labelFontSize: layout.labelSize,
    labelColor: theme.ink,
    labelLimit: 0,
    labelOverlap: false,
    grid: false,
  };
  const x = { ...label, title: 'Predicted', axis: { ...axis, ...layout.xLabels } };
  const y = { ...label, field: 'y', title: 'True', axis };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `Confusion matrix of ${names.length} classes`,
    title: heading(title, summary(rows)),
    width: layout.size,
    height: layout.size,
    data: { values: cells },
    layer: [
      {
        mark: { type: 'rect', aria: described, cornerRadius: layout.radius },
        encoding: {
          x,
          y,
          color: {
            field: 'kind',
            type: 'nominal',
            scale: { domain: ['right', 'wrong'], range: [theme.blue, theme.red] },
            legend: null,
          },
          fillOpacity: { field: 'strength', type: 'quantitative', scale: null },
          ...(described ? { description: { field: 'description' } } : {}),
          ...(interactive ? { tooltip: { field: 'description' } } : {}),
        },
      },
      ...(layout.numbers
        ? [
            {
              mark: { type: 'text', fontSize: layout.numberSize, aria: false },
              encoding: {
                x,
                y,
                text: { field: 'text', type: 'nominal' },
                color: {
                  condition: { test: 'datum.strength > 0.6', value: theme.onStrong },
                  value: theme.ink,
                },
              },
            },
          ]
        : []),
    ],
    config: { ...chartConfig, view: { stroke: theme.axis, strokeWidth: 1 } },
  } as unknown as ChartSpec;
}

function heading(title: string, note: string): object {
  if (title !== '') return { text: title, subtitle: note };
  return { text: note, fontSize: theme.labelSize, fontWeight: 400, color: theme.muted };
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly kind: 'right' | 'wrong';
  readonly strength: number;
  readonly description: string;
}

/** One cell for each value above zero: the many zeros of a hundred classes need no ink. */
function matrixCells(
  rows: readonly (readonly number[])[],
  names: readonly string[],
  normalize: 'true' | 'pred' | 'all' | undefined,
): Cell[] {
  const sum = (values: readonly number[]): number =>
    values.reduce((total, value) => total + value, 0);
  const rowSums = rows.map(sum);
  const columnSums = rows.map((_, column) => sum(rows.map((row) => row[column]!)));
  const all = sum(rowSums);
  const shareOf = (count: number, y: number, x: number): number =>
    count / (normalize === 'pred' ? columnSums[x]! : normalize === 'all' ? all : rowSums[y]!);
  const weight = (share: number): number =>
    Math.min(1, share * (normalize === 'all' ? rows.length : 1));
  let worst = 0;
  rows.forEach((row, y) => {
    row.forEach((count, x) => {
      if (x !== y && count > 0) worst = Math.max(worst, weight(shareOf(count, y, x)));
    });
  });
  return rows.flatMap((row, y) =>
    row.flatMap((count, x) => {
      if (count === 0) return [];
      const share = shareOf(count, y, x);
      return {
        x,
        y,
        kind: x === y ? ('right' as const) : ('wrong' as const),
        text: normalize === undefined ? cellText(count) : shareText(share),
        strength: strength(weight(share), x === y ? 1 : worst),
        description: `true ${names[y]}, predicted ${names[x]}: ${cellText(count)}`,
      };
    }),
  );
}

/**
 * How strongly a cell is coloured: by the root of its share, but no less than 0.08, where a cell
 * cannot be told from the paper. The worst mistake gets 0.4 at least and lesser ones in proportion,
 * or all mistakes of a good model would look alike.
 */
function strength(share: number, worst: number): number {
  return Math.round(Math.max(Math.sqrt(share), 0.08 + (0.32 * share) / worst) * 1000) / 1000;
}

function cellText(count: number): string {
  return Number.isInteger(count) ? formatCount(count) : count.toFixed(2);
}

function shareText(share: number): string {
  return share < 0.005 ? '<0.01' : share.toFixed(2);
}

function summary(rows: readonly (readonly number[])[]): string {
  let all = 0;
  let right = 0;
  rows.forEach((row, y) => {
    row.forEach((value, x) => {
      all += value;
      if (x === y) right += value;
    });
  });
  if (all === 0) return 'no samples';
  const share = formatPercent(right / all, 2);
  const whole = rows.every((row) => row.every(Number.isInteger));
  return whole ? `${formatCount(right)} of ${formatCount(all)} right (${share})` : `${share} right`;
}

function checkMatrix(matrix: ArrayLike<ArrayLike<number>>): number[][] {
  if (typeof matrix !== 'object' || matrix === null || typeof matrix.length !== 'number') {
    throw new TypeError(
      `confusionMatrixPlot: matrix must be an array of rows; received ${received(matrix)}.`,
    );
  }
  if (matrix.length === 0) {
    throw new RangeError('confusionMatrixPlot: matrix must have at least one row; received none.');
  }
  return Array.from(matrix, (row, index) => {
    if (row?.length !== matrix.length) {
      throw new RangeError(
        `confusionMatrixPlot: matrix must be square; received ${matrix.length} rows and row ${index} of ${row?.length}.`,
      );
    }
    return Array.from(row, (value) => {
      if (!Number.isFinite(value) || value < 0) {
        throw new RangeError(
          `confusionMatrixPlot: matrix must hold finite values not below 0; received ${value} in row ${index}.`,
        );
      }
      return value;
    });
  });
}

function checkNames(names: readonly string[] | undefined, classes: number): readonly string[] {
  const own = names ?? Array.from({ length: classes }, (_, index) => String(index));
  if (own.length !== classes) {
    throw new RangeError(
      `confusionMatrixPlot: classNames must have one name for each of ${classes} classes; received ${own.length}.`,
    );
  }
  for (const name of own) checkString('confusionMatrixPlot', 'classNames', name);
  return own;
}
