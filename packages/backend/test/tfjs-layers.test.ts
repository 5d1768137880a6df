import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { engineBackend, largestGap, on, prepare, random, values } from './helpers.ts';

beforeAll(() => prepare());

const drop = (layer: tfl.layers.Layer, n: number, training = true) =>
  tf.tidy(() => Array.from((layer.apply(tf.ones([n]), { training }) as tf.Tensor).dataSync()));

test("tfjs-layers' Dropout keeps its share, scales it, and draws anew each time", async () => {
  await tf.setBackend('cnnkit');
  const layer = tfl.layers.dropout({ rate: 0.25 });
  const n = 40_000;
  const [a, b] = [drop(layer, n), drop(layer, n)];
  // Five standard deviations of a binomial share.
  const slack = 5 * Math.sqrt((0.25 * 0.75) / n);
  for (const values of [a, b]) {
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    const kept = values.filter((v) => v > 0).length / n;
    expect(Math.abs(kept - 0.75)).toBeLessThan(slack);
  }
  const both = a.filter((v, i) => v > 0 && b[i]! > 0).length / n;
  expect(Math.abs(both - 0.75 ** 2)).toBeLessThan(2 * slack);
  expect(drop(layer, 8, false)).toEqual(Array(8).fill(1));
});

test('it draws without a value in JavaScript, and passes its gradient where it passed the value', async () => {
  await tf.setBackend('cnnkit');
  const layer = tfl.layers.dropout({ rate: 0.5 });
  const { commands } = engineBackend();
  const before = commands.sent;
  drop(layer, 1000);
  expect(commands.sent - before).toBeLessThanOrEqual(3);
  let out: tf.Tensor | undefined;
  const f = (x: tf.Tensor) => {
    out = tf.keep(layer.apply(x, { training: true }) as tf.Tensor);
    return tf.sum(out) as tf.Scalar;
  };
  const gradient = tf.grad(f)(tf.ones([100]));
  expect(Array.from(gradient.dataSync())).toEqual(Array.from(out!.dataSync()));
  out!.dispose();
  gradient.dispose();
});

test('with a seed, and on another backend, tfjs draws as ever', async () => {
  const layer = tfl.layers.dropout({ rate: 0.5, seed: 3 });
  await tf.setBackend('cpu');
  const expected = drop(layer, 100);
  await tf.setBackend('cnnkit');
  expect(drop(layer, 100)).toEqual(expected);
});

describe('batch normalisation in training', () => {
  /** What two training steps of a small model leave: outputs, all weights, and the losses. */
  async function train(backend: string, axis: number, rank: number) {
    await tf.setBackend(backend);
    const next = random(31);
    const shape = rank === 4 ? [5, 6, 7] : [7];
    const model = tfl.sequential({
      layers: [
        tfl.layers.batchNormalization({ inputShape: shape, axis, momentum: 0.7, epsilon: 1e-2 }),
        tfl.layers.reLU({}),
        ...(rank === 4 ? [tfl.layers.flatten()] : []),
        tfl.layers.dense({ units: 3, kernelInitializer: 'ones' }),
      ],
    });
    // Weights that do not sum to nothing under the mean.
    const weights = model.getWeights().map((w) => tf.tensor(values(next, w.shape), w.shape));
    weights[3] = tf.abs(weights[3]!);
    model.setWeights(weights);
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const n = [9, ...shape].reduce((a, b) => a * b);
    const x = tf.tensor(
      values(next, [n]).map((v) => 3 + 2 * v),
      [9, ...shape],
    );
    const y = tf.tensor(values(next, [9, 3]), [9, 3]);
    const losses = [await model.trainOnBatch(x, y), await model.trainOnBatch(x, y)] as number[];
    const after = model.getWeights().flatMap((w) => Array.from(w.dataSync()));
    const predicted = Array.from((model.predict(x) as tf.Tensor).dataSync());
    return [...losses, ...after, ...predicted];
  }

  test.each([
    ['the last axis of images', -1, 4],
    ['the last axis, named from the front', 3, 4],
    ['features', -1, 2],
  ])('%s: losses, gradients and moving averages equal tfjs cpu', async (_, axis, rank) => {
    const expected = await train('cpu', axis, rank);
    const received = await train('cnnkit', axis, rank);
    expect(largestGap(received, expected)).toBeLessThanOrEqual(1e-5);
  });

  test.each([1, 2, 3, 15, 16, 17, 33, 70, 130])(
    'its kernels equal tfjs cpu over %i columns and many rows',
    async (columns) => {
      const next = random(columns);
      const shape = [700, columns];
      const [x, dy] = [values(next, shape), values(next, shape)];
      const [gamma, beta] = [values(next, [columns]), values(next, [columns])];
      const mean = (t: tf.Tensor) => tf.mean(t, 0);
      const run = (t: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) => {
        const centred = tf.sub(t, mean(t));
        const variance = mean(tf.square(centred));
        return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, 1e-3))), scale), offset);
      };
      const tensors = () => [tf.tensor(x, shape), tf.tensor1d(gamma), tf.tensor1d(beta)] as const;
      const expected = await on('cpu', () => {
        const [t, scale, offset] = tensors();
        const [dx, dscale, doffset] = tf.grads(run)([t, scale, offset], tf.tensor(dy, shape));
        return [run(t, scale, offset), dx!, dscale!, doffset!];
      });
      const received = await on('cnnkit', () => {
        const [t, scale, offset] = tensors();
        const attrs = { varianceEpsilon: 1e-3 };
        const kernel = (name: string, inputs: tf.NamedTensorMap) =>
          tf.engine().runKernel(name, inputs, attrs) as unknown as tf.Tensor[];
        const [y, m, v] = kernel('CnnkitBatchNormTraining', { x: t, scale, offset });
        const inputs = { x: t, dy: tf.tensor(dy, shape), mean: m!, variance: v!, scale };
        const [dx, sums] = kernel('CnnkitBatchNormTrainingGrad', inputs);
        const [doffset, products] = tf.unstack(sums!);
        return [y!, dx!, tf.mul(products!, tf.rsqrt(tf.add(v!, 1e-3))), doffset!];
      });
      expected.forEach((want, i) => {
        expect(largestGap(received[i]!.values, want.values), `result ${i}`).toBeLessThanOrEqual(
          2e-5,
        );
      });
    },
  );

  test.each([1, 3, 16, 33, 70])(
    'with relu behind it over %i columns, the same as with every value in between read',
    async (columns) => {
      await tf.setBackend('cnnkit');
      const next = random(columns + 50);
      const shape = [1500, columns];
      const [x, dy] = [values(next, shape), values(next, shape)];
      const [gamma, beta] = [values(next, [columns]), values(next, [columns])];
      x[5] = Number.POSITIVE_INFINITY;
      const { commands } = engineBackend();
      const pass = (read: boolean) =>
        tf.tidy(() => {
          const attrs = { varianceEpsilon: 1e-3 };
          const kernel = (name: string, inputs: tf.NamedTensorMap) =>
            tf.engine().runKernel(name, inputs, attrs) as unknown as tf.Tensor[];
          const look = (t: tf.Tensor) => (read ? t.dataSync() : undefined);
          const input = tf.tensor(x, shape);
          const [scale, offset] = [tf.tensor1d(gamma), tf.tensor1d(beta)];
          const [normed, mean, variance] = kernel('CnnkitBatchNormTraining', {
            ...{ x: input, scale, offset },
          });
          look(normed!);
          const y = tf.relu(normed!);
          look(y);
          const dz = tf.mul(tf.tensor(dy, shape), tf.step(normed!));
          look(dz);
          const [dx, sums] = kernel('CnnkitBatchNormTrainingGrad', {
            ...{ x: input, dy: dz, mean: mean!, variance: variance!, scale, offset },
          });
          return [y, dx!, sums!, dz].map((t) => Array.from(t.dataSync()));
        });
      const expected = pass(true);
      const before = commands.sent;
      const received = pass(false);
      const fused = commands.sent - before;
      expect(received).toEqual(expected);
      const unfused = commands.sent;
      pass(true);
      // Neither relu nor its gradient was a command of its own until the gradient was read at the end.
      expect(commands.sent - unfused - fused).toBe(1);
    },
  );
});

