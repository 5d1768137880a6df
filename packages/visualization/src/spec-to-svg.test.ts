import type { LoggerInterface } from 'vega';
import { expect, test } from 'vitest';
import { history, matrix } from '../test/samples.js';
import { checkWellFormed } from '../test/well-formed.js';
import { barChartSpec } from './bar-chart.js';
import { confusionMatrixSpec } from './confusion-matrix-plot.js';
import { curvePlotSpec } from './curve-plots.js';
import { histogramSpec } from './histogram.js';
import { learningCurvesSpec } from './learning-curves.js';
import { type ChartSpec, specToSvg } from './spec-to-svg.js';

const bars: ChartSpec = {
  data: {
    values: [
      { name: 'a & b', size: 3 },
      { name: '<c>', size: 5 },
    ],
  },
  mark: 'bar',
  encoding: {
    x: { field: 'name', type: 'nominal' },
    y: { field: 'size', type: 'quantitative' },
  },
};

test('draws any specification in the look of this package, escaped', async () => {
  const svg = await specToSvg(bars);
  checkWellFormed(svg);
  expect(svg).toContain('>a &amp; b<');
  expect(svg).toMatch(/^<svg font-family="Inter, /);
  expect(svg.match(/font-family/g)).toHaveLength(1);
});

test('leaves the last word to the configuration of the specification', async () => {
  const svg = await specToSvg({ ...bars, config: { background: '#123456', font: 'Georgia' } });
  expect(svg).toContain('fill="#123456"');
  expect(svg).toContain('font-family="Georgia"');
});

test('makes the picture as large as what is in it', async () => {
  const long = { ...bars, title: 'x'.repeat(200) };
  const width = Number(/ width="(\d+)"/.exec(await specToSvg(long))![1]);
  expect(width).toBeGreaterThan(1000);
});

test('writes geometry with at most two decimals', async () => {
  const svg = await specToSvg(learningCurvesSpec(history, { interactive: false }));
  expect(svg.match(/(?:d|transform)="[^"]*\.\d{3}/)).toBeNull();
});

test('live specifications carry the look, survive JSON and give Vega-Lite nothing to warn of', async () => {
  const { compile } = await import('vega-lite');
  const warned: unknown[][] = [];
  const quiet = () => logger;
  const note = (...args: readonly unknown[]) => {
    warned.push([...args]);
    return logger;
  };
  const logger: LoggerInterface = {
    level: quiet as never,
    error: note,
    warn: note,
    info: quiet,
    debug: quiet,
  };
  const partly = {
    ...history,
    history: { ...history.history, precision: [0.1, 0.2, 0.3, 0.4, 0.5] },
  };
  for (const spec of [
    learningCurvesSpec(partly),
    confusionMatrixSpec(matrix),
    barChartSpec({ a: { x: 1, y: 2 } }),
    histogramSpec([1, 2, 3]),
    curvePlotSpec('calibration', [{ name: 'a', x: [0, 1], y: [0, 1] }]),
  ]) {
    expect(spec.config).toMatchObject({ title: { anchor: 'start' } });
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    compile(spec, { logger });
    checkWellFormed(await specToSvg(spec));
  }
  expect(warned).toEqual([]);
});

test('gives Vega its own text measure back, also after an error', async () => {
  const { textMetrics } = (await import('vega')) as unknown as { textMetrics: { width: unknown } };
  const before = textMetrics.width;
  await specToSvg(bars);
  await expect(specToSvg({ mark: 'nonsense' } as never)).rejects.toThrow(RangeError);
  expect(textMetrics.width).toBe(before);
});

test('names what is wrong with its arguments', async () => {
  await expect(specToSvg('{}' as never)).rejects.toThrow(
    "specToSvg: spec must be a Vega-Lite specification; received '{}'.",
  );
});
