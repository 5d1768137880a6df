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

function draw(seed: number) {
  const next = random(seed);
  const size: [number, number] = [between(next, 1, 4), between(next, 1, 4)];
  const strides: [number, number] =
    next() < 0.4 ? size : [between(next, 1, 3), between(next, 1, 3)];
  const channels = pick(next, [1, 2, 3, 4, 5, 8, 17, 32, 65, 130]);
  const shape: [number, number, number, number] = [
    between(next, 1, 3),
    between(next, 4, 11),
    between(next, 4, 11),
    channels,
  ];
  const pad = pick(next, ['valid', 'same'] as const);
  return { next, size, strides, shape, pad };
}

describe.each(['max', 'avg'] as const)('%s pool', (kind) => {
  test.each(Array.from({ length: 25 }, (_, i) => i))(
    'result and gradient equal tfjs cpu, drawn by seed %i',
    async (seed) => {
      const { next, size, strides, shape, pad } = draw(seed);
      // Few different values, so that windows have several equal maxima.
      const x = values(next, shape).map((v) => (seed % 2 ? Math.round(v * 3) : v));
      const note = JSON.stringify({ size, strides, shape, pad });
      const f = (a: tf.Tensor) =>
        (kind === 'max' ? tf.maxPool : tf.avgPool)(a as tf.Tensor4D, size, strides, pad);
      const dy = values(
        next,
        tf.backend_util.computePool2DInfo(shape, size, strides, 1, pad).outShape,
      );
      await expectSameAsCpu(
        () => {
          const input = tf.tensor4d(x, shape);
          const y = f(input);
          return [y, tf.grad(f)(input, tf.tensor(dy, y.shape))];
        },
        { note },
      );
    },
  );
});

test.each(
  [1, 3, 16, 33, 70, 130].flatMap((channels) =>
    (
      [
        [4, 4],
        [5, 7],
        [2, 3],
        [9, 2],
      ] as const
    ).map((side) => [channels, ...side] as const),
  ),
)('the gradient of plain 2 x 2 windows over %i channels of %i x %i', async (channels, h, w) => {
  const next = random(channels * 100 + h * 10 + w);
  const shape: [number, number, number, number] = [3, h, w, channels];
  // Equal maxima, and now and then NaN or -Infinity, which win nothing.
  const x = values(next, shape).map((v) =>
    v > 0.9 ? Number.NaN : v < -0.9 ? Number.NEGATIVE_INFINITY : Math.round(v * 3),
  );
  const [down, across] = [h >> 1, w >> 1];
  const dy = values(next, [3, down, across, channels]);
  const f = (a: tf.Tensor) => tf.maxPool(a as tf.Tensor4D, 2, 2, 'valid');
  await expectSameAsCpu(() =>
    tf.grad(f)(tf.tensor4d(x, shape), tf.tensor(dy, [3, down, across, channels])),
  );
});

test.each(['max', 'avg'] as const)('a %s pool of single pixels hands all on', async (kind) => {
  const x = [Number.NaN, 1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, -2, 0];
  const pool = kind === 'max' ? tf.maxPool : tf.avgPool;
  const tensors = tf.memory().numTensors;
  await expectSameAsCpu(() => pool(tf.tensor4d(x, [1, 2, 3, 1]), 1, 1, 'same'));
  expect(tf.memory().numTensors).toBe(tensors);
});

test('a maximum ignores NaN, and a window of nothing else gives -Infinity', async () => {
  const x = [Number.NaN, 1, Number.NaN, Number.NaN, -2, Number.NaN, Number.NaN, Number.NaN];
  await expectSameAsCpu(() => tf.maxPool(tf.tensor4d(x, [1, 2, 4, 1]), 2, 2, 'valid'));
});

test('nothing above falls back to tfjs cpu', () => {
  expect([...engineBackend().fallbacks.keys()].filter((name) => /Pool/.test(name))).toEqual([]);
});
