import { expect, test } from 'vitest';
import { layers } from '../test/samples.js';
import { checkWellFormed } from '../test/well-formed.js';
import { layeredView } from './layered-view.js';
import { modelGraph } from './model-graph.js';

test('modelGraph draws a box for each layer and an arrow for each connection', async () => {
  const svg = await modelGraph(layers, { title: 'A model' });
  await expect(svg).toMatchFileSnapshot('./__golden__/model-graph.svg');
  checkWellFormed(svg);
  expect(svg.match(/d="M0 0L-7 -3.5V3.5Z"/g)).toHaveLength(5);
  for (const text of ['28 × 28 × 32', 'relu, 320 weights', 'softmax, 250,890 weights', 'flatten']) {
    expect(svg.includes(`>${text}<`)).toBe(true);
  }
});

test('modelGraph leaves out what is not wanted, and can run from left to right', async () => {
  const svg = await modelGraph(layers, {
    rankdir: 'LR',
    showShapes: false,
    showLayerNames: false,
    showLayerActivations: false,
    showParams: false,
  });
  expect(svg).not.toMatch(/28 × 28|conv2d|relu|weights/);
  const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number);
  expect(width).toBeGreaterThan(height!);
});

test('layeredView draws solids with a legend of their kinds', async () => {
  const svg = layeredView(layers, { title: 'A model' });
  await expect(svg).toMatchFileSnapshot('./__golden__/layered-view.svg');
  checkWellFormed(svg);
  expect(svg.match(/fill-opacity="0.28"/g)).toHaveLength(5);
  expect(svg).toContain('>Conv2D<');
});

test('layeredView draws flat faces, other colours, and fewer layers if told so', () => {
  const svg = layeredView(layers, {
    drawVolume: false,
    legend: false,
    showDimension: false,
    typeIgnore: ['InputLayer', 'Add'],
    colorMap: { Dense: '#123456' },
  });
  expect(svg).not.toContain('fill-opacity');
  expect(svg.match(/<rect/g)).toHaveLength(1 + 3);
  expect(svg).toContain('fill="#123456"');
});

test('both escape names and take sizes that are not fixed', async () => {
  const odd = [{ name: '<a>', type: '"&', outputShape: [null, null, 3] }];
  for (const svg of [await modelGraph(odd), layeredView(odd)]) {
    checkWellFormed(svg);
    expect(svg).toContain('? × ? × 3');
  }
});

test('both name what is wrong with their arguments', async () => {
  expect(() => layeredView([])).toThrow('layeredView: layers must hold at least one layer');
  expect(() => layeredView(5 as never)).toThrow(TypeError);
  expect(() => layeredView([layers[0]!, layers[0]!])).toThrow("received 'input' twice");
  expect(() => layeredView([layers[0]!], { typeIgnore: ['InputLayer'] })).toThrow(
    'received all of them',
  );
  await expect(modelGraph([{ ...layers[2]! }])).rejects.toThrow("received 'input' for 'add'");
  await expect(modelGraph(layers, { rankdir: 'BT' as never })).rejects.toThrow("'TB', 'LR'");
});
