import { describe, expect, test } from 'vitest';
import { generateDigits } from '../digits/generate-digits.js';
import { datasetFromIdx } from './idx-dataset.js';
import { datasetToIdx, writeIdx } from './write-idx.js';

const labelsOf = (...values: number[]) =>
  writeIdx({ data: Uint8Array.from(values), shape: [values.length] });
const imagesOf = (...shape: number[]) =>
  writeIdx({ data: new Uint8Array(shape.reduce((a, b) => a * b, 1)), shape });

describe('datasetFromIdx', () => {
  test('gives back the dataset that datasetToIdx wrote', () => {
    const dataset = generateDigits({ count: 12, seed: 3 });
    const { images, labels } = datasetToIdx(dataset);
    const { name, classNames } = dataset;
    expect(datasetFromIdx(images, labels, { name, classNames })).toEqual(dataset);
  });

  test('shares the memory of the file of images', () => {
    const images = imagesOf(2, 3, 4);
    expect(datasetFromIdx(images, labelsOf(0, 1)).images.buffer).toBe(images.buffer);
  });

  test('takes a fourth axis as channels', () => {
    expect(datasetFromIdx(imagesOf(1, 2, 2, 3), labelsOf(0)).shape).toEqual([1, 2, 2, 3]);
  });

  test('counts labels from firstLabel', () => {
    const { labels, classNames } = datasetFromIdx(imagesOf(2, 1, 1), labelsOf(1, 3), {
      firstLabel: 1,
    });
    expect([...labels]).toEqual([0, 2]);
    expect(classNames).toEqual(['1', '2', '3']);
  });

  test('says so when images and labels are swapped', () => {
    expect(() => datasetFromIdx(labelsOf(0, 1), imagesOf(2, 1, 1))).toThrow('swapped?');
    expect(() => datasetFromIdx(imagesOf(2, 1, 1), imagesOf(2, 1, 1))).toThrow('swapped?');
  });

  test('says both numbers when labels do not match images', () => {
    expect(() =>
      datasetFromIdx(imagesOf(3, 1, 1), labelsOf(0, 1), { imagesFile: 'a', labelsFile: 'b' }),
    ).toThrow('a holds 3 images, b holds 2 labels');
  });

  test('refuses a label that has no class and says where it is', () => {
    expect(() =>
      datasetFromIdx(imagesOf(2, 1, 1), labelsOf(0, 9), { classNames: ['x', 'y'] }),
    ).toThrow('holds 9 at index 1');
    expect(() => datasetFromIdx(imagesOf(1, 1, 1), labelsOf(0), { firstLabel: 1 })).toThrow(
      'holds 0 at index 0',
    );
  });

  test('reads an empty pair', () => {
    expect(datasetFromIdx(imagesOf(0, 28, 28), labelsOf()).shape).toEqual([0, 28, 28, 1]);
  });
});
