import { RandomState } from '@cnnkit/random';
import { describe, expect, test } from 'vitest';
import type { Augmentation } from '../augment/augmentation.js';
import { generateDigits } from '../digits/generate-digits.js';
import { createImageDataset } from '../image-dataset.js';
import { type BatchOptions, batches } from './batches.js';

const five = createImageDataset({
  name: 'five',
  images: Uint8Array.from({ length: 20 }, (_, i) => 10 * i),
  labels: Int32Array.of(0, 1, 2, 1, 0),
  shape: [5, 1, 2, 2],
  classNames: ['a', 'b', 'c'],
});

/** Copies, since a batch lends its memory only until the next one. */
const copies = (options: BatchOptions) =>
  [...batches(five, options)].length === 0
    ? []
    : Array.from(batches(five, options), ({ xs, ys, indices, shape, step, epoch }) => ({
        xs: [...xs],
        ys: [...ys],
        indices: [...indices],
        shape,
        step,
        epoch,
      }));

describe('batches', () => {
  test('cuts in order when it does not shuffle, and keeps the remainder', () => {
    const all = copies({ batchSize: 2, shuffle: false });
    expect(all.map(({ indices }) => indices)).toEqual([[0, 1], [2, 3], [4]]);
    expect(all.map(({ ys }) => ys)).toEqual([[0, 1], [2, 1], [0]]);
    expect(all.map(({ shape }) => shape[0])).toEqual([2, 2, 1]);
    expect(all.map(({ step }) => step)).toEqual([0, 1, 2]);
    expect(batches(five, { batchSize: 2 }).length).toBe(3);
  });

  test('drops the remainder if asked', () => {
    expect(copies({ batchSize: 2, dropRemainder: true })).toHaveLength(2);
    expect(batches(five, { batchSize: 9, dropRemainder: true }).length).toBe(0);
  });

  test('gives float32 of byte / 255, to the last bit', () => {
    const [batch] = copies({ batchSize: 5, shuffle: false });
    expect(batch!.xs).toEqual([...five.images].map((value) => Math.fround(value / 255)));
  });

  test('scales and normalises each channel by its own numbers', () => {
    const [batch] = copies({
      batchSize: 1,
      shuffle: false,
      scale: 1,
      mean: [10, 0],
      deviation: [2, 5],
    });
    expect(batch!.xs).toEqual([-5, 2, 5, 6]);
  });

  test('gives one-hot labels if asked', () => {
    const [batch] = copies({ batchSize: 3, shuffle: false, oneHot: true });
    expect(batch!.ys).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });

  test('shuffles by seed and epoch: each image once, as RandomState([seed, epoch]) orders them', () => {
    const order = (seed: number, epoch: number) =>
      copies({ batchSize: 2, seed, epoch }).flatMap(({ indices }) => indices);
    expect(order(1, 0)).toEqual([...new RandomState([1, 0]).permutation(5)]);
    expect([...order(1, 0)].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(order(1, 0)).toEqual(order(1, 0));
    expect(order(1, 1)).not.toEqual(order(1, 0));
    expect(order(2, 0)).not.toEqual(order(1, 0));
  });

  test('starts at any batch as if it had not stopped, augmentation included', () => {
    const augment: Augmentation[] = [{ kind: 'brightness', by: 0.5 }];
    const mix = { kind: 'mixup', alpha: 1 } as const;
    const options = { batchSize: 2, seed: 3, epoch: 2, augment, oneHot: true, mix };
    const all = copies(options);
    for (let startBatch = 0; startBatch <= 4; startBatch++) {
      expect(copies({ ...options, startBatch })).toEqual(all.slice(startBatch));
    }
    expect(batches(five, { batchSize: 2, startBatch: 1 }).length).toBe(2);
  });

  test('augments an image alike whatever batch it is in, and anew in each epoch', () => {
    const augment: Augmentation[] = [{ kind: 'brightness', by: 0.5 }];
    const pixels = (options: BatchOptions) =>
      copies({ shuffle: false, augment, ...options }).flatMap(({ xs }) => xs);
    expect(pixels({ batchSize: 1 })).toEqual(pixels({ batchSize: 3 }));
    expect(pixels({ epoch: 1 })).not.toEqual(pixels({ epoch: 0 }));
  });

  test('takes only the indices it is given', () => {
    const all = copies({ indices: [4, 1, 1], batchSize: 2, shuffle: false });
    expect(all.flatMap(({ ys }) => ys)).toEqual([0, 1, 1]);
    expect(() => batches(five, { indices: [0, 5] })).toThrow('received 5 at position 1');
    expect(() => batches(five, { indices: [0.5] })).toThrow('received 0.5 at position 0');
  });

  test('uses its memory again, and is safe for loops side by side', () => {
    const sequence = batches(five, { batchSize: 2, shuffle: false });
    const buffers = new Set(Array.from(sequence, ({ xs }) => xs.buffer));
    expect(buffers.size).toBe(1);
    const one = sequence[Symbol.iterator]();
    const two = sequence[Symbol.iterator]();
    const first = one.next().value!;
    two.next();
    two.next();
    expect([...first.indices]).toEqual([0, 1]);
    expect(first.xs[0]).toBe(0);
  });

  test('works with for await too', async () => {
    const steps: number[] = [];
    for await (const { step } of batches(five, { batchSize: 2 })) steps.push(step);
    expect(steps).toEqual([0, 1, 2]);
  });

  test('gives no batch for an empty dataset', () => {
    const empty = createImageDataset({
      ...five,
      images: new Uint8Array(),
      labels: new Int32Array(),
      shape: [0, 1, 2, 2],
    });
    expect([...batches(empty)]).toEqual([]);
  });

  test('blends labels as it blends images', () => {
    const digits = generateDigits({ count: 16, seed: 1 });
    for (const kind of ['mixup', 'cutmix'] as const) {
      const options = { batchSize: 16, oneHot: true, mix: { kind, alpha: 1 }, seed: 5 };
      for (const { ys } of batches(digits, options)) {
        let mixed = 0;
        for (let i = 0; i < 16; i++) {
          const row = [...ys.subarray(i * 10, (i + 1) * 10)];
          expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
          if (row.some((share) => share > 0.01 && share < 0.99)) mixed++;
        }
        expect(mixed).toBeGreaterThan(0);
      }
    }
    expect(() => batches(five, { mix: { kind: 'mixup', alpha: 1 } })).toThrow('oneHot: true');
  });

  test.each<[BatchOptions, string]>([
    [{ batchSize: 0 }, 'batchSize'],
    [{ batchSize: 1.5 }, 'batchSize'],
    [{ startBatch: -1 }, 'startBatch'],
    [{ epoch: -1 }, 'epoch'],
    [{ scale: Number.NaN }, 'scale'],
    [{ mean: [1] }, 'mean'],
    [{ deviation: 0 }, 'deviation'],
  ])('refuses %o', (options, name) => {
    expect(() => batches(five, options)).toThrow(RangeError);
    expect(() => batches(five, options)).toThrow(name);
  });
});
