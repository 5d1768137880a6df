import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  between,
  engineBackend,
  expectSameAsCpu,
  pick,
  prepare,
  random,
  values,
} from './helpers.ts';

beforeAll(() => prepare());

type Padding = 'valid' | 'same' | tf.backend_util.ExplicitPadding;

/** A convolution drawn from the seed: kernels 1 to 7, strides, dilations, paddings, 1 to 130 channels. */
function draw(seed: number) {
  const next = random(seed);
  const kernel: [number, number] = [between(next, 1, 7), between(next, 1, 7)];
  const strides: [number, number] =
    next() < 0.5 ? [1, 1] : [between(next, 1, 3), between(next, 1, 3)];
  const dilations: [number, number] =
    strides[0] * strides[1] === 1 && next() < 0.3
      ? [between(next, 1, 3), between(next, 1, 3)]
      : [1, 1];
  const channels = pick(next, [1, 1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 20, 32, 33, 64, 130]);
  const filters = pick(next, [1, 2, 3, 4, 5, 7, 8, 10, 12, 16, 31, 32, 64, 65, 130]);
  const batch = pick(next, [1, 1, 2, 3, 5]);
  const side = () => between(next, 1, channels * filters > 2000 ? 9 : 14);
  const height = side() + dilations[0] * (kernel[0] - 1);
  const width = side() + dilations[1] * (kernel[1] - 1);
  const pads = (): [number, number] => [between(next, 0, 3), between(next, 0, 3)];
  const pad: Padding = pick<() => Padding>(next, [
    () => 'valid',
    () => 'same',
    () => [[0, 0], pads(), pads(), [0, 0]],
  ])();
  const xShape: [number, number, number, number] = [batch, height, width, channels];
  const filterShape: [number, number, number, number] = [...kernel, channels, filters];
  return { next, xShape, filterShape, strides, dilations, pad };
}

describe('convolution', () => {
  test.each(Array.from({ length: 60 }, (_, i) => i))(
    'forward equals tfjs cpu, drawn by seed %i',
    async (seed) => {
      const { next, xShape, filterShape, strides, dilations, pad } = draw(seed);
      const x = values(next, xShape);
      const w = values(next, filterShape);
      const note = JSON.stringify({ xShape, filterShape, strides, dilations, pad });
      await expectSameAsCpu(
        () =>
          tf.conv2d(
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
      const { next, xShape, filterShape, strides, pad } = draw(seed);
      const x = values(next, xShape);
      const w = values(next, filterShape);
      const note = JSON.stringify({ xShape, filterShape, strides, pad });
      const { outShape } = tf.backend_util.computeConv2DInfo(xShape, filterShape, strides, 1, pad);
      const dy = values(next, outShape);
      await expectSameAsCpu(
        () => {
          const conv = (a: tf.Tensor, b: tf.Tensor) =>
            tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, pad);
          return tf.grads(conv)(
            [tf.tensor(x, xShape), tf.tensor(w, filterShape)],
            tf.tensor(dy, outShape),
          );
        },
        { note },
      );
    },
  );

  test.each(['linear', 'relu', 'relu6', 'sigmoid', 'elu', 'leakyrelu', 'prelu'] as const)(
    'fused with bias and %s equals tfjs cpu',
    async (activation) => {
      const next = random(7);
      const [x, w, bias] = [
        values(next, [2, 6, 7, 3]),
        values(next, [3, 3, 3, 9]),
        values(next, [9]),
      ];
      await expectSameAsCpu(() =>
        tf.fused.conv2d({
          x: tf.tensor4d(x, [2, 6, 7, 3]),
          filter: tf.tensor4d(w, [3, 3, 3, 9]),
          strides: 1,
          pad: 'same',
          bias: tf.tensor1d(bias),
          activation,
          leakyreluAlpha: 0.3,
          ...(activation === 'prelu' ? { preluActivationWeights: tf.fill([9], 0.2) } : {}),
        }),
      );
    },
  );

  test('nothing above falls back to tfjs cpu', () => {
    const names = [...engineBackend().fallbacks.keys()];
    expect(names.filter((name) => /Conv/.test(name))).toEqual([]);
  });
});
