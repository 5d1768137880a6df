import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import { CnnkitBackend } from '../src/cnnkit/backend.ts';
import { openKernels } from '../src/cnnkit/open.ts';
import { registerCnnkit } from '../src/cnnkit/register.ts';
import { useBackend } from '../src/index.ts';
import { expectSameAsCpu, random, removeEngine, values } from './helpers.ts';

afterAll(removeEngine);

describe.each([
  ['wasm-fma', 'fma', 2],
  ['wasm-fma', 'fma', 1],
  ['wasm-simd', 'plain', 2],
  ['wasm-simd', 'plain', 1],
] as const)('%s (%s), threads: %i', (name, simd, threads) => {
  test('convolution with pool, dense and all gradients equal tfjs cpu', async () => {
    await useBackend({ backend: 'cpu' });
    removeEngine();
    const library = await openKernels({ simd, threads });
    expect([library.name, library.threads]).toEqual([name, threads]);
    registerCnnkit(() => new CnnkitBackend(library, 2 ** 30));
    for (const [side, channels, filters] of [
      [10, 1, 12],
      [9, 8, 16],
      [11, 5, 9],
    ] as const) {
      const next = random(side);
      const shapes = [[4, side, side, channels], [3, 3, channels, filters], [filters]];
      const data = shapes.map((shape) => values(next, shape));
      await expectSameAsCpu(() => {
        const f = (...[x, w, b]: tf.Tensor[]) =>
          tf.tanh(
            tf.maxPool(
              tf.relu(
                tf.add(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'), b!),
              ) as tf.Tensor4D,
              2,
              2,
              'valid',
            ),
          );
        const inputs = data.map((d, i) => tf.tensor(d, shapes[i]!));
        return [f(...inputs), ...tf.grads(f)(inputs)];
      });
    }
  });
});
