import { expect, test } from 'vitest';
import { createImageDataset } from './image-dataset.js';
import { subset, takeFirst } from './subset.js';

const three = createImageDataset({
  name: 'three',
  images: Uint8Array.of(1, 2, 3, 4, 5, 6),
  labels: Int32Array.of(0, 1, 0),
  shape: [3, 1, 2, 1],
  classNames: ['a', 'b'],
});

test.each([
  ['images that are no bytes', { images: [1, 2] }, TypeError, 'received Array'],
  ['labels that are no Int32Array', { labels: Uint8Array.of(0, 1, 0) }, TypeError, 'Uint8Array'],
  ['a shape of three sizes', { shape: [3, 1, 2] }, RangeError, '[3, 1, 2]'],
  ['a fraction in the shape', { shape: [3, 1, 1.5, 1] }, RangeError, '1.5'],
  ['too few bytes', { shape: [3, 2, 2, 1] }, RangeError, 'must hold 12 bytes'],
  ['labels of another number', { labels: Int32Array.of(0) }, RangeError, 'received 1 labels'],
  ['a label without a class', { labels: Int32Array.of(0, 2, 0) }, RangeError, '2 at index 1'],
  ['a negative label', { labels: Int32Array.of(-1, 1, 0) }, RangeError, '-1 at index 0'],
])('createImageDataset refuses %s', (_, change, kind, message) => {
  const make = () => createImageDataset({ ...three, ...change } as never);
  expect(make).toThrow(kind);
  expect(make).toThrow(message);
});

test('subset copies the images in the order of the indices, repeated if asked', () => {
  const picked = subset(three, [2, 0, 2]);
  expect([...picked.images]).toEqual([5, 6, 1, 2, 5, 6]);
  expect([...picked.labels]).toEqual([0, 0, 0]);
  expect(picked.shape).toEqual([3, 1, 2, 1]);
  picked.images[0] = 99;
  expect(three.images[4]).toBe(5);
});

test('subset refuses an index outside the dataset', () => {
  for (const bad of [3, -1, 0.5, Number.NaN]) {
    expect(() => subset(three, [0, bad])).toThrow(`received ${bad} at position 1`);
  }
});

test('takeFirst shares memory and takes no more than there is', () => {
  const two = takeFirst(three, 2);
  expect(two.shape).toEqual([2, 1, 2, 1]);
  expect(two.images.buffer).toBe(three.images.buffer);
  expect(takeFirst(three, 10)).toEqual(three);
  expect(takeFirst(three, 0).shape).toEqual([0, 1, 2, 1]);
  expect(() => takeFirst(three, -1)).toThrow(RangeError);
  expect(() => takeFirst(three, Number.NaN)).toThrow(RangeError);
});
