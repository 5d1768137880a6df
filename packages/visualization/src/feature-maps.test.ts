import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { checkWellFormed } from '../test/well-formed.js';
import { featureMaps } from './feature-maps.js';

const levels = (svg: string, magnify: number) => {
  const base64 = /href="data:image\/png;base64,([^"]+)"/.exec(svg)![1]!;
  const image = decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
  return [0, 1].flatMap((y) =>
    [0, 1].map((x) => image.data[(y * magnify * image.width + x * magnify) * 4]),
  );
};

test('standardizes each map: minus mean, over deviation, ×64 + 128, cut to a byte', async () => {
  // Mean 1.5, deviation √1.25: 42.1, 99.3, 156.6, 213.8.
  const svg = featureMaps([{ name: 'conv2d', data: [0, 1, 2, 3], shape: [2, 2, 1] }], {
    colormap: 'gray',
  });
  await expect(svg).toMatchFileSnapshot('./__golden__/feature-maps.svg');
  expect(levels(svg, 36)).toEqual([42, 99, 156, 213]);
});

test('gives a map without variance the middle colour instead of NaN', () => {
  const svg = featureMaps([{ name: 'a', data: [7, 7, 7, 7], shape: [2, 2, 1] }], {
    colormap: 'gray',
  });
  expect(levels(svg, 36)).toEqual([128, 128, 128, 128]);
});

test('judges maps apart from each other', () => {
  const data = [0, 500, 1, 500, 2, 500, 3, 900];
  const svg = featureMaps([{ name: 'a', data, shape: [2, 2, 2] }], { colormap: 'gray' });
  expect(levels(svg, 36)).toEqual([42, 99, 156, 213]);
});

test('draws layers with height and width and leaves out the rest', () => {
  const svg = featureMaps([
    { name: 'conv <1>', data: new Float32Array(4 * 3 * 100), shape: [4, 3, 100] },
    { name: 'flatten', data: new Float32Array(1200), shape: [1200] },
  ]);
  checkWellFormed(svg);
  expect(svg).toContain('100 maps of 4×3, 64 of them shown');
  expect(svg).not.toContain('flatten');
});

test('names what is wrong with its arguments', () => {
  expect(() => featureMaps({} as never)).toThrow(TypeError);
  expect(() => featureMaps([])).toThrow('at least one of shape height, width, channels');
  expect(() => featureMaps([{ name: 'a', data: [1], shape: [1, 1, 2] }])).toThrow(
    'must hold 2 values',
  );
  expect(() => featureMaps([{ name: 'a', data: [1], shape: [1, 1, 1] }], { columns: 0 })).toThrow(
    RangeError,
  );
});
