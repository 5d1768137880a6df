import { expect, test } from 'vitest';
import { channelStatistics } from '../channel-statistics.js';
import { generateDigits } from './generate-digits.js';

test('the same seed gives the same bytes, another seed other ones', () => {
  const first = generateDigits({ count: 50, seed: 7 });
  expect(generateDigits({ count: 50, seed: 7 })).toEqual(first);
  expect(generateDigits({ count: 50, seed: 8 }).images).not.toEqual(first.images);
});

test('the first images do not depend on count', () => {
  const few = generateDigits({ count: 15, seed: 7 });
  const more = generateDigits({ count: 40, seed: 7 });
  expect(more.images.subarray(0, few.images.length)).toEqual(few.images);
});

test('every ten images hold each digit once', () => {
  const { labels } = generateDigits({ count: 100, seed: 1 });
  for (let i = 0; i < 100; i += 10) {
    expect([...labels.subarray(i, i + 10)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
});

test('images look like MNIST in brightness, and no two are alike', () => {
  const { images } = generateDigits({ count: 500, seed: 1 });
  const { mean, deviation } = channelStatistics({ images, shape: [500, 28, 28, 1] });
  expect(mean[0]).toBeGreaterThan(0.08);
  expect(mean[0]).toBeLessThan(0.18);
  expect(deviation[0]).toBeGreaterThan(0.2);
  const seen = new Set<string>();
  for (let i = 0; i < 500; i++) seen.add(images.subarray(i * 784, (i + 1) * 784).join());
  expect(seen.size).toBe(500);
});

test('classes can be told apart: the nearest class mean is right for most images', () => {
  const train = generateDigits({ count: 1000, seed: 1 });
  const test = generateDigits({ count: 500, seed: 2 });
  const means = Array.from({ length: 10 }, () => new Float64Array(784));
  train.labels.forEach((label, i) => {
    for (let p = 0; p < 784; p++) means[label]![p]! += train.images[i * 784 + p]! / 100;
  });
  let right = 0;
  test.labels.forEach((label, i) => {
    const distances = means.map((mean) =>
      mean.reduce((sum, value, p) => sum + (value - test.images[i * 784 + p]!) ** 2, 0),
    );
    if (distances.indexOf(Math.min(...distances)) === label) right++;
  });
  // A convnet does far better; a set without variation would give 500.
  expect(right).toBeGreaterThan(300);
  expect(right).toBeLessThan(490);
});

test('takes other sizes, no images, noise', () => {
  expect(generateDigits({ count: 2, size: 64 }).shape).toEqual([2, 64, 64, 1]);
  expect(generateDigits({ count: 0 }).shape).toEqual([0, 28, 28, 1]);
  const noisy = generateDigits({ count: 10, seed: 1, noise: 0.2 });
  expect(noisy.images.filter((value) => value > 0).length).toBeGreaterThan(3000);
});

test.each([
  { count: -1 },
  { count: 1.5 },
  { size: 7 },
  { size: 300 },
  { variation: -1 },
  { noise: 2 },
])('refuses %o', (options) => {
  expect(() => generateDigits(options)).toThrow(RangeError);
});
