import { expect, test } from 'vitest';
import { channelStatistics } from './channel-statistics.js';
import { describe } from './describe.js';
import { createImageDataset } from './image-dataset.js';

const dataset = createImageDataset({
  name: 'small',
  images: Uint8Array.of(0, 51, 102, 153, 204, 255),
  labels: Int32Array.of(1, 1, 0),
  shape: [3, 1, 1, 2],
  classNames: ['cat', 'horse'],
});

test('describe tells sizes, value ranges and images of each class', () => {
  expect(describe(dataset)).toBe(
    [
      'small: 3 images of 1 x 1 x 2 (0.0 MB), 2 classes',
      'pixels 0 to 255, mean 0.4000, 0.6000, deviation 0.3266, 0.3266 (of 0 to 1)',
      '  cat    1   33.3 %',
      '  horse  2   66.7 %',
    ].join('\n'),
  );
});

test('describe speaks of an empty dataset too', () => {
  const empty = { ...dataset, images: new Uint8Array(), labels: new Int32Array() };
  expect(describe({ ...empty, shape: [0, 1, 1, 2] })).toContain('no pixels');
});

test('channelStatistics gives mean and population deviation of each channel', () => {
  // Channel 0 holds 0, 0.4, 0.8; channel 1 holds 0.2, 0.6, 1.
  const { mean, deviation } = channelStatistics(dataset);
  expect(mean[0]).toBeCloseTo(0.4, 12);
  expect(mean[1]).toBeCloseTo(0.6, 12);
  for (const value of deviation) expect(value).toBeCloseTo(Math.sqrt(0.32 / 3), 12);
});
