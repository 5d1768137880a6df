import { expect, test } from 'vitest';
import { checkWellFormed } from '../test/well-formed.js';
import { imageGrid } from './image-grid.js';

const data = {
  images: Uint8Array.of(0, 255, 128, 64, 9, 8, 7, 6),
  labels: [1, 0],
  shape: [2, 1, 4, 1],
  classNames: ['<cat>', 'a dog with a name too long for its place'],
} as const;

test('shows images over the names of their classes', async () => {
  const svg = imageGrid(data, { title: 'Samples' });
  await expect(svg).toMatchFileSnapshot('./__golden__/image-grid.svg');
  checkWellFormed(svg);
  expect(svg).toContain('>&lt;cat&gt;<');
  expect(svg).toMatch(/>a dog with[^<]*…</);
});

test('shows those asked for, and keeps their proportions', () => {
  const svg = imageGrid(data, { indices: [1], size: 40 });
  expect(svg.match(/<image/g)).toHaveLength(1);
  expect(svg).toContain('y="15" width="40" height="10"');
});

test('names what is wrong with its arguments', () => {
  expect(() => imageGrid({ ...data, labels: [] })).toThrow('one label for each of 2 images');
  expect(() => imageGrid(data, { size: 1 })).toThrow('at least 8; received 1');
  expect(() =>
    imageGrid({ ...data, images: new Uint8Array(0), labels: [], shape: [0, 1, 4, 1] }),
  ).toThrow('received none');
});
