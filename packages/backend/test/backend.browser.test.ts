import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, expect, test, vi } from 'vitest';
import { useBackend } from '../src/index.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  if (tf.findBackend('cnnkit') !== null) tf.removeBackend('cnnkit');
});

async function train(): Promise<number[]> {
  const model = tfl.sequential();
  const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });
  model.add(
    tfl.layers.conv2d({
      inputShape: [12, 12, 1],
      filters: 8,
      kernelSize: 3,
      activation: 'relu',
      kernelInitializer: seeded(1),
    }),
  );
  model.add(tfl.layers.maxPooling2d({ poolSize: 2 }));
  model.add(
    tfl.layers.conv2d({
      filters: 16,
      kernelSize: 3,
      activation: 'relu',
      kernelInitializer: seeded(2),
    }),
  );
  model.add(tfl.layers.flatten());
  model.add(tfl.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: seeded(3) }));
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
  const xs = tf.randomUniform([32, 12, 12, 1], 0, 1, 'float32', 5);
  const ys = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: 32 }, (_, i) => i % 10),
      'int32',
    ),
    10,
  );
  const losses: number[] = [];
  for (let step = 0; step < 6; step++) losses.push((await model.trainOnBatch(xs, ys)) as number);
  return losses;
}

test('a page trains on the C kernels, on two threads, as tfjs cpu does', async () => {
  const chosen = await useBackend({ backend: 'cnnkit', threads: 2 });
  expect(chosen.description).toContain('WebAssembly');
  // The test server sends the headers that isolate a page, so threads have to be there.
  expect(globalThis).toHaveProperty('crossOriginIsolated', true);
  expect(chosen.threads).toBe(2);
  const ours = await train();
  await useBackend({ backend: 'cpu' });
  const theirs = await train();
  ours.forEach((loss, step) => {
    expect(Math.abs(loss - theirs[step]!), `step ${step}`).toBeLessThan(1e-5);
  });
  expect(ours.at(-1)).toBeLessThan(ours[0]!);
});

test('a page whose workers cannot start is told so when it reads', async () => {
  const { Blob, URL, Worker } = globalThis as unknown as {
    Blob: new (parts: string[]) => unknown;
    URL: { createObjectURL(blob: unknown): string };
    Worker: new (url: string) => { addEventListener(type: string, listener: () => void): void };
  };
  const broken = URL.createObjectURL(new Blob(['throw new Error("not on this page")']));
  const failed: Promise<void>[] = [];
  vi.stubGlobal(
    'Worker',
    class extends Worker {
      constructor() {
        super(broken);
        // After the backend's own listener.
        const told = (resolve: () => void) =>
          this.addEventListener('error', () => void setTimeout(resolve, 0));
        failed.push(new Promise(told));
      }
    },
  );
  await useBackend({ backend: 'cnnkit', threads: 2 });
  await Promise.all(failed);
  let error: unknown;
  try {
    tf.neg(tf.ones([4])).dataSync();
  } catch (caught) {
    error = caught;
  }
  expect(error).toMatchObject({ code: 'ENGINE_FAILED' });
  expect(String((error as Error).cause)).toContain('not on this page');
});
