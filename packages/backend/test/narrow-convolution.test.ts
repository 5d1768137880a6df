import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import {
  between,
  engineBackend,
  expectSameAsCpu,
  pick,
  prepare,
  random,
  type Shape4,
  values,
} from './helpers.ts';

// Convolutions whose channels or filters do not fill a vector take kernels of their own.

beforeAll(() => prepare());

/** Names of the commands that `compute` sends. */
async function commandsOf(compute: () => tf.Tensor): Promise<string[]> {
  await tf.setBackend('cnnkit');
  const { commands } = engineBackend();
  commands.profiling = true;
  tf.tidy(() => void compute().dataSync());
  const names = commands.profile().map(({ command }) => command);
  commands.profiling = false;
  return names;
}

test.each(Array.from({ length: 40 }, (_, i) => i))(
  'one channel to few filters equals tfjs cpu, drawn by seed %i',
  async (seed) => {
    const next = random(900 + seed);
    const kernel = [between(next, 1, 7), between(next, 1, 7)] as const;
    const filters = between(next, 1, 8);
    const dilation = pick(next, [1, 1, 2]);
    const stride = dilation === 1 ? pick(next, [1, 1, 2, 3]) : 1;
    const width = between(next, 12, 40) + dilation * (kernel[1] - 1);
    const height = between(next, 1, 20) + dilation * (kernel[0] - 1);
    const pad = pick(next, ['valid', 'same'] as const);
    const x = values(next, [2, height, width, 1]);
    const w = values(next, [...kernel, 1, filters]);
    const bias = values(next, [filters]);
    const activation = pick(next, ['linear', 'relu', 'relu6', 'sigmoid'] as const);
    const compute = () =>
      tf.fused.conv2d({
        x: tf.tensor4d(x, [2, height, width, 1]),
        filter: tf.tensor4d(w, [...kernel, 1, filters]),
        strides: [stride, 1],
        pad,
        dilations: dilation,
        bias: tf.tensor1d(bias),
        activation,
      });
    // Winograd's method may take a 3 x 3 kernel where nothing is learned.
    if (kernel[0] !== 3 || kernel[1] !== 3)
      expect(await commandsOf(compute)).toContain('conv2d_few');
    await expectSameAsCpu(compute, {
      note: JSON.stringify({ kernel, filters, stride, dilation, pad }),
    });
  },
);

test.each(Array.from({ length: 60 }, (_, i) => i))(
  'the input gradient of few channels equals tfjs cpu, drawn by seed %i',
  async (seed) => {
    const next = random(1700 + seed);
    const kernel = [between(next, 1, 6), between(next, 2, 7)] as const;
    const channels = pick(next, [1, 2, 3, 5, 6, 7, 8, 11, 15]);
    const filters = pick(next, [1, 3, 6, 16, 20, 33]);
    const strides: [number, number] = [between(next, 1, 3), between(next, 1, 3)];
    const pads = (): [number, number] => [between(next, 0, 4), between(next, 0, 4)];
    const pad = pick<() => 'valid' | 'same' | tf.backend_util.ExplicitPadding>(next, [
      () => 'valid',
      () => 'same',
      () => [[0, 0], pads(), pads(), [0, 0]],
    ])();
    const shape: Shape4 = [3, between(next, 6, 15), between(next, 7, 20), channels];
    const filterShape: Shape4 = [...kernel, channels, filters];
    const w = values(next, filterShape);
    const x = values(next, shape);
    const y = tf.backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad).outShape;
    const dy = values(next, y);
    const compute = () =>
      tf.grad((t: tf.Tensor) =>
        tf.conv2d(t as tf.Tensor4D, tf.tensor4d(w, filterShape), strides, pad),
      )(tf.tensor4d(x, shape), tf.tensor(dy, y));
    await expectSameAsCpu(compute, { note: JSON.stringify({ shape, filterShape, strides, pad }) });
  },
);

test('the gradient of an input that nobody asks for is not computed', async () => {
  await tf.setBackend('cnnkit');
  const { commands } = engineBackend();
  const w = tf.variable(tf.ones([3, 3, 8, 8]));
  const step = () =>
    tf.tidy(() => {
      // A layer without an activation is one fused operation, whose gradient is that of all inputs.
      const f = () =>
        tf.sum(
          tf.fused.conv2d({
            x: tf.ones([2, 8, 8, 8]) as tf.Tensor4D,
            filter: w as tf.Tensor4D,
            strides: 1,
            pad: 'same',
            activation: 'linear',
          }),
        ) as tf.Scalar;
      tf.variableGrads(f, [w]).grads[w.name]!.dataSync();
    });
  commands.profiling = true;
  step();
  const names = commands.profile().map(({ command }) => command);
  commands.profiling = false;
  expect(names.some((name) => name.includes('dw'))).toBe(true);
  expect(names.filter((name) => name.includes('dx'))).toEqual([]);
  w.dispose();
});
