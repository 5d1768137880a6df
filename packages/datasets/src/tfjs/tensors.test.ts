import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { generateDigits } from '../digits/generate-digits.js';
import { datasetTensors, tensorBatches, tfDataset } from './index.js';

const digits = generateDigits({ count: 25, seed: 1 });

beforeAll(async () => {
  // Or tfjs greets Node with an advertisement.
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
});

test('tensorBatches gives tensors that keep their values and belong to the caller', () => {
  const before = tf.memory().numTensors;
  const all = [...tensorBatches(digits, { batchSize: 10, shuffle: false })];
  expect(all.map(({ xs }) => xs.shape)).toEqual([
    [10, 28, 28, 1],
    [10, 28, 28, 1],
    [5, 28, 28, 1],
  ]);
  expect(all[0]!.xs.dataSync()).toEqual(
    Float32Array.from(digits.images.subarray(0, 7840), (value) => value / 255),
  );
  expect(all.map(({ ys }) => ys.dtype)).toEqual(['int32', 'int32', 'int32']);
  expect(tf.memory().numTensors).toBe(before + 6);
  for (const { xs, ys } of all) tf.dispose([xs, ys]);
  expect(tf.memory().numTensors).toBe(before);
});

test('tfDataset trains a model by fitDataset and leaves no tensor behind', async () => {
  const model = sequential({
    layers: [
      layers.flatten({ inputShape: [28, 28, 1] }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
  const dataset = tfDataset(digits, { batchSize: 10, seed: 1 });
  expect(dataset.size).toBe(3);
  await model.fitDataset(dataset, { epochs: 1, verbose: 0 });
  const before = tf.memory().numTensors;
  const { history } = await model.fitDataset(dataset, { epochs: 3, verbose: 0 });
  expect(history.loss).toHaveLength(3);
  expect(Number(history.loss![2])).toBeLessThan(Number(history.loss![0]));
  expect(tf.memory().numTensors).toBe(before);
});

test('tfDataset gives each epoch its own order', async () => {
  const dataset = tfDataset(digits, { batchSize: 25, seed: 1, oneHot: false });
  const epochLabels = async () => {
    const { value } = await (await dataset.iterator()).next();
    const labels = [...value.ys.dataSync()];
    tf.dispose([value.xs, value.ys]);
    return labels;
  };
  const first = await epochLabels();
  const second = await epochLabels();
  expect(second).not.toEqual(first);
  expect([...second].sort()).toEqual([...first].sort());
});

test('datasetTensors gives all of it at once', () => {
  const { xs, ys, labels } = datasetTensors(digits, { scale: 1 });
  expect(xs.shape).toEqual([25, 28, 28, 1]);
  expect(xs.dataSync()).toEqual(Float32Array.from(digits.images));
  expect(ys.shape).toEqual([25, 10]);
  expect([...tf.argMax(ys, 1).dataSync()]).toEqual([...digits.labels]);
  expect([...labels.dataSync()]).toEqual([...digits.labels]);
  tf.dispose([xs, ys, labels]);
});
