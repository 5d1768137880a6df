import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeSeededMask } from '../src/cnnkit/kernels/seeded-mask.ts';
import { prepare, random, values } from './helpers.ts';

beforeAll(() => prepare());

function seededMask(n: number, rate: number, seed: number): Float32Array {
  const mask = new Float32Array(n);
  writeSeededMask(mask, rate, seed);
  return mask;
}

/** As tfjs's `dropout` makes it. */
const composed = (n: number, rate: number, seed: number) =>
  tf.tidy(() => {
    const keep = 1 - rate;
    const uniform = tf.randomUniform([n], 0, 1, 'float32', seed);
    return Array.from(tf.div(tf.floor(tf.add(uniform, keep)), keep).dataSync());
  });

describe('a mask by a seed', () => {
  test.each([0, 1, -7, 3.5, 123456789, 4294967295, 1e21, Number.NaN])(
    'is that of tfjs for seed %s',
    async (seed) => {
      for (const rate of [0.5, 0.25, 0.9, 1e-9, 1 - 1e-9]) {
        const own = Array.from(seededMask(5000, rate, seed));
        for (const backend of ['cpu', 'cnnkit']) {
          await tf.setBackend(backend);
          expect(own, `${backend}, rate ${rate}`).toEqual(composed(5000, rate, seed));
        }
      }
    },
  );

  test('drops the share that it is told to', () => {
    const mask = seededMask(100_000, 0.3, 5);
    const dropped = mask.filter((value) => value === 0).length / mask.length;
    expect(Math.abs(dropped - 0.3)).toBeLessThan(0.005);
  });

  test('is what the layer multiplies by, here as on tfjs cpu, with its gradient', async () => {
    const shape: [number, number, number] = [4, 30, 11];
    const x = values(random(3), shape);
    const results = [];
    for (const backend of ['cpu', 'cnnkit']) {
      await tf.setBackend(backend);
      const layer = tfl.layers.dropout({ rate: 0.4, seed: 12 });
      const out = tf.tidy(() => {
        const run = (input: tf.Tensor) => layer.apply(input, { training: true }) as tf.Tensor;
        const { value, grad } = tf.valueAndGrad((input) => tf.sum(tf.square(run(input))))(
          tf.tensor(x, shape),
        );
        return [run(tf.tensor(x, shape)), value, grad].map((t) => Array.from(t.dataSync()));
      });
      results.push(out);
    }
    const [cpu, own] = results;
    expect(own![0]).toEqual(cpu![0]);
    expect(own![2]).toEqual(cpu![2]);
    expect(own![0]!.filter((value) => value === 0).length).toBeGreaterThan(300);
  });

  test.each([[undefined], [4]])(
    'with seed %s is not for what drops whole columns',
    async (seed) => {
      await tf.setBackend('cnnkit');
      const layer = tfl.layers.spatialDropout1d({
        rate: 0.5,
        ...(seed === undefined ? {} : { seed }),
      });
      const kept = tf.tidy(() => {
        const out = layer.apply(tf.ones([3, 5, 40]), { training: true }) as tf.Tensor;
        return Array.from(tf.sum(tf.cast(tf.greater(out, 0), 'float32'), 1).dataSync());
      });
      expect([...new Set(kept)].sort()).toEqual([0, 5]);
    },
  );
});
