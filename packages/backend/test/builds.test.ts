import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { CnnkitBackend } from '../src/cnnkit/backend.ts';
import { openKernels } from '../src/cnnkit/open.ts';
import { registerCnnkit } from '../src/cnnkit/register.ts';
import { useBackend } from '../src/index.ts';
import { expectSameAsCpu, random, removeEngine, values } from './helpers.ts';

afterAll(removeEngine);

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each([
  ['wasm-fma', '', 2],
  ['wasm-fma', '', 1],
  ['wasm-simd', '0', 2],
  ['wasm-simd', '0', 1],
] as const)('%s (CNNKIT_WASM_FMA=%s), threads: %i', (name, fma, threads) => {
  test('convolution with pool, dense and all gradients equal tfjs cpu', async () => {
    await useBackend({ backend: 'cpu' });
    removeEngine();
    vi.stubEnv('CNNKIT_WASM_FMA', fma);
    const library = await openKernels({ kernels: 'wasm', threads });
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
