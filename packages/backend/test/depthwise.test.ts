import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  between,
  engineBackend,
  expectSameAsCpu,
  largestGap,
  on,
  pick,
  prepare,
  random,
  type Shape4,
  values,
} from './helpers.ts';

beforeAll(() => prepare());

/** A depthwise convolution drawn from the seed. */
function draw(seed: number) {
  const next = random(seed);
  const kernel: [number, number] = [between(next, 1, 6), between(next, 1, 6)];
  const strides: [number, number] =
    next() < 0.5 ? [1, 1] : [between(next, 1, 3), between(next, 1, 3)];
  const dilations: [number, number] =
    strides[0] * strides[1] === 1 && next() < 0.4
      ? [between(next, 1, 3), between(next, 1, 3)]
      : [1, 1];
  const channels = pick(next, [1, 2, 3, 4, 5, 8, 15, 16, 17, 33, 64, 130]);
  const multiplier = pick(next, [1, 1, 1, 2, 3]);
  const batch = pick(next, [1, 1, 2, 3]);
  const height = between(next, 1, 20) + dilations[0] * kernel[0];
  const width = between(next, 1, 20) + dilations[1] * kernel[1];
  // A number means a padding that tfjs gets right for square kernels only.
  const pads =
    kernel[0] === kernel[1] ? (['valid', 'same', 1] as const) : (['valid', 'same'] as const);
  const pad = pick<'valid' | 'same' | number>(next, pads);
  const xShape: Shape4 = [batch, height, width, channels];
  const filterShape: Shape4 = [...kernel, channels, multiplier];
  const note = JSON.stringify({ xShape, filterShape, strides, dilations, pad });
  return { next, xShape, filterShape, strides, dilations, pad, note };
}

