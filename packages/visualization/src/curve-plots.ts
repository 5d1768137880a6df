import { chartConfig } from './internal/chart-config.js';
import { received } from './internal/check.js';
import { theme } from './internal/theme.js';
import { type ChartSpec, specToSvg } from './spec-to-svg.js';

/** The curve of one classifier, or of one class against the rest. */
export interface UnitCurve {
  /** What the legend calls it; give its area or score here: `'class 3 (AUC 0.98)'`. */
  readonly name: string;
  /** Values in [0, 1], from left to right or right to left. */
  readonly x: ArrayLike<number>;
  /** As many values in [0, 1]. */
  readonly y: ArrayLike<number>;
}

/** Options of {@link rocPlot}, {@link precisionRecallPlot} and {@link calibrationPlot}. */
export interface UnitCurveOptions {
  /** A heading; default the kind of the plot, `''` for none. */
  readonly title?: string;
  /** Pixels a side; default 320. */
  readonly size?: number;
}

/** Which plot {@link curvePlotSpec} makes. */
export type CurvePlotKind = 'roc' | 'precision-recall' | 'calibration';

/**
 * Receiver operating characteristics as SVG: x is the false positive rate, y the true positive
 * rate; the dotted diagonal is chance.
 *
 * @param curves - One or more, see {@link UnitCurve}.
 * @param options - See {@link UnitCurveOptions}.
 * @returns An SVG document.
 * @throws TypeError and RangeError for no curve, lists of unequal length or values outside [0, 1].
 * @example
 * ```ts
 * const svg = await rocPlot([{ name: 'cnn (AUC 0.88)', x: [0, 0, 0.5, 1], y: [0, 0.75, 1, 1] }]);
 * ```
 */
export async function rocPlot(
  curves: readonly UnitCurve[],
  options: UnitCurveOptions = {},
): Promise<string> {
  return specToSvg(curvePlotSpec('roc', curves, options));
}

/**
 * Precision (y) against recall (x) as SVG, drawn in steps as scikit-learn does.
 *
 * @param curves - See {@link rocPlot}.
 * @param options - See {@link UnitCurveOptions}.
 * @returns An SVG document.
 * @throws TypeError and RangeError as {@link rocPlot}.
 */
export async function precisionRecallPlot(
  curves: readonly UnitCurve[],
  options: UnitCurveOptions = {},
): Promise<string> {
  return specToSvg(curvePlotSpec('precision-recall', curves, options));
}

/**
 * A reliability diagram as SVG: the share that came true (y) where the model was this sure (x); the
 * dotted diagonal is perfect calibration.
 *
 * @param curves - See {@link rocPlot}.
 * @param options - See {@link UnitCurveOptions}.
 * @returns An SVG document.
 * @throws TypeError and RangeError as {@link rocPlot}.
 */
export async function calibrationPlot(
  curves: readonly UnitCurve[],
  options: UnitCurveOptions = {},
): Promise<string> {
  return specToSvg(curvePlotSpec('calibration', curves, options));
}

const kinds = {
  roc: { title: 'ROC curve', x: 'False positive rate', y: 'True positive rate', diagonal: true },
  'precision-recall': {
    title: 'Precision and recall',
    x: 'Recall',
    y: 'Precision',
    diagonal: false,
  },
  calibration: {
    title: 'Calibration',
    x: 'Mean predicted probability',
    y: 'Share of positives',
    diagonal: true,
  },
} as const;

/**
 * The Vega-Lite specification behind {@link rocPlot}, {@link precisionRecallPlot} and
 * {@link calibrationPlot}.
 *
 * @param kind - Which of the three.
 * @param curves - See {@link rocPlot}.
 * @param options - See {@link UnitCurveOptions}.
 * @returns Plain JSON with the data inline.
 * @throws TypeError and RangeError as {@link rocPlot}.
 */
export function curvePlotSpec(
  kind: CurvePlotKind,
  curves: readonly UnitCurve[],
  options: UnitCurveOptions = {},
): ChartSpec {
  const plot = kinds[kind];
  if (plot === undefined) {
    throw new RangeError(
      `curvePlotSpec: kind must be one of ${Object.keys(kinds).join(', ')}; received ${received(kind)}.`,
    );
  }
  const { title = plot.title, size = 320 } = options;
  checkCurves(curves);
  const axis = (name: string, grid: boolean) => ({
    type: 'quantitative',
    title: name,
    scale: { domain: [0, 1], nice: false },
    axis: { tickCount: 5, format: '.1f', labelFlush: false, grid },
  });
  const x = { field: 'x', ...axis(plot.x, false) };
  const y = { field: 'y', ...axis(plot.y, true) };
  const names = curves.map((curve) => curve.name);
  const color = {
    field: 'curve',
    type: 'nominal',
    sort: null,
    scale: { domain: names },
    legend: {
      title: null,
      orient: 'right',
      symbolType: 'stroke',
      symbolStrokeWidth: 2,
      symbolSize: 300,
    },
  };
  const values = curves.flatMap(({ name, x: xs, y: ys }) =>
    Array.from(xs, (value, order) => ({ curve: name, x: value, y: ys[order]!, order })),
  );
  const line = {
    type: 'line',
    aria: false,
    ...(kind === 'precision-recall' ? { interpolate: 'step-before' } : {}),
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `${plot.title} of ${names.join(', ')}`,
    ...(title === '' ? {} : { title: { text: title } }),
    width: size,
    height: size,
    data: { values },
    layer: [
      ...(plot.diagonal
        ? [
            {
              data: { values: [{ x: 0, y: 0, x2: 1, y2: 1 }] },
              mark: {
                type: 'rule',
                color: theme.axis,
                strokeDash: [2, 3],
                strokeWidth: 1.5,
                aria: false,
              },
              encoding: { x, y, x2: { field: 'x2' }, y2: { field: 'y2' } },
            },
          ]
        : []),
      { mark: line, encoding: { x, y, color, order: { field: 'order' } } },
      ...(kind === 'calibration'
        ? [
            {
              mark: { type: 'point', filled: true, size: 40, opacity: 1 },
              encoding: { x, y, color },
            },
          ]
        : []),
    ],
    config: chartConfig,
  } as unknown as ChartSpec;
}

function checkCurves(curves: readonly UnitCurve[]): void {
  if (!Array.isArray(curves)) {
    throw new TypeError(`curvePlotSpec: curves must be an array; received ${received(curves)}.`);
  }
  if (curves.length === 0) {
    throw new RangeError('curvePlotSpec: curves must hold at least one curve; received none.');
  }
  const names = new Set<string>();
  for (const { name, x, y } of curves as readonly UnitCurve[]) {
    if (names.has(name)) {
      throw new RangeError(
        `curvePlotSpec: curves must have names of their own; received '${name}' twice.`,
      );
    }
    names.add(name);
    if (x?.length !== y?.length || x?.length === 0) {
      throw new RangeError(
        `curvePlotSpec: curve '${name}' must have as many y as x and at least one; received ${x?.length} and ${y?.length}.`,
      );
    }
    for (const value of [...Array.from(x), ...Array.from(y)]) {
      if (!(value >= 0 && value <= 1)) {
        throw new RangeError(
          `curvePlotSpec: curve '${name}' must lie in [0, 1]; received ${value}.`,
        );
      }
    }
  }
}
