import { expect, test } from 'vitest';
import { history, layers, matrix, sha256 } from '../test/samples.js';
import { confusionMatrixPlot } from './confusion-matrix-plot.js';
import { learningCurves } from './learning-curves.js';
import { modelGraph } from './model-graph.js';
import { svgToPng } from './svg-to-png.js';

// The golden files are those of the tests in Node.
test('a browser draws the very strings that Node draws', async () => {
  const curves = await learningCurves(history, { title: 'Learning curves' });
  await expect(curves).toMatchFileSnapshot('./__golden__/learning-curves.svg');
  const plot = await confusionMatrixPlot(matrix, { classNames: ['zero', 'one', 'two'] });
  await expect(plot).toMatchFileSnapshot('./__golden__/confusion-matrix.svg');
  const graph = await modelGraph(layers, { title: 'A model' });
  await expect(graph).toMatchFileSnapshot('./__golden__/model-graph.svg');
});

test('a browser paints the very pixels that Node paints', async () => {
  const hash = await sha256(await svgToPng(await learningCurves(history)));
  await expect(`${hash}\n`).toMatchFileSnapshot('./__golden__/learning-curves.png.sha256');
});