describe('depthwise convolution', () => {
  test.each(Array.from({ length: 60 }, (_, i) => i))(
    'forward equals tfjs cpu, drawn by seed %i',
    async (seed) => {
      const { next, xShape, filterShape, strides, dilations, pad, note } = draw(seed);
      const [x, w] = [values(next, xShape), values(next, filterShape)];
      await expectSameAsCpu(
        () =>
          tf.depthwiseConv2d(
            tf.tensor4d(x, xShape),
            tf.tensor4d(w, filterShape),
            strides,
            pad,
            'NHWC',
            dilations,
          ),
        { note },
      );
    },
  );

  test.each(Array.from({ length: 60 }, (_, i) => i + 1000))(
    'both gradients equal tfjs cpu, drawn by seed %i',
    async (seed) => {
      const { next, xShape, filterShape, strides, pad, note } = draw(seed);
      const [x, w] = [values(next, xShape), values(next, filterShape)];
      const { outShape } = tf.backend_util.computeConv2DInfo(
        ...([xShape, filterShape, strides, 1, pad, undefined, true] as const),
      );
      const dy = values(next, outShape);
      await expectSameAsCpu(
        () => {
          const conv = (a: tf.Tensor, b: tf.Tensor) =>
            tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
          return tf.grads(conv)(
            [tf.tensor(x, xShape), tf.tensor(w, filterShape)],
            tf.tensor(dy, outShape),
          );
        },
        { note },
      );
    },
  );

  test.each(Array.from({ length: 12 }, (_, i) => i + 2000))(
    'dilated gradients are the adjoints of the forward pass, drawn by seed %i',
    async (seed) => {
      // tfjs cpu ignores dilation in both; <dy, conv(x, w)> = <dx, x> = <dw, w> knows better.
      const { next, xShape, filterShape, pad, note } = draw(seed);
      const dilations: [number, number] = [between(next, 1, 3), between(next, 1, 3)];
      const wide: Shape4 = [xShape[0], xShape[1] + 10, xShape[2] + 10, xShape[3]];
      const [x, w] = [values(next, wide), values(next, filterShape)];
      const [v, u] = [values(next, wide), values(next, filterShape)];
      const { outShape } = tf.backend_util.computeConv2DInfo(
        ...([wide, filterShape, 1, dilations, pad, undefined, true] as const),
      );
      const dy = values(next, outShape);
      const [sums] = await on('cnnkit', () => {
        const conv = (a: Float32Array, b: Float32Array) =>
          tf.depthwiseConv2d(
            ...([tf.tensor4d(a, wide), tf.tensor4d(b, filterShape), 1, pad] as const),
            ...(['NHWC', dilations] as const),
          );
        const dot = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b)) as tf.Scalar;
        const g = tf.tensor4d(dy, outShape as Shape4);
        const dx: tf.Tensor = tf
          .engine()
          .runKernel(
            'DepthwiseConv2dNativeBackpropInput',
            { dy: g, filter: tf.tensor4d(w, filterShape) },
            { strides: 1, pad, dilations, inputShape: wide },
          );
        const dw: tf.Tensor = tf
          .engine()
          .runKernel(
            'DepthwiseConv2dNativeBackpropFilter',
            { x: tf.tensor4d(x, wide), dy: g },
            { strides: 1, pad, dilations, filterShape },
          );
        return tf.stack([
          dot(g, conv(v, w)),
          dot(dx, tf.tensor4d(v, wide)),
          dot(g, conv(x, u)),
          dot(dw, tf.tensor4d(u, filterShape)),
        ]);
      });
      const [forwardX, dx, forwardW, dw] = sums!.values;
      expect(largestGap([dx!, dw!], [forwardX!, forwardW!]), note).toBeLessThan(1e-4);
    },
  );

  test.each(['linear', 'relu', 'relu6', 'sigmoid', 'elu', 'leakyrelu', 'prelu'] as const)(
    'fused with bias and %s equals tfjs cpu',
    async (activation) => {
      const next = random(7);
      const [x, w] = [values(next, [2, 6, 13, 5]), values(next, [3, 3, 5, 2])];
      const bias = values(next, [10]);
      await expectSameAsCpu(() =>
        tf.fused.depthwiseConv2d({
          x: tf.tensor4d(x, [2, 6, 13, 5]),
          filter: tf.tensor4d(w, [3, 3, 5, 2]),
          strides: 1,
          pad: 'same',
          bias: tf.tensor1d(bias),
          activation,
          leakyreluAlpha: 0.3,
          ...(activation === 'prelu' ? { preluActivationWeights: tf.fill([10], 0.2) } : {}),
        }),
      );
    },
  );

  test('bias and activation after it are taken into it', async () => {
    const next = random(8);
    const [x, w, b] = [values(next, [2, 9, 9, 6]), values(next, [3, 3, 6, 1]), values(next, [6])];
    const compute = () => {
      const y = tf.depthwiseConv2d(
        ...([tf.tensor4d(x, [2, 9, 9, 6]), tf.tensor4d(w, [3, 3, 6, 1]), 1, 'same'] as const),
      );
      return tf.relu(tf.add(y, tf.tensor1d(b)));
    };
    await expectSameAsCpu(compute);
    const before = engineBackend().commands.sent;
    await on('cnnkit', compute);
    expect(engineBackend().commands.sent - before).toBe(1);
  });

  test('NaN and infinities go where tfjs cpu has them', async () => {
    const next = random(9);
    const x = values(next, [1, 8, 9, 3]);
    for (const [i, v] of [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e38].entries()) x[i * 37] = v;
    const w = values(next, [3, 2, 3, 2]);
    const conv = (a: tf.Tensor, b: tf.Tensor) =>
      tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, [1, 2], 'same');
    await expectSameAsCpu(() => {
      const [a, b] = [tf.tensor4d(x, [1, 8, 9, 3]), tf.tensor4d(w, [3, 2, 3, 2])];
      const y = conv(a, b);
      return [y, ...tf.grads(conv)([a, b], tf.onesLike(y))];
    });
  });

  test('nothing above falls back to tfjs cpu', () => {
    const names = [...engineBackend().fallbacks.keys()];
    expect(names.filter((name) => /Conv/.test(name))).toEqual([]);
  });
});
