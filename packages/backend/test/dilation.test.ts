import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  between,
  engineBackend,
  largestGap,
  on,
  pick,
  prepare,
  random,
  values,
} from './helpers.ts';

// tfjs has no gradients of dilated convolutions: what is held against ours is a filter with zeros between.

beforeAll(() => prepare());
afterAll(() => tf.disposeVariables());

type Pair = [number, number];

/** A filter with zeros between its weights, which does without dilation what the filter does with it. */
function spread<T extends tf.Tensor>(filter: T, dilations: readonly number[]): T {
  let wide: tf.Tensor = filter;
  // An axis at a time, each with zeros behind its planes but the last.
  dilations.forEach((dilation, axis) => {
    const { shape } = wide;
    const apart = tf.expandDims(wide, axis + 1);
    const zeros = Array.from({ length: dilation - 1 }, () => tf.zerosLike(apart));
    const sizes = (size: number) => shape.map((s, i) => (i === axis ? size : s));
    const joined = tf.concat([apart, ...zeros], axis + 1);
    const planes = tf.reshape(joined, sizes(shape[axis]! * dilation));
    wide = tf.slice(planes, 0, sizes((shape[axis]! - 1) * dilation + 1));
  });
  return wide as T;
}

const OPERATIONS = { conv2d: tf.conv2d, depthwiseConv2d: tf.depthwiseConv2d };

describe.each(['conv2d', 'depthwiseConv2d'] as const)('gradients of a dilated %s', (name) => {
  const operation = OPERATIONS[name];

  test.each(Array.from({ length: 16 }, (_, i) => i + 1))(
    'are those of a filter with zeros between, drawn by seed %i',
    async (seed) => {
      const next = random(seed);
      const kernel: Pair = [between(next, 1, 4), between(next, 1, 4)];
      const dilations: Pair = [between(next, 1, 3), between(next, 2, 4)];
      const channels = pick(next, [1, 2, 3, 8, 17]);
      const filters = name === 'conv2d' ? pick(next, [1, 4, 7, 16]) : between(next, 1, 2);
      const height = (kernel[0] - 1) * dilations[0] + between(next, 1, 9);
      const width = (kernel[1] - 1) * dilations[1] + between(next, 1, 9);
      const xShape: [number, number, number, number] = [
        between(next, 1, 9),
        height,
        width,
        channels,
      ];
      const filterShape: [number, number, number, number] = [...kernel, channels, filters];
      const pad = pick(next, ['same', 'valid'] as const);
      const [x, filter] = [values(next, xShape), values(next, filterShape)];
      const convolve = (isSpread: boolean) => (image: tf.Tensor4D, weights: tf.Tensor4D) =>
        isSpread
          ? operation(image, spread(weights, dilations), 1, pad)
          : operation(image, weights, 1, pad, 'NHWC', dilations);
      const gradients = (isSpread: boolean) => () => {
        const of = (image: tf.Tensor, weights: tf.Tensor) =>
          tf.sum(
            tf.sin(convolve(isSpread)(image as tf.Tensor4D, weights as tf.Tensor4D)),
          ) as tf.Scalar;
        return tf.grads(of)([tf.tensor4d(x, xShape), tf.tensor4d(filter, filterShape)]);
      };
      const expected = await on('cpu', gradients(true));
      const received = await on('cnnkit', gradients(false));
      const note = JSON.stringify({ xShape, filterShape, dilations, pad });
      received.forEach((gradient, i) => {
        expect(gradient.shape).toEqual(expected[i]!.shape);
        expect(largestGap(gradient.values, expected[i]!.values), note).toBeLessThan(1e-5);
      });
    },
  );

  test('are refused by tfjs on another backend, as before', async () => {
    await tf.setBackend('cpu');
    const convolve = (x: tf.Tensor) =>
      operation(x as tf.Tensor4D, tf.ones([2, 2, 1, 1]) as tf.Tensor4D, 1, 'same', 'NHWC', 2);
    const gradient = () => tf.grad(convolve)(tf.ones([1, 4, 4, 1]));
    expect(gradient).toThrow(/dilation rates greater than 1/);
  });
});

