import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { checkWellFormed } from '../test/well-formed.js';
import { predictionGrid } from './prediction-grid.js';
import { svgToPng } from './svg-to-png.js';

const data = {
  images: Uint8Array.of(0, 255, 128, 64, 255, 0, 0, 255),
  labels: Int32Array.of(1, 0),
  shape: [2, 2, 2, 1],
  classNames: ['cat', 'dog', 'owl'],
} as const;
const probabilities = Float32Array.of(0.1, 0.85, 0.05, 0.25, 0.15, 0.6);

test('captions each image "predicted NN% (true)", blue where right and red where wrong', async () => {
  const svg = predictionGrid(data, probabilities, { title: 'Predictions' });
  await expect(svg).toMatchFileSnapshot('./__golden__/prediction-grid.svg');
  expect(svg).toMatch(/fill="#2468d6">dog 85% \(dog\)</);
  expect(svg).toMatch(/fill="#d63a46">owl 60% \(cat\)</);
});

test('draws a gray bar for each class, the true one blue and a wrong prediction red', () => {
  expect(predictionGrid(data, { data: probabilities })).toBe(predictionGrid(data, probabilities));
  const bars = [...predictionGrid(data, probabilities).matchAll(/height="([\d.]+)" fill="(#\w+)"/g)]
    .map((match) => [match[2], Number(match[1])] as const)
    .slice(1);
  const [gray, blue, red] = ['#a9b2bd', '#2468d6', '#d63a46'];
  expect(bars.map(([color]) => color)).toEqual([gray, blue, gray, blue, gray, red]);
  expect(bars[1]![1]).toBeCloseTo(0.85 * 76, 1);
});

test('shows the very pixels of the image, dark on light unless told otherwise', async () => {
  const first = (svg: string): number[] => {
    const url = /href="data:image\/png;base64,([^"]+)"/.exec(svg)![1]!;
    return [...decode(Uint8Array.from(atob(url), (character) => character.charCodeAt(0))).data];
  };
  expect(first(predictionGrid(data, probabilities)).filter((_, index) => index % 4 === 0)).toEqual([
    255, 0, 127, 191,
  ]);
  expect(first(predictionGrid(data, probabilities, { colormap: 'gray' })).slice(0, 8)).toEqual([
    0, 0, 0, 255, 255, 255, 255, 255,
  ]);
  const color = {
    ...data,
    images: Uint8Array.of(1, 2, 3),
    labels: [0],
    shape: [1, 1, 1, 3],
  } as const;
  expect(first(predictionGrid(color, [1, 0, 0]))).toEqual([1, 2, 3, 255]);
});

test('draws the images asked for, or as many as there are', () => {
  const images = (options: object): number =>
    predictionGrid(data, probabilities, options).match(/<image/g)!.length;
  expect(images({})).toBe(2);
  expect(images({ count: 1 })).toBe(1);
  expect(images({ indices: [1, 1, 0] })).toBe(3);
});

test('draws a hundred classes, and values that are no probabilities', async () => {
  const values = new Float32Array(200).fill(0.001);
  values.set([Number.NaN, 5, -3]);
  const svg = predictionGrid({ ...data, classNames: [] }, values);
  checkWellFormed(svg);
  expect(svg).not.toContain('NaN');
  expect((await svgToPng(svg, { scale: 0.5 })).length).toBeGreaterThan(100);
});

test('keeps the percentage when names are long', () => {
  const svg = predictionGrid(
    { ...data, classNames: ['c'.repeat(90), 'd'.repeat(90), 'o'] },
    probabilities,
  );
  expect(svg).toMatch(/>d+… 85% \(d+…\)</);
  expect(svg).toMatch(/>o 60% \(c{20,}…\)</);
});

test('escapes names', () => {
  const svg = predictionGrid({ ...data, classNames: ['<b>', '&amp;', '"'] }, probabilities);
  checkWellFormed(svg);
  expect(svg).toContain('&amp;amp; 85%');
});

test('is well-formed XML whatever characters a name has', async () => {
  const every = String.fromCharCode(...Array.from({ length: 0x300 }, (_, code) => code));
  for (const name of [every, '\uD800', '\uFFFE\uFFFF', '😀日本', ']]>', '<![CDATA[']) {
    // The renderer parses strictly, so a picture is proof.
    const svg = predictionGrid({ ...data, classNames: [name, name, name] }, probabilities, {
      title: name,
    });
    expect((await svgToPng(svg, { scale: 0.2 })).length).toBeGreaterThan(100);
  }
});

test('names what is wrong with its arguments', () => {
  const draw =
    (change: object, values: ArrayLike<number> = probabilities, options = {}) =>
    () =>
      predictionGrid({ ...data, ...change } as never, values, options);
  expect(() => predictionGrid(null as never, [])).toThrow(TypeError);
  expect(draw({ images: [1, 2] })).toThrow('data.images must be a Uint8Array');
  expect(draw({ images: new Uint8Array(7) })).toThrow(
    'must hold 8 bytes for the shape [2, 2, 2, 1]; received 7',
  );
  expect(draw({ shape: [2, 2, 2, 2] })).toThrow('1 or 3 channels; received 2');
  expect(draw({ labels: [1] })).toThrow('one label for each of 2 images; received 1');
  expect(draw({}, [0.5, 0.5, 1])).toThrow('as many values for each of 2 images; received 3');
  expect(draw({}, probabilities, { count: 0 })).toThrow(RangeError);
  expect(draw({}, probabilities, { indices: [2] })).toThrow('from 0 to 1; received 2');
  expect(draw({}, probabilities, { colormap: 'jet' })).toThrow("'gray', 'binary', 'viridis'");
});
