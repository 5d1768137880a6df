import { expect, test } from 'vitest';
import { checkWellFormed } from '../test/well-formed.js';
import { calibrationPlot, curvePlotSpec, precisionRecallPlot, rocPlot } from './curve-plots.js';

const curves = [
  { name: 'cnn', x: [0, 0, 0.5, 1], y: [0, 0.75, 1, 1] },
  { name: 'mlp <1>', x: Float32Array.of(0, 0.5, 1), y: Float32Array.of(0, 0.5, 1) },
];

test('draws every curve over the line of chance', async () => {
  const svg = await rocPlot(curves);
  await expect(svg).toMatchFileSnapshot('./__golden__/roc.svg');
  checkWellFormed(svg);
  expect(svg.match(/stroke-dasharray="2,3"/g)).toHaveLength(1);
});

test('draws precision against recall in steps, without a diagonal', async () => {
  const svg = await precisionRecallPlot([{ name: 'a', x: [1, 0.5, 0], y: [0.5, 0.8, 1] }]);
  expect(svg).not.toContain('stroke-dasharray="2,3"');
  expect(svg).toContain('>Recall<');
  // Each step first goes up, at the old recall.
  expect(svg).toMatch(/d="M320,160L320,64L160,64L160,0L0,0"/);
});

test('marks the bins of a calibration', async () => {
  expect(await calibrationPlot(curves, { title: '' })).toContain('>Share of positives<');
});

test('names what is wrong with its arguments', () => {
  expect(() => curvePlotSpec('lift' as never, curves)).toThrow("received 'lift'");
  expect(() => curvePlotSpec('roc', [])).toThrow('at least one curve');
  expect(() => curvePlotSpec('roc', [{ name: 'a', x: [0], y: [] }])).toThrow(
    "curve 'a' must have as many y as x",
  );
  expect(() => curvePlotSpec('roc', [{ name: 'a', x: [0], y: [Number.NaN] }])).toThrow(
    'received NaN',
  );
  expect(() => curvePlotSpec('roc', [curves[0]!, curves[0]!])).toThrow("received 'cnn' twice");
});
