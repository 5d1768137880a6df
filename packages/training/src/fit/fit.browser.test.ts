import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import { createOptimizer, EarlyStopping, evaluate, fit, predict, progressBar } from '../index.js';

const count = 64;
const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
const images = Uint8Array.from(
  { length: count * 16 },
  (_, i) => labels[i >> 4]! * 90 + ((i * 37) % 100),
);
const data = { images, labels, shape: [count, 4, 4, 1] } as const;

function model(): tfl.LayersModel {
  const made = tfl.sequential({
    layers: [
      tfl.layers.flatten({ inputShape: [4, 4, 1] }),
      tfl.layers.dense({
        units: 2,
        activation: 'softmax',
        kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }),
      }),
    ],
  });
  made.compile({
    optimizer: createOptimizer('adam', { learningRate: 0.05 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return made;
}

test('a model trains in a browser, with callbacks, validation and prediction', async () => {
  await tf.setBackend('cpu');
  let text = '';
  const { history } = await fit(model(), data, {
    epochs: 8,
    batchSize: 8,
    validationSplit: 0.25,
    callbacks: [
      new EarlyStopping({ patience: 5, restoreBestWeights: true }),
      progressBar({
        write: (part) => {
          text += part;
        },
      }),
    ],
  });
  expect(history.val_accuracy!.at(-1)).toBeGreaterThan(0.9);
  expect(text).toContain('Epoch 8/8');
  const trained = model();
  await fit(trained, data, { epochs: 8 });
  expect((await evaluate(trained, data)).accuracy).toBeGreaterThan(0.9);
  expect((await predict(trained, data)).shape).toEqual([64, 2]);
});

test('a page keeps running while a model trains, and can stop it', async () => {
  const controller = new AbortController();
  let turns = 0;
  const timer = setInterval(() => {
    if (++turns === 3) controller.abort();
  }, 5);
  const { interrupted } = await fit(model(), data, { epochs: 100_000, signal: controller.signal });
  clearInterval(timer);
  expect(interrupted).toBeDefined();
  expect(turns).toBeLessThan(20);
});
