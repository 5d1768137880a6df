import { chartConfig } from './internal/chart-config.js';
import { received } from './internal/check.js';
import { curvePanel } from './internal/curve-panel.js';
import { type ChartSpec, specToSvg } from './spec-to-svg.js';

/** What training leaves behind: `History` of `@cnnkit/training` and of Keras have this shape. */
export interface TrainingHistory {
  /** The number of each epoch, from 0. */
  readonly epoch: readonly number[];
  /** Values by name (`loss`, `val_loss`, `accuracy`, …), one an epoch. */
  readonly history: Readonly<Record<string, readonly number[]>>;
}

/** Options of {@link learningCurves} and {@link learningCurvesSpec}. */
export interface LearningCurvesOptions {
  /**
   * The curves, one panel each, by the name of the training value (`'loss'`); its `val_` twin is
   * drawn with it. Default: all but learning rates, the loss first.
   */
  readonly metrics?: readonly string[];
  /** A heading above the panels; default none. */
  readonly title?: string;
  /** Width of one panel's plot in pixels; default 300. */
  readonly panelWidth?: number;
  /** Height of one panel's plot in pixels; default 200. */
  readonly panelHeight?: number;
  /** `'log'` draws values on a logarithmic axis and leaves out those not above 0; default `'linear'`. */
  readonly scale?: 'linear' | 'log';
  /** Whether pointing at an epoch shows its values, where the specification runs live; default true. */
  readonly interactive?: boolean;
}

/**
 * Curves of loss and accuracy over the epochs as SVG: training dashed, validation solid, the best
 * epoch marked. Values that are not finite leave a gap.
 *
 * @param history - See {@link TrainingHistory}; at least one epoch.
 * @param options - See {@link LearningCurvesOptions}.
 * @returns An SVG document.
 * @throws TypeError and RangeError for a history without values or with lists of unequal length.
 * @example
 * ```ts
 * const svg = await learningCurves({
 *   epoch: [0, 1, 2],
 *   history: { loss: [0.4, 0.2, 0.1], val_loss: [0.3, 0.2, 0.18] },
 * });
 * ```
 */
export async function learningCurves(
  history: TrainingHistory,
  options: LearningCurvesOptions = {},
): Promise<string> {
  return specToSvg(learningCurvesSpec(history, { ...options, interactive: false }));
}

/**
 * The Vega-Lite specification that {@link learningCurves} draws; put on a page with vega-embed it
 * shows the values of the epoch that is pointed at.
 *
 * @param history - See {@link TrainingHistory}.
 * @param options - See {@link LearningCurvesOptions}.
 * @returns Plain JSON with the data inline.
 * @throws TypeError and RangeError as {@link learningCurves}.
 */
export function learningCurvesSpec(
  history: TrainingHistory,
  options: LearningCurvesOptions = {},
): ChartSpec {
  const { panelWidth = 300, panelHeight = 200, scale = 'linear', interactive = true } = options;
  checkHistory(history);
  const metrics = options.metrics ?? defaultMetrics(history);
  for (const metric of metrics) {
    if (!(metric in history.history)) {
      throw new RangeError(
        `learningCurves: metrics must be among ${Object.keys(history.history).join(', ')}; received '${metric}'.`,
      );
    }
  }
  if (metrics.length === 0) {
    throw new RangeError('learningCurves: metrics must name at least one value; received none.');
  }
  // Panels share one legend, so they must agree on what is in it.
  const validated = metrics.some((metric) => `val_${metric}` in history.history);
  const panels = metrics.map((metric) =>
    curvePanel({
      metric,
      epochs: history.epoch.map((epoch) => epoch + 1),
      training: history.history[metric]!,
      validation: history.history[`val_${metric}`],
      validated,
      width: panelWidth,
      height: panelHeight,
      scale,
      interactive,
    }),
  );
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    description: `Learning curves: ${metrics.join(', ')}`,
    ...(options.title === undefined ? {} : { title: { text: options.title, offset: 20 } }),
    concat: panels,
    // Two beside each other fit a page; three only where that leaves no hole.
    columns: panels.length % 3 === 0 ? 3 : 2,
    align: 'none',
    bounds: 'full',
    spacing: 36,
    resolve: { legend: { color: 'shared', strokeDash: 'shared' } },
    config: chartConfig,
  } as ChartSpec;
}

function defaultMetrics(history: TrainingHistory): readonly string[] {
  const names = Object.keys(history.history).filter(
    (name) => !name.startsWith('val_') && name !== 'learning_rate' && name !== 'lr',
  );
  return [...names.filter((name) => name === 'loss'), ...names.filter((name) => name !== 'loss')];
}

function checkHistory(history: TrainingHistory): void {
  if (!Array.isArray(history?.epoch) || typeof history.history !== 'object' || !history.history) {
    throw new TypeError(
      `learningCurves: history must have epoch and history, as fit returns it; received ${received(history)}.`,
    );
  }
  const epochs = history.epoch.length;
  if (epochs === 0) {
    throw new RangeError('learningCurves: history must hold at least one epoch; received 0.');
  }
  for (const [name, values] of Object.entries(history.history)) {
    if (values.length !== epochs) {
      throw new RangeError(
        `learningCurves: history.${name} must have one value for each of ${epochs} epochs; received ${values.length}.`,
      );
    }
  }
}