describe('residual blocks', () => {
  const side = 10;
  /** Blocks with their inputs as they are and projected, and with a convolution and its normalisation before both. */
  function build(momentum: number) {
    const { layers } = tfl;
    const conv = (filters: number, kernelSize = 3, strides = 1) =>
      layers.conv2d({ filters, kernelSize, strides, padding: 'same', useBias: false });
    const norm = () => layers.batchNormalization({ momentum, epsilon: 1e-2 });
    type Symbolic = tfl.SymbolicTensor;
    const apply = (x: Symbolic, ...stack: tfl.layers.Layer[]) =>
      stack.reduce((y, layer) => layer.apply(y) as Symbolic, x);
    const add = (...tensors: Symbolic[]) => layers.add().apply(tensors) as Symbolic;
    const input = tfl.input({ shape: [side, side, 3] });
    let x = apply(input, conv(12), norm(), layers.reLU());
    for (const [filters, strides] of [
      [12, 1],
      [16, 2],
      [20, 1],
    ] as const) {
      const y = apply(x, conv(filters, 3, strides), norm(), layers.reLU(), conv(filters), norm());
      if (filters === 12) x = add(x, y);
      else x = add(y, apply(x, conv(filters, strides === 2 ? 1 : 3, strides), norm()));
      x = apply(x, layers.activation({ activation: 'relu' }));
    }
    const head = [layers.globalAveragePooling2d({}), layers.dense({ units: 3 })];
    return tfl.model({ inputs: input, outputs: apply(x, ...head) });
  }

  /** What two training steps leave: losses, all weights, and what is predicted then. */
  async function train(backend: string) {
    await tf.setBackend(backend);
    const next = random(77);
    const model = build(0.7);
    const weights = model.getWeights().map((w) => {
      const few = values(next, w.shape).map((v) => (w.rank === 4 ? v / 4 : v));
      return tf.tensor(w.rank === 1 ? few.map((v) => 1 + v / 2) : few, w.shape);
    });
    model.setWeights(weights);
    model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' });
    const x = tf.tensor(values(next, [6, side, side, 3]), [6, side, side, 3]);
    const y = tf.tensor(values(next, [6, 3]), [6, 3]);
    const losses = [await model.trainOnBatch(x, y), await model.trainOnBatch(x, y)] as number[];
    const after = model.getWeights().flatMap((w) => Array.from(w.dataSync()));
    const predicted = Array.from((model.predict(x) as tf.Tensor).dataSync());
    tf.dispose([weights, x, y]);
    model.dispose();
    return [...losses, ...after, ...predicted];
  }

  test('losses, gradients and moving averages equal tfjs cpu', async () => {
    const expected = await train('cpu');
    const received = await train('cnnkit');
    expect(largestGap(received, expected)).toBeLessThanOrEqual(2e-5);
    expect(Math.abs(expected[0]! - expected[1]!)).toBeGreaterThan(1e-2);
  });
});
