import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { checkWellFormed } from '../test/well-formed.js';
import { filterGrid } from './filter-grid.js';

/** The PNGs of an SVG but for the colour bars, which are 256 wide. */
const pictures = (svg: string) =>
  [...svg.matchAll(/href="data:image\/png;base64,([^"]+)"/g)]
    .map((match) =>
      decode(Uint8Array.from(atob(match[1]!), (character) => character.charCodeAt(0))),
    )
    .filter((image) => image.width !== 256);

const red = (svg: string, ...at: [number, number][]) => {
  const image = pictures(svg)[0]!;
  return at.map(([x, y]) => image.data[(y * image.width + x) * 4]);
};

test('draws a row for each filter and a column for each channel, scaled over the layer', async () => {
  // Two filters of two channels of 1×1: channel is the slower axis of the last two.
  const svg = filterGrid(
    { name: 'conv2d', data: [0, 1, 2, 4], shape: [1, 1, 2, 2] },
    { colormap: 'gray' },
  );
  await expect(svg).toMatchFileSnapshot('./__golden__/filter-grid.svg');
  const step = 33 + 2;
  expect(red(svg, [0, 0], [step, 0], [0, step], [step, step])).toEqual([0, 128, 64, 255]);
});

test('draws a sheet of the filters when there is one channel', () => {
  const svg = filterGrid(
    { name: 'a', data: [0, 1, 2, 3, 4, 5, 6, 7], shape: [2, 2, 1, 2] },
    { colormap: 'gray' },
  );
  const image = pictures(svg)[0]!;
  expect([image.width, image.height]).toEqual([2 * 34 + 2, 34]);
  expect(red(svg, [0, 0], [17, 0], [36, 0])).toEqual([0, 73, 36]);
});

test('leaves gaps and weights that are not finite transparent', () => {
  const svg = filterGrid({
    name: 'a',
    data: [Number.NaN, 1, 0, Number.POSITIVE_INFINITY],
    shape: [1, 1, 1, 4],
  });
  const image = pictures(svg)[0]!;
  const alpha = (x: number) => image.data[x * 4 + 3];
  expect([alpha(0), alpha(33), alpha(35), alpha(105)]).toEqual([0, 0, 255, 0]);
});

test('gives equal weights the middle colour', () => {
  const svg = filterGrid({ name: 'a', data: [3, 3], shape: [1, 1, 1, 2] }, { colormap: 'gray' });
  expect(red(svg, [0, 0])).toEqual([128]);
});

test('draws layer below layer, and no more than asked for', () => {
  const layer = {
    name: '<conv>',
    data: new Float32Array(3 * 3 * 70 * 90),
    shape: [3, 3, 70, 90],
  } as const;
  const svg = filterGrid([layer, layer], { title: 'Filters & more' });
  checkWellFormed(svg);
  expect(pictures(svg)).toHaveLength(2);
  expect(svg).toContain('64 of 90 filters of 3×3, 32 of 70 channels');
});

test('names what is wrong with its arguments', () => {
  expect(() => filterGrid([])).toThrow('at least one layer');
  expect(() => filterGrid(null as never)).toThrow(TypeError);
  expect(() => filterGrid({ name: 'a', data: [1], shape: [1, 1, 1] as never })).toThrow(
    'four sizes',
  );
  expect(() => filterGrid({ name: 'a', data: [1], shape: [2, 1, 1, 1] })).toThrow(
    'must hold 2 values',
  );
});

test('writes both ends of the scale with the same decimals', () => {
  const svg = filterGrid({ name: 'conv2d', data: [-0.258, 0.30271, 0, 0.1], shape: [2, 2, 1, 1] });
  expect(svg).toContain('>−0.2580<');
  expect(svg).toContain('>0.3027<');
  const tiny = filterGrid({ name: 'conv2d', data: [0, 2e-7], shape: [2, 1, 1, 1] });
  expect(tiny).toContain('>0<');
  expect(tiny).toContain('>2e−7<');
});
