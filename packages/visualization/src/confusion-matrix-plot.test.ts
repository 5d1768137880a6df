import { expect, test } from 'vitest';
import { matrix } from '../test/samples.js';
import { checkWellFormed } from '../test/well-formed.js';
import { confusionMatrixPlot, confusionMatrixSpec } from './confusion-matrix-plot.js';

test('draws counts with truth in rows and prediction in columns', async () => {
  const svg = await confusionMatrixPlot(matrix, { classNames: ['zero', 'one', 'two'] });
  await expect(svg).toMatchFileSnapshot('./__golden__/confusion-matrix.svg');
  expect(svg).toContain('true one, predicted two: 4');
  expect(svg).toContain('3,139 of 3,149 right (99.68%)');
});

test('tells the mistakes of a good model apart, the worst one clearly from the paper', () => {
  const good = [
    [994, 6, 0],
    [1, 999, 0],
    [0, 3, 997],
  ];
  const { data } = confusionMatrixSpec(good) as unknown as {
    data: { values: { x: number; y: number; kind: string; strength: number }[] };
  };
  const strength = (y: number, x: number) =>
    data.values.find((cell) => cell.x === x && cell.y === y)!.strength;
  expect([strength(0, 1), strength(2, 1), strength(1, 0)]).toEqual([0.4, 0.24, 0.133]);
  expect(strength(0, 0)).toBeGreaterThan(0.99);
});

test('leaves zeros empty', async () => {
  const svg = await confusionMatrixPlot(matrix);
  expect(svg.match(/aria-label="true /g)).toHaveLength(7);
});

test.each([
  ['true', '0.90', '0.25'],
  ['pred', '0.75', '0.14'],
  ['all', '0.64', '0.07'],
] as const)('normalizes over %s', async (normalize, right, wrong) => {
  const texts = [
    ...(
      await confusionMatrixPlot(
        [
          [90, 10],
          [30, 10],
        ],
        { normalize },
      )
    ).matchAll(/>([\d.]+)</g),
  ].map((match) => match[1]);
  expect(texts).toContain(right);
  expect(texts).toContain(normalize === 'pred' ? '0.50' : wrong);
});

test('says of a share that would round to nothing that it is small', async () => {
  const svg = await confusionMatrixPlot(matrix, { normalize: 'true' });
  expect(svg.match(/>&lt;0.01</g)).toHaveLength(4);
});

test('takes shares that are already normalized, and typed rows', async () => {
  const svg = await confusionMatrixPlot([Float64Array.of(0.9, 0.1), Float64Array.of(0.25, 0.75)]);
  expect(svg).toContain('>0.90<');
  expect(svg).toContain('82.50% right');
});

test('draws classes without samples', async () => {
  const svg = await confusionMatrixPlot(
    [
      [0, 0],
      [0, 0],
    ],
    { normalize: 'true' },
  );
  expect(svg).toContain('no samples');
});

test('drops numbers and keeps every name when classes are many', async () => {
  const many = Array.from({ length: 100 }, (_, y) =>
    Array.from({ length: 100 }, (_, x) => (x === y ? 90 : x === 0 ? 1 : 0)),
  );
  const classNames = many.map((_, index) => `class ${index}`);
  const svg = await confusionMatrixPlot(many, { classNames });
  expect(svg).not.toContain('>90<');
  for (const name of classNames) expect(svg).toContain(`>${name}<`);
  expect(svg.length).toBeLessThan(100_000);
});

test('keeps equal names apart and cuts long ones', async () => {
  const svg = await confusionMatrixPlot(
    [
      [1, 0],
      [0, 2],
    ],
    { classNames: ['same', 'same'] },
  );
  expect(svg.match(/>same</g)).toHaveLength(4);
  const long = await confusionMatrixPlot([[1]], { classNames: ['x'.repeat(300)] });
  expect(long).toMatch(/>x{10,40}…</);
});

test('escapes names and title', async () => {
  const svg = await confusionMatrixPlot([[1]], { classNames: [`<i>"'&`], title: '</svg><script>' });
  checkWellFormed(svg);
  expect(svg).not.toContain('<script');
});

test('names what is wrong with its arguments', () => {
  expect(() => confusionMatrixSpec(5 as never)).toThrow(TypeError);
  expect(() => confusionMatrixSpec([])).toThrow('at least one row');
  expect(() => confusionMatrixSpec([[1, 2]])).toThrow('square; received 1 rows and row 0 of 2');
  expect(() => confusionMatrixSpec([[Number.NaN]])).toThrow('received NaN in row 0');
  expect(() => confusionMatrixSpec([[-1]])).toThrow(RangeError);
  expect(() => confusionMatrixSpec([[1]], { classNames: ['a', 'b'] })).toThrow('received 2');
  expect(() => confusionMatrixSpec([[1]], { normalize: 'rows' as never })).toThrow(
    "'true', 'pred', 'all'",
  );
});
