import { expect, test } from 'vitest';
import { checkWellFormed } from '../test/well-formed.js';
import { barChart, barChartSpec } from './bar-chart.js';

test('draws a bar with its number for every value of every name, in the order given', async () => {
  const svg = await barChart(
    { dense: { train: 0.8923, test: 0.8731 }, convnet: { train: 0.886, test: 0.9048 } },
    { title: 'After 5 epochs', format: 'percent' },
  );
  await expect(svg).toMatchFileSnapshot('./__golden__/bar-chart.svg');
  const labels = [...svg.matchAll(/aria-label="([^"]*: [^"]*%)"/g)].map((match) => match[1]);
  expect(labels).toEqual([
    'dense, train: 89.23%',
    'dense, test: 87.31%',
    'convnet, train: 88.60%',
    'convnet, test: 90.48%',
  ]);
});

test.each([
  ['negative values', { a: { x: -3 }, b: { x: 5 } }, ['−3', '5']],
  ['values that are not finite', { a: { x: Number.NaN }, b: { x: 1e9 } }, ['–', '1e9']],
  ['nothing but zeros', { a: { x: 0 } }, ['0']],
  ['markup in names', { '<b>': { '&': 2 } }, ['2']],
])('draws %s', async (_, data, texts) => {
  const svg = await barChart(data as never);
  checkWellFormed(svg);
  for (const text of texts) expect(svg.includes(`>${text}<`)).toBe(true);
});

test('names what is wrong with its arguments', () => {
  expect(() => barChartSpec([] as never)).toThrow(TypeError);
  expect(() => barChartSpec({})).toThrow('at least one value');
  expect(() => barChartSpec({ a: 5 as never })).toThrow("for 'a' numbers by name; received 5");
  expect(() => barChartSpec({ a: { x: '1' as never } })).toThrow("received '1' for x of 'a'");
});
