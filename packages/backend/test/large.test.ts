import { freemem } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BackendError, useBackend } from '../src/index.ts';
import { engineBackend, expectSameAsCpu, random, removeEngine, values } from './helpers.ts';

const GIB = 2 ** 30;

beforeEach(async () => {
  await useBackend({ backend: 'cpu' });
});
afterEach(removeEngine);

/** Takes room in the arena without touching it, so that what follows lies past it. */
function skip(bytes: number): void {
  const { arena, commands } = engineBackend();
  const at = arena.take(bytes);
  expect(at + bytes).toBeGreaterThanOrEqual(bytes);
  expect(commands.done).toBeLessThanOrEqual(commands.head);
}

/** The kernels that people use most, forward and back. */
function passes(): tf.Tensor[] {
  const next = random(3);
  const shapes = [
    [4, 12, 12, 3],
    [3, 3, 3, 16],
    [3, 3, 16, 1],
    [16 * 25, 10],
  ];
  const inputs = shapes.map((shape) => tf.tensor(values(next, shape), shape));
  const labels = tf.oneHot(tf.tensor1d([1, 0, 9, 3], 'int32'), 10);
  const f = (...[x, w, d, m]: tf.Tensor[]) => {
    const a = tf.relu(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'valid'));
    const b = tf.maxPool(
      tf.depthwiseConv2d(a as tf.Tensor4D, d as tf.Tensor4D, 1, 'same'),
      2,
      2,
      'valid',
    );
    const logits = tf.matMul(tf.reshape(b, [4, 400]), m as tf.Tensor2D);
    return tf.losses.softmaxCrossEntropy(labels, logits);
  };
  const rearranged = [
    tf.transpose(inputs[0]!, [3, 1, 0, 2]),
    tf.concat([inputs[1]!, inputs[1]!], 2),
    tf.gather(inputs[3]!, tf.tensor1d([7, 0, 399], 'int32')),
    tf.cumsum(inputs[3]!, 1),
    tf.mean(inputs[0]!, [0, 2]),
    tf.cast(tf.mul(inputs[0]!, 9), 'int32'),
    tf.topk(inputs[3]!, 3).values,
    tf.batchNorm(inputs[0]!, [0, 0, 0], [1, 1, 1]),
  ];
  return [f(...inputs), ...tf.grads(f)(inputs), ...rearranged];
}

describe('past 2 GiB', () => {
  test.each([2 * GIB - 4096, 2 * GIB + 64, 3.5 * GIB])(
    'what lies %d bytes into the memory is computed as tfjs cpu computes it',
    async (bytes) => {
      await useBackend({ backend: 'cnnkit', threads: 2 });
      skip(bytes);
      await expectSameAsCpu(passes);
    },
  );

  test('a model trains there', async () => {
    await useBackend({ backend: 'cnnkit', threads: 2 });
    skip(2.5 * GIB);
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, activation: 'relu' }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 1 }),
      ],
    });
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    const x = tf.tensor4d(values(random(1), [32, 8, 8, 1]), [32, 8, 8, 1]);
    const y = tf.mean(x, [1, 2]);
    const { history } = await model.fit(x, y, { epochs: 5, verbose: 0 });
    const losses = history.loss as number[];
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
  });
});

/** Whether so much memory is free; where it is not, a test says so and leaves. */
function hasFree(bytes: number, note: (text: string) => void): boolean {
  const free = freemem();
  if (free < bytes)
    note(`not run: it needs ${bytes / GIB} GiB, and ${(free / GIB).toFixed(1)} are free`);
  return free >= bytes;
}

