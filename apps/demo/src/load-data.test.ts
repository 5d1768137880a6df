import { expect, test, vi } from 'vitest';
import { loadData } from './load-data.js';

const mnist = { data: 'mnist', dataNamed: true, samples: undefined, seed: 1 } as const;

test('MNIST comes with the install: no folder, no network', async () => {
  vi.stubEnv('CNNKIT_DATA_DIR', undefined);
  const fetch = vi.fn();
  const data = await loadData(mnist, { fetch });
  expect(data.train.shape).toEqual([60000, 28, 28, 1]);
  expect(data.test.shape).toEqual([10000, 28, 28, 1]);
  expect(data.files).toHaveLength(4);
  expect(data.notice).toBeUndefined();
  expect(fetch).not.toHaveBeenCalled();
});

test('--samples takes the first training images and leaves the test set whole', async () => {
  vi.stubEnv('CNNKIT_DATA_DIR', undefined);
  const data = await loadData({ ...mnist, samples: 100 });
  expect(data.train.shape[0]).toBe(100);
  expect(data.test.shape[0]).toBe(10000);
});

test('generated digits replace an MNIST that nobody named, and say so', async () => {
  const nowhere = { source: { read: () => undefined } };
  const data = await loadData({ ...mnist, dataNamed: false }, nowhere);
  expect(data.name).toBe('generated');
  expect(data.notice).toMatch(/^MNIST COULD NOT BE LOADED/);
  await expect(loadData(mnist, nowhere)).rejects.toThrow(/train-images/);
});

test('a damaged file is an error, never a reason for generated digits', async () => {
  const damaged = { source: { read: () => new Uint8Array(100) } };
  await expect(loadData({ ...mnist, dataNamed: false }, damaged)).rejects.toThrow(/train-images/);
});

test('training and test digits are drawn from different seeds', async () => {
  const data = await loadData({ ...mnist, data: 'generated' });
  const size = 28 * 28 * 10;
  expect(data.train.images.slice(0, size)).not.toEqual(data.test.images.slice(0, size));
});
