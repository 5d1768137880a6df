import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { useBackend } from '../src/index.ts';
import { engineBackend, removeEngine } from './helpers.ts';

afterEach(removeEngine);

/** A command that no kernel answers to: whichever thread takes it ends in a WebAssembly trap. */
const NO_KERNEL = 9999;

const codeOf = (f: () => unknown): unknown => {
  try {
    f();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return 'no error';
};

test.each([1, 2])(
  'a thread that dies (of %i) is told, and another engine can start',
  async (threads) => {
    await useBackend({ backend: 'cnnkit', kernels: 'wasm', threads });
    const x = tf.ones([64]);
    const { commands } = engineBackend();
    commands.send(NO_KERNEL, 8, []);
    expect(codeOf(() => tf.neg(x).dataSync())).toBe('ENGINE_FAILED');
    // It stays so: half of what it knew may be wrong.
    expect(codeOf(() => tf.neg(x).dataSync())).toBe('ENGINE_FAILED');
    removeEngine();
    await useBackend({ backend: 'cnnkit', kernels: 'wasm', threads });
    expect(tf.sum(tf.ones([100])).dataSync()[0]).toBe(100);
  },
);

test('a closed engine says so', async () => {
  await useBackend({ backend: 'cnnkit', threads: 2 });
  const x = tf.ones([64]);
  engineBackend().library.close();
  engineBackend().library.close();
  expect(codeOf(() => tf.neg(x).dataSync())).toBe('KERNELS_UNAVAILABLE');
});
