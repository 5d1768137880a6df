import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import { MAX_COMMANDS, PROFILE } from '../src/cnnkit/layout.ts';
import { Op } from '../src/cnnkit/opcodes.ts';
import { useBackend } from '../src/index.ts';
import { platform } from '../src/platform/node.ts';
import { engineBackend, removeEngine } from './helpers.ts';

afterEach(removeEngine);

/** A command that no kernel answers to: whichever thread takes it ends in a WebAssembly trap. */
const NO_KERNEL = MAX_COMMANDS - 1;

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

// Elsewhere nothing tells while somebody waits.
test.runIf(process.platform === 'linux')(
  'a thread that is killed in the middle of its work is told within seconds, while the caller waits for it',
  async () => {
    const threads: { stop(): void }[] = [];
    const { startThread } = platform;
    const watched = vi.spyOn(
      platform as { startThread: NonNullable<typeof startThread> },
      'startThread',
    );
    watched.mockImplementation((start) => {
      const thread = startThread!(start);
      threads.push(thread);
      return thread;
    });
    await useBackend({ backend: 'cnnkit', kernels: 'wasm', threads: 2 });
    watched.mockRestore();
    const x = tf.fill([2 ** 24], 0.5);
    const { commands, library } = engineBackend();
    commands.profiling = true;
    // Seconds of work, of many small functions, so that V8 can end a thread anywhere in a chunk.
    const y = tf.tidy(() => tf.sin(tf.sin(tf.sin(tf.sin(x)))));
    const chunksOfOther = (MAX_COMMANDS + Op.unary) * 2 + 1;
    const profile = new Float64Array(library.memory.buffer, PROFILE * 8);
    while (profile[chunksOfOther] === 0)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    threads[0]!.stop();
    expect(codeOf(() => y.dataSync())).toBe('ENGINE_FAILED');
    removeEngine();
    await useBackend({ backend: 'cnnkit', kernels: 'wasm', threads: 2 });
    expect(tf.sum(tf.ones([100])).dataSync()[0]).toBe(100);
  },
  30_000,
);

test('a closed engine says so', async () => {
  await useBackend({ backend: 'cnnkit', threads: 2 });
  const x = tf.ones([64]);
  engineBackend().library.close();
  engineBackend().library.close();
  expect(codeOf(() => tf.neg(x).dataSync())).toBe('KERNELS_UNAVAILABLE');
});
