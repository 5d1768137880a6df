import { expect, test } from 'vitest';
import { history } from '../test/samples.js';
import { checkWellFormed } from '../test/well-formed.js';
import { learningCurves, learningCurvesSpec } from './learning-curves.js';
import { svgToPng } from './svg-to-png.js';

test('draws loss and accuracy, training dashed and validation solid', async () => {
  const svg = await learningCurves(history, { title: 'Learning curves' });
  await expect(svg).toMatchFileSnapshot('./__golden__/learning-curves.svg');
  expect(svg.match(/stroke-dasharray="5,4"/g)).toHaveLength(3);
  expect(svg).not.toContain('earning rate');
});

test('marks the least validation loss and the greatest validation accuracy', async () => {
  const svg = await learningCurves(history);
  expect(svg).toContain('best validation 0.038 at epoch 4');
  expect(svg).toContain('best validation 98.90% at epoch 4');
});

test('is the same string on every call, whatever else draws at the time', async () => {
  const both = await Promise.all([learningCurves(history), learningCurves(history)]);
  expect(both[0]).toBe(both[1]);
});

test('is one specification for a live chart too, with the selection left out of the picture', () => {
  const live = JSON.stringify(learningCurvesSpec(history));
  expect(live).toContain('pointerover');
  expect(JSON.stringify(learningCurvesSpec(history, { interactive: false }))).not.toContain(
    'pointerover',
  );
});

test.each([
  ['one epoch', [0.5]],
  ['a constant', [1, 1, 1]],
  ['zeros', [0, 0]],
  ['huge values', [1e300, 1e200]],
  ['tiny values', [1e-30, 1e-40]],
  ['negative values', [-5, -6]],
  ['gaps', [1, Number.NaN, 0.5, Number.POSITIVE_INFINITY]],
  ['no finite value', [Number.NaN, Number.NaN]],
  ['many epochs', Array.from({ length: 500 }, (_, index) => 1 / (index + 1))],
])('draws %s', async (_, loss) => {
  for (const scale of ['linear', 'log'] as const) {
    const svg = await learningCurves({ epoch: [...loss.keys()], history: { loss } }, { scale });
    checkWellFormed(svg);
    expect(svg).not.toMatch(/NaN(?!<| <|")|Infinity[",]/);
    expect((await svgToPng(svg, { scale: 0.2 })).length).toBeGreaterThan(100);
  }
});

test('escapes names and titles', async () => {
  const svg = await learningCurves(
    { epoch: [0], history: { '<b>&"': [1] } },
    { title: '<script>alert(1)</script> & more' },
  );
  checkWellFormed(svg);
  expect(svg).not.toContain('<script');
  expect(svg).toContain('&lt;script');
});

test('names what is wrong with its arguments', async () => {
  await expect(learningCurves(undefined as never)).rejects.toThrow(TypeError);
  await expect(learningCurves({ epoch: [], history: {} })).rejects.toThrow('at least one epoch');
  await expect(learningCurves({ epoch: [0, 1], history: { loss: [1] } })).rejects.toThrow(
    'learningCurves: history.loss must have one value for each of 2 epochs; received 1.',
  );
  await expect(learningCurves(history, { metrics: ['mse'] })).rejects.toThrow("received 'mse'");
  await expect(learningCurves(history, { metrics: [] })).rejects.toThrow(RangeError);
});
