import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { engineBackend, prepare } from './helpers.ts';

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
