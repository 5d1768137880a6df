import { expect } from 'vitest';
import { realDataTest } from '../../test/real-data.js';
import { channelStatistics } from '../channel-statistics.js';
import { loadFashionMnist } from './load-fashion-mnist.js';
import { loadMnist } from './load-mnist.js';

realDataTest('loadMnist gives the digits that everybody knows', 'mnist', async (dataDir) => {
  const { train, test, files, statistics } = await loadMnist({ dataDir });
  expect(train.shape).toEqual([60_000, 28, 28, 1]);
  expect(test.shape).toEqual([10_000, 28, 28, 1]);
  expect([...train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  expect([...test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  expect(files).toHaveLength(4);
  expect(channelStatistics(train)).toEqual(statistics);
});

realDataTest('loadFashionMnist starts with an ankle boot', 'fashion-mnist', async (dataDir) => {
  const { train, test, classNames, statistics } = await loadFashionMnist({ dataDir });
  expect(train.shape).toEqual([60_000, 28, 28, 1]);
  expect(classNames[train.labels[0]!]).toBe('Ankle boot');
  expect([...test.labels.subarray(0, 5)]).toEqual([9, 2, 1, 1, 6]);
  expect(channelStatistics(train)).toEqual(statistics);
});