test.each(Array.from({ length: 8 }, (_, i) => i + 1))(
  'gradients of a dilated conv3d are those of a filter with zeros between, drawn by seed %i',
  async (seed) => {
    const next = random(seed);
    const dilations: [number, number, number] = [
      between(next, 1, 3),
      between(next, 1, 3),
      between(next, 2, 3),
    ];
    const [kernel, channels, filters] = [
      between(next, 1, 3),
      between(next, 1, 4),
      between(next, 1, 5),
    ];
    const sides = dilations.map((d) => (kernel - 1) * d + between(next, 1, 4));
    const xShape = [2, ...sides, channels] as [number, number, number, number, number];
    const filterShape = [kernel, kernel, kernel, channels, filters] as typeof xShape;
    const [x, filter] = [values(next, xShape), values(next, filterShape)];
    const pad = pick(next, ['same', 'valid'] as const);
    const gradients = (isSpread: boolean) => () =>
      tf.grads((image: tf.Tensor, weights: tf.Tensor) => {
        const out = isSpread
          ? tf.conv3d(image as tf.Tensor5D, spread(weights as tf.Tensor5D, dilations), 1, pad)
          : tf.conv3d(image as tf.Tensor5D, weights as tf.Tensor5D, 1, pad, 'NDHWC', dilations);
        return tf.sum(tf.sin(out)) as tf.Scalar;
      })([tf.tensor5d(x, xShape), tf.tensor5d(filter, filterShape)]);
    const expected = await on('cpu', gradients(true));
    const received = await on('cnnkit', gradients(false));
    received.forEach((gradient, i) => {
      const note = JSON.stringify({ xShape, filterShape, dilations, pad });
      expect(largestGap(gradient.values, expected[i]!.values), note).toBeLessThan(1e-5);
    });
  },
);

const { layers: L } = tfl;
const head = () => [L.flatten(), L.dense({ units: 2 })];
const image = [7, 8, 3];

/** Losses of four steps of plain gradient descent, and the weights before and after. */
async function train(layers: tfl.layers.Layer[], shape: number[]) {
  const model = tfl.sequential({ layers });
  const next = random(5);
  const drawn = model.getWeights().map((w) => values(next, w.shape).map((v) => 0.4 * v));
  const shapes = model.getWeights().map((w) => w.shape);
  model.setWeights(drawn.map((w, i) => tf.tensor(w, shapes[i])));
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
  const x = tf.tensor(values(next, [6, ...shape]), [6, ...shape]);
  const y = tf.tensor(values(next, [6, 2]), [6, 2]);
  const { history } = await model.fit(x, y, { batchSize: 6, epochs: 4, verbose: 0 });
  const weights = model.getWeights().map((w) => Array.from(w.dataSync()));
  return { x, y, before: drawn, shapes, losses: history.loss as number[], weights };
}

test.each([
  ['linear', true],
  ['relu', true],
  ['tanh', false],
] as const)(
  'a dilated layer with %s, bias %s, trains as a filter with zeros between',
  async (activation, useBias) => {
    await tf.setBackend('cnnkit');
    engineBackend().fallbacks.clear();
    const made = { filters: 5, kernelSize: 3, dilationRate: 2, padding: 'same' } as const;
    const layer = L.conv2d({ ...made, activation, useBias, inputShape: image });
    const { x, y, before, shapes, losses, weights } = await train([layer, ...head()], image);
    expect([...engineBackend().fallbacks.keys()]).toEqual([]);
    await tf.setBackend('cpu');
    const variables = before.map((w, i) => tf.variable(tf.tensor(w, shapes[i])));
    const [filter, ...others] = variables;
    const bias = useBias ? others.shift()! : tf.zeros([5]);
    const loss = () => {
      const wide = spread(filter as unknown as tf.Tensor4D, [2, 2]);
      const sums = tf.add(tf.conv2d(x as tf.Tensor4D, wide, 1, 'same'), bias);
      const out = { linear: () => sums, relu: () => tf.relu(sums), tanh: () => tf.tanh(sums) };
      const flat = tf.reshape(out[activation](), [6, -1]);
      const said = tf.add(tf.matMul(flat, others[0]!), others[1]!);
      return tf.mean(tf.squaredDifference(said, y)) as tf.Scalar;
    };
    const optimizer = tf.train.sgd(0.01);
    const expected = losses.map(() => optimizer.minimize(loss, true)!.dataSync()[0]!);
    expect(largestGap(losses, expected)).toBeLessThan(1e-5);
    variables.forEach((variable, i) => {
      expect(largestGap(weights[i]!, Array.from(variable.dataSync()))).toBeLessThan(1e-5);
    });
  },
);

test.each([
  [
    'Conv1D',
    () => L.conv1d({ filters: 4, kernelSize: 3, dilationRate: 2, inputShape: [9, 2] }),
    [9, 2],
  ],
  [
    'DepthwiseConv2D',
    () => L.depthwiseConv2d({ kernelSize: 3, dilationRate: 2, inputShape: image }),
    image,
  ],
  [
    'SeparableConv2D',
    () => L.separableConv2d({ filters: 4, kernelSize: 3, dilationRate: 2, inputShape: image }),
    image,
  ],
] as const)('a dilated %s learns', async (_, layer, shape) => {
  await tf.setBackend('cnnkit');
  const { losses } = await train([layer() as tfl.layers.Layer, ...head()], [...shape]);
  expect(losses[1]).toBeLessThan(losses[0]!);
});
