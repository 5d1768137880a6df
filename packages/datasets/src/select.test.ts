import { expect, test } from 'vitest';
import { createImageDataset } from './image-dataset.js';
import { balancedSample, concat, filter, map, selectClasses } from './select.js';

const six = createImageDataset({
  name: 'six',
  images: Uint8Array.of(10, 20, 30, 40, 50, 60),
  labels: Int32Array.of(0, 1, 2, 0, 1, 0),
  shape: [6, 1, 1, 1],
  classNames: ['cat', 'dog', 'frog'],
});

test('filter keeps classes and order', () => {
  const some = filter(six, (label, index) => label === 0 && index > 0);
  expect([...some.images]).toEqual([40, 60]);
  expect(some.classNames).toEqual(six.classNames);
});

test('selectClasses numbers classes anew in the order given, by name or index', () => {
  const some = selectClasses(six, ['frog', 0]);
  expect([...some.images]).toEqual([10, 30, 40, 60]);
  expect([...some.labels]).toEqual([1, 0, 1, 1]);
  expect(some.classNames).toEqual(['frog', 'cat']);
  expect(() => selectClasses(six, ['cow'])).toThrow('received "cow"');
  expect(() => selectClasses(six, [3])).toThrow('received 3');
  expect(() => selectClasses(six, ['cat', 0])).toThrow('received 0');
});

test('balancedSample takes as many of each class, by seed, in their order', () => {
  const some = balancedSample(six, 1, { seed: 1 });
  expect([...some.labels].sort()).toEqual([0, 1, 2]);
  expect([...some.images]).toEqual([...some.images].sort((a, b) => a - b));
  expect(balancedSample(six, 1, { seed: 1 })).toEqual(some);
  expect(() => balancedSample(six, 2)).toThrow('frog has 1');
});

test('concat joins datasets that are alike', () => {
  const both = concat(six, six);
  expect(both.shape).toEqual([12, 1, 1, 1]);
  expect([...both.images.subarray(6)]).toEqual([...six.images]);
  expect(() => concat()).toThrow(RangeError);
  expect(() => concat(six, { ...six, classNames: ['a', 'b', 'c'] })).toThrow('alike');
});

test('map changes images and their shape', () => {
  const doubled = map(six, (image, label) => Uint8Array.of(image[0]!, label), [1, 2, 1]);
  expect(doubled.shape).toEqual([6, 1, 2, 1]);
  expect([...doubled.images.subarray(0, 4)]).toEqual([10, 0, 20, 1]);
  expect(() => map(six, () => new Uint8Array(3))).toThrow('received 3 for image 0');
});