describe('one tensor', () => {
  test('of more than 2 GiB is filled, changed, summed and read in parts', async (context) => {
    if (!hasFree(6 * GIB, (text) => context.skip(text))) return;
    await useBackend({ backend: 'cnnkit', threads: 2 });
    const n = 2 ** 29 + 5000; // 2 GiB and 20,000 bytes
    const x = tf.fill([n], 1);
    // In place on the last elements, whose offsets from its start pass 2^31.
    const tail = tf.slice(x, [n - 4000], [4000]);
    expect(Array.from(tail.dataSync().subarray(3990))).toEqual(new Array(10).fill(1));
    expect(tf.sum(x).dataSync()[0]).toBeCloseTo(n, -3);
  });

  test.each([[[2 ** 30]], [[2 ** 15, 2 ** 16]], [[2 ** 40]]])(
    'of %j elements, 4 GiB or more, is refused, and the backend goes on',
    async (shape) => {
      await useBackend({ backend: 'cnnkit', threads: 2 });
      const before = tf.memory().numTensors;
      let error: unknown;
      try {
        tf.tidy(() => tf.fill(shape, 1));
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(BackendError);
      expect(error).toMatchObject({ code: 'MEMORY_FULL' });
      expect((error as Error).message).toMatch(
        /no room for a tensor of \d+ MiB; \d+ MiB are in use of at most 4096 MiB/,
      );
      expect(tf.memory().numTensors).toBe(before);
      expect(tf.sum(tf.ones([100])).dataSync()[0]).toBe(100);
    },
  );
});

test('a memory that is full again and again loses nothing', async () => {
  await useBackend({ backend: 'cnnkit', threads: 2, maximumBytes: 128 * 2 ** 20 });
  const { arena } = engineBackend();
  const x = tf.ones([8, 64, 64, 16]); // 2 MiB
  const ballast: tf.Tensor[] = [];
  const w = tf.ones([3, 3, 16, 16]) as tf.Tensor4D;
  const y = tf.ones([1024, 512]) as tf.Tensor2D;
  engineBackend().commands.sync();
  for (const t of [x, w, y]) engineBackend().blockOf(t);
  try {
    for (;;) ballast.push(tf.fill([100_000], 1));
  } catch (error) {
    expect(error).toMatchObject({ code: 'MEMORY_FULL' });
  }
  const calls: (() => tf.Tensor)[] = [
    () => tf.add(x, 1),
    () => tf.sum(x, [1]),
    () => tf.max(x, [0, 2]),
    () => tf.transpose(x),
    () => tf.matMul(y, y, true, false),
    () => tf.matMul(y, y, false, true),
    () => tf.conv2d(x as tf.Tensor4D, w, 1, 'same'),
    () => tf.grad((a) => tf.conv2d(a as tf.Tensor4D, w, 1, 'same'))(x),
    () => tf.grad((a) => tf.conv2d(x as tf.Tensor4D, a as tf.Tensor4D, 1, 'same'))(w),
    () => tf.depthwiseConv2d(x as tf.Tensor4D, tf.ones([3, 3, 16, 2]), 1, 'same'),
    () => tf.maxPool(x as tf.Tensor4D, 3, 1, 'same'),
    () =>
      tf.pad(x, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]),
    () => tf.concat([x, x], 0),
    () => tf.softmax(tf.reshape(x, [-1, 16])),
    () => tf.topk(y, 500).values,
    () => tf.batchNorm(x as tf.Tensor4D, tf.zeros([16]), tf.ones([16])),
    () => tf.einsum('ij,kj->ik', y, y),
    () => tf.cumsum(y, 1),
  ];
  const kept = new Map<number, number>();
  calls.forEach((call, i) => {
    const before = arena.usedBytes;
    for (let round = 0; round < 3; round++) {
      try {
        tf.tidy(() => void call().dataSync());
      } catch (error) {
        expect(error).toMatchObject({ code: 'MEMORY_FULL' });
      }
    }
    if (arena.usedBytes !== before) kept.set(i, arena.usedBytes - before);
  });
  expect([...kept]).toEqual([]);
  tf.dispose(ballast);
  expect(tf.sum(tf.add(x, 1)).dataSync()[0]).toBeCloseTo(2 * x.size, -2);
});
