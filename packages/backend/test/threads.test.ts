import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, expect, test, vi } from 'vitest';
import { DONE, HEAD } from '../src/cnnkit/layout.ts';
import { useBackend } from '../src/index.ts';
import { platform } from '../src/platform/node.ts';
import { engineBackend, removeEngine } from './helpers.ts';

type StartThread = NonNullable<typeof platform.startThread>;
const startThread = platform.startThread as StartThread;

afterEach(() => {
  vi.restoreAllMocks();
  removeEngine();
});

/** Puts `start` in the place of what starts threads. */
function startBy(start: StartThread): void {
  vi.spyOn(platform as { startThread: StartThread }, 'startThread').mockImplementation(start);
}

/** Starts an engine of three threads of which two start only when the function it resolves to is called. */
async function startLate(): Promise<() => void> {
  const waiting: (() => void)[] = [];
  startBy((start) => {
    let running: ReturnType<StartThread> | undefined;
    waiting.push(() => {
      running = startThread(start);
    });
    return {
      stop: () => running?.stop(),
      isGone: () => running?.isGone() ?? false,
      error: () => running?.error(),
    };
  });
  await useBackend({ backend: 'cnnkit', kernels: 'wasm', threads: 3 });
  return () => {
    for (const start of waiting.splice(0)) start();
  };
}

/** Losses of six steps, and the weights after them; `before` is called before each step. */
async function train(before: (step: number) => void | Promise<void>): Promise<number[]> {
  const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });
  const relu = (filters: number, seed: number) =>
    tfl.layers.conv2d({
      filters,
      kernelSize: 3,
      activation: 'relu',
      kernelInitializer: seeded(seed),
    });
  const model = tfl.sequential({
    layers: [
      tfl.layers.inputLayer({ inputShape: [20, 20, 1] }),
      relu(16, 1),
      tfl.layers.maxPooling2d({ poolSize: 2 }),
      relu(24, 2),
      tfl.layers.batchNormalization(),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: seeded(3) }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  const xs = tf.randomUniform([48, 20, 20, 1], 0, 1, 'float32', 5);
  const labels = Array.from({ length: 48 }, (_, i) => i % 10);
  const ys = tf.oneHot(tf.tensor1d(labels, 'int32'), 10);
  const numbers: number[] = [];
  for (let step = 0; step < 6; step++) {
    await before(step);
    numbers.push((await model.trainOnBatch(xs, ys)) as number);
  }
  for (const weight of model.getWeights()) numbers.push(...weight.dataSync());
  for (const tensor of [xs, ys]) tensor.dispose();
  model.dispose();
  return numbers;
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 1));

test('no bit depends on when its threads have started', async () => {
  await useBackend({ backend: 'cnnkit', kernels: 'wasm', threads: 3 });
  const expected = await train(() => {});
  removeEngine();

  await startLate();
  const alone = await train(() => {});
  removeEngine();
  vi.restoreAllMocks();

  const start = await startLate();
  // They come up somewhere in the steps after the second.
  const joined = await train(async (step) => {
    if (step === 2) start();
    await soon();
  });
  expect(expected.every(Number.isFinite)).toBe(true);
  expect(alone).toEqual(expected);
  expect(joined).toEqual(expected);
});

test('a thread that starts late takes part from then on', async () => {
  const start = await startLate();
  const x = tf.ones([512, 512]);
  expect(tf.sum(tf.matMul(x, x)).dataSync()[0]).toBe(512 ** 3);
  start();
  const { commands, library } = engineBackend();
  commands.profiling = true;
  const busy = () => commands.profile()[0]?.msByThread.filter((ms) => ms > 0).length;
  while (busy() !== 3) {
    tf.tidy(() => tf.sum(tf.matMul(x, x)).dataSync());
    await soon();
  }
  const words = new Int32Array(library.memory.buffer);
  expect(Atomics.load(words, DONE)).toBe(Atomics.load(words, HEAD));
});

test('a thread that cannot start is told at the next reading, with the reason', async () => {
  const exits: Promise<void>[] = [];
  // It has nothing to call.
  const module = await WebAssembly.compile(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  startBy((start) => {
    const thread = startThread({ ...start, module });
    exits.push(
      (async () => {
        while (thread.error() === undefined) await soon();
      })(),
    );
    return thread;
  });
  await useBackend({ backend: 'cnnkit', kernels: 'wasm', threads: 2 });
  const x = tf.ones([64]);
  await Promise.all(exits);
  expect(() => tf.neg(x).dataSync()).toThrow(
    expect.objectContaining({ code: 'ENGINE_FAILED', cause: expect.any(TypeError) }),
  );
  removeEngine();
  vi.restoreAllMocks();
  await useBackend({ backend: 'cnnkit', kernels: 'wasm', threads: 2 });
  expect(tf.sum(tf.ones([100])).dataSync()[0]).toBe(100);
});
