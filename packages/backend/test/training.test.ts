import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../src/index.ts';
import { engineBackend, largestGap, on, prepare, random, removeEngine, values } from './helpers.ts';

beforeAll(() => prepare());
afterAll(() => tf.disposeVariables());

const { layers: L } = tfl;
const conv = (filters: number, kernelSize: number, more: object = {}) =>
  L.conv2d({ filters, kernelSize, activation: 'relu', ...more });
const pool = () => L.maxPooling2d({ poolSize: 2 });
const average = () => L.averagePooling2d({ poolSize: 2 });
const normalised = (filters: number) => [
  conv(filters, 3, { padding: 'same', useBias: false, activation: 'linear' }),
  L.batchNormalization(),
  L.reLU(),
];

/** Separable, strided depth by depth, and transposed. */
const separable = () => [
  L.separableConv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' }),
  L.depthwiseConv2d({ kernelSize: 3, strides: 2, depthMultiplier: 2, padding: 'same' }),
  L.batchNormalization(),
  L.reLU({ maxValue: 6 }),
  L.conv2dTranspose({ filters: 5, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }),
  pool(),
  L.flatten(),
];

type Layers = () => tfl.layers.Layer[];
/** The notebooks' models, narrower and on smaller images so that tfjs cpu keeps up; and more. */
const MODELS: Record<string, { side: number; channels: number; layers: Layers }> = {
  A: { side: 12, channels: 1, layers: () => [conv(16, 3), conv(8, 3), L.flatten()] },
  B: {
    side: 18,
    channels: 1,
    layers: () => [
      conv(8, 3),
      pool(),
      conv(16, 3),
      pool(),
      conv(16, 3, { padding: 'same' }),
      L.flatten(),
      L.dense({ units: 12, activation: 'relu' }),
    ],
  },
  C: {
    side: 13,
    channels: 1,
    layers: () => [
      conv(12, 2, { padding: 'same' }),
      pool(),
      conv(8, 2, { padding: 'same' }),
      pool(),
      L.flatten(),
      L.dense({ units: 20, activation: 'relu' }),
    ],
  },
  D: {
    side: 12,
    channels: 1,
    layers: () => [
      conv(8, 3),
      conv(9, 3),
      pool(),
      L.flatten(),
      L.dense({ units: 11, activation: 'relu' }),
    ],
  },
  lenet: {
    side: 14,
    channels: 1,
    layers: () => [
      conv(6, 5, { padding: 'same', activation: 'sigmoid' }),
      average(),
      conv(7, 5, { activation: 'sigmoid' }),
      L.flatten(),
      L.dense({ units: 12, activation: 'sigmoid' }),
    ],
  },
  separable: { side: 12, channels: 3, layers: separable },
  cifar: {
    side: 8,
    channels: 3,
    layers: () => [
      ...normalised(8),
      pool(),
      ...normalised(12),
      L.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
    ],
  },
};

function build(name: string): tfl.Sequential {
  const { side, channels, layers } = MODELS[name]!;
  const model = tfl.sequential();
  model.add(L.inputLayer({ inputShape: [side, side, channels] }));
  for (const layer of layers()) model.add(layer);
  model.add(L.dense({ units: 10, activation: 'softmax' }));
  const next = random(17);
  model.setWeights(
    model.getWeights().map((w) =>
      tf.tidy(() => {
        const positive = w.shape.length === 1;
        return tf.tensor(
          values(next, w.shape).map((v) => (positive ? 0.5 + v * 0.1 : v * 0.3)),
          w.shape,
        );
      }),
    ),
  );
  return model;
}

/** Losses and final weights of `steps` steps of training from fixed weights. */
async function train(name: string, batch: number, steps: number, optimizer = 'sgd') {
  const { side, channels } = MODELS[name]!;
  const model = build(name);
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const next = random(23);
  const x = tf.tensor(values(next, [batch, side, side, channels]), [batch, side, side, channels]);
  const labels = tf.tensor1d(
    Array.from({ length: batch }, (_, i) => i % 10),
    'int32',
  );
  const y = tf.cast(tf.oneHot(labels, 10), 'float32');
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push(((await model.trainOnBatch(x, y)) as number[])[0]!);
  const weights = model.getWeights().map((w) => Array.from(w.dataSync()));
  const predicted = tf.tidy(() => Array.from((model.predict(x) as tf.Tensor).dataSync()));
  tf.dispose([x, labels, y]);
  model.dispose();
  return { losses, weights, predicted };
}

describe.each(Object.keys(MODELS))('model %s', (name) => {
  test.each([[5], [1]])(
    'trains as on tfjs cpu, batch %i: losses, weights, predictions',
    async (batch) => {
      await tf.setBackend('cpu');
      const expected = await train(name, batch, 3);
      await tf.setBackend('cnnkit');
      const received = await train(name, batch, 3);
      expect(largestGap(received.losses, expected.losses)).toBeLessThan(2e-5);
      expected.weights.forEach((w, i) => {
        expect(largestGap(received.weights[i]!, w), `weights ${i}`).toBeLessThan(2e-5);
      });
      expect(largestGap(received.predicted, expected.predicted)).toBeLessThan(2e-5);
    },
  );

  test('a step leaves nothing to tfjs cpu', async () => {
    await tf.setBackend('cnnkit');
    await train(name, 4, 1, 'adam');
    engineBackend().fallbacks.clear();
    await train(name, 4, 2, 'adam');
    expect([...engineBackend().fallbacks.keys()]).toEqual([]);
  });
});

test('one thread and two give the same bits, in two runs each', async () => {
  const runs: string[] = [];
  for (const threads of [1, 2, 2, 1]) {
    removeEngine();
    await useBackend({ backend: 'cnnkit', threads });
    const all = [];
    for (const name of Object.keys(MODELS)) all.push(await train(name, 7, 4, 'adam'));
    runs.push(JSON.stringify(all));
  }
  expect(new Set(runs).size).toBe(1);
});

test('training keeps no memory: as much is in use after 30 steps as after 10', async () => {
  const { side } = MODELS.B!;
  const model = build('B');
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  const x = tf.ones([6, side, side, 1]);
  const y = tf.ones([6, 10]);
  const marks: unknown[] = [];
  for (let i = 0; i < 30; i++) {
    await model.trainOnBatch(x, y);
    const { usedBytes, reservedBytes } = engineBackend().arena;
    if (i === 9 || i === 29) marks.push([tf.memory().numTensors, usedBytes, reservedBytes]);
  }
  expect(marks[1]).toEqual(marks[0]);
  tf.dispose([x, y]);
  model.dispose();
});

test('a tensor goes from backend to backend and back with its values', async () => {
  await tf.setBackend('cnnkit');
  const x = tf.tensor1d(values(random(2), [1000]));
  const before = Array.from(x.dataSync());
  const doubled = tf.mul(x, 2);
  for (const backend of ['cpu', 'cnnkit', 'cpu', 'cnnkit']) {
    const [sum] = await on(backend, () => tf.add(x, tf.sub(doubled, x)));
    expect(
      largestGap(
        sum!.values,
        before.map((v) => 2 * v),
      ),
    ).toBeLessThan(1e-6);
  }
  tf.dispose([x, doubled]);
});
