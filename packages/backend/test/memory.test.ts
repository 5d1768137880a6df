import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import type { CnnkitBackend } from '../src/cnnkit/backend.ts';
import {
  computeUnsettled,
  DeferredLinear,
  DeferredStep,
  type TakeSums,
} from '../src/cnnkit/deferred.ts';
import { DeferredGate } from '../src/cnnkit/deferred-gate.ts';
import { sendPartialSums } from '../src/cnnkit/kernels/fold.ts';
import { sizeOf } from '../src/cnnkit/kernels/kernel.ts';
import { sendFill } from '../src/cnnkit/kernels/move.ts';
import { sendConv2DDw } from '../src/cnnkit/kernels/send-convolution.ts';
import { sendUnsettled, sendWinogradDx } from '../src/cnnkit/kernels/winograd.ts';
import { planUnsettled } from '../src/cnnkit/kernels/winograd-plan.ts';
import { Activation } from '../src/cnnkit/opcodes.ts';
import { Storage } from '../src/cnnkit/storage.ts';
import { BackendError, useBackend } from '../src/index.ts';
import { engineBackend, removeEngine } from './helpers.ts';

afterEach(() => {
  removeEngine();
});

const MIB = 2 ** 20;

test('a full memory says so, and goes on once something is disposed', async () => {
  await useBackend({ backend: 'cnnkit', threads: 1, maximumBytes: 96 * MIB });
  const first = tf.zeros([10 * MIB]);
  first.dataSync();
  let error: unknown;
  try {
    tf.zeros([20 * MIB]);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(BackendError);
  expect(error).toMatchObject({ code: 'MEMORY_FULL' });
  expect((error as Error).message).toContain('no room for a tensor of 80 MiB');
  expect(tf.sum(first).dataSync()[0]).toBe(0);
  first.dispose();
  const second = tf.fill([10 * MIB], 2);
  expect(tf.mean(second).dataSync()[0]).toBe(2);
  second.dispose();
});

test('room that many small tensors gave back holds a large one', async () => {
  await useBackend({ backend: 'cnnkit', threads: 2, maximumBytes: 64 * MIB });
  const { arena } = engineBackend();
  const mean = (t: tf.Tensor) => tf.tidy(() => tf.mean(t).dataSync()[0]);
  const small: tf.Tensor[] = [];
  const fill = () => {
    for (let i = 0; ; i++) small.push(tf.fill([20_000 + ((i * 977) % 5000)], i));
  };
  expect(fill).toThrow('no room');
  // A hole in the middle, with neighbours that keep what they have.
  const [from, to] = [small.length >> 2, (small.length * 3) >> 2];
  tf.dispose(small.slice(from, to));
  const large = tf.fill([4 * MIB], 7);
  const uploaded = tf.tensor1d(new Float32Array(MIB).fill(3));
  expect([mean(large), mean(uploaded)]).toEqual([7, 3]);
  const kept = [...small.slice(0, from), ...small.slice(to)];
  const number = (i: number) => (i < from ? i : i - from + to);
  const max = (t: tf.Tensor) => tf.tidy(() => tf.max(t).dataSync()[0]);
  expect(kept.map(max)).toEqual(kept.map((_, i) => number(i)));
  tf.dispose([kept, large, uploaded]);
  expect(arena.usedBytes).toBe(0);
  // Everything is one piece again, up to what an eighth between two sizes takes.
  const whole = tf.fill([12 * MIB], 5);
  expect(mean(whole)).toBe(5);
  whole.dispose();
});

test('an upload waits for commands where only what they use has room for it', async () => {
  await useBackend({ backend: 'cnnkit', threads: 1, maximumBytes: 64 * MIB });
  for (let round = 0; round < 5; round++) {
    const a = tf.tidy(() => tf.exp(tf.fill([4 * MIB], round)));
    const b = tf.fill([4 * MIB], 2);
    const sum = tf.sum(b);
    tf.dispose([a, b]);
    const c = tf.tensor1d(new Float32Array(8 * MIB).fill(round));
    expect([sum.dataSync()[0], tf.mean(c).dataSync()[0]]).toEqual([8 * MIB, round]);
    tf.dispose([sum, c]);
  }
});

test('growing keeps every value', async () => {
  await useBackend({ backend: 'cnnkit', threads: 2 });
  const tensors = Array.from({ length: 24 }, (_, i) => tf.fill([2 * MIB], i));
  expect(tensors.map((t) => tf.mean(t).dataSync()[0])).toEqual(tensors.map((_, i) => i));
  tf.dispose(tensors);
});

test('an upload never lands in a block that an unfinished command reads', async () => {
  await useBackend({ backend: 'cnnkit', threads: 2 });
  const n = 300_000;
  for (let round = 0; round < 20; round++) {
    const a = tf.tensor1d(new Float32Array(n).fill(round + 1));
    const sums = tf.tidy(() => tf.sum(tf.mul(tf.exp(tf.mul(a, 0)), a)));
    a.dispose();
    // The block of `a` is free now, perhaps still being read; these want one of its size.
    const b = tf.tensor1d(new Float32Array(n).fill(-7));
    expect(sums.dataSync()[0]).toBeCloseTo((round + 1) * n, -1);
    tf.dispose([sums, b]);
  }
});

test('what a program writes may be overwritten by it at once, and what it reads is its own', async () => {
  await useBackend({ backend: 'cnnkit', threads: 2 });
  for (const n of [4, 4000]) {
    const mine = new Float32Array(n).fill(3);
    const t = tf.tensor1d(mine);
    mine.fill(9);
    const read = t.dataSync();
    expect(read[0]).toBe(3);
    read.fill(5);
    expect(tf.mul(t, 2).dataSync()[1]).toBe(6);
    t.dispose();
  }
});

test('disposing gives every block back', async () => {
  await useBackend({ backend: 'cnnkit', threads: 2 });
  const before = engineBackend().arena.usedBytes;
  tf.tidy(() => {
    const x = tf.randomUniform([64, 64], -1, 1, 'float32', 1);
    tf.softmax(tf.matMul(x, tf.transpose(x))).dataSync();
    tf.reshape(tf.cast(tf.greater(x, 0), 'float32'), [-1]).dataSync();
  });
  expect(engineBackend().arena.usedBytes).toBe(before);
});

test('empty tensors work', async () => {
  await useBackend({ backend: 'cnnkit', threads: 2 });
  tf.tidy(() => {
    const empty = tf.zeros([0, 4]);
    expect(tf.add(empty, tf.ones([4])).shape).toEqual([0, 4]);
    expect(Array.from(tf.sum(empty).dataSync())).toEqual([0]);
    expect(tf.matMul(empty, tf.ones([4, 3])).shape).toEqual([0, 3]);
    expect(tf.relu(empty).dataSync().length).toBe(0);
  });
});

test('a step that is being sent again keeps its memory while others’ is taken back', async () => {
  await useBackend({ backend: 'cnnkit', threads: 1 });
  const backend = engineBackend();
  const steps = [backend.recordStep(), backend.recordStep()];
  const compute = ([x]: tf.Tensor[]) => ({ values: [tf.add(x!, 1)], gradients: [] });
  const run = (step: (typeof steps)[number], value: number) =>
    tf.tidy(() => {
      // An upload, which needs no command.
      const x = tf.tensor1d(new Float32Array(1000).fill(value));
      return step.run([x], [], compute).values[0]!.dataSync()[999];
    });
  for (const step of steps) expect([1, 2, 3].map((value) => run(step, value))).toEqual([2, 3, 4]);
  const recorded = () => steps.map((step) => step.recordings);
  expect(recorded()).toEqual([1, 1]);
  // The memory is full just when the second's first command is sent.
  const { commands, arena } = backend;
  const send = commands.send.bind(commands);
  let reclaimed: boolean | undefined;
  commands.send = (...command) => {
    reclaimed ??= arena.reclaim?.();
    send(...command);
  };
  expect(run(steps[1]!, 7)).toBe(8);
  commands.send = send;
  expect(reclaimed).toBe(true);
  expect(recorded()).toEqual([0, 1]);
  expect(run(steps[1]!, 9)).toBe(10);
});

describe('memory that fills up in the middle of', () => {
  const image = [4, 9, 9, 20];
  const info = (filters: number) =>
    tf.backend_util.computeConv2DInfo([4, 9, 9, 20], [3, 3, 20, filters], 1, 1, 'same');
  const pooledInfo = tf.backend_util.computeConv2DInfo([8, 28, 28, 1], [3, 3, 1, 8], 1, 1, 'valid');

  /** What is begun with storages of these sizes, each of which may have to take several blocks. */
  const beginnings: [string, number[], (engine: CnnkitBackend, of: Storage[]) => void][] = [
    [
      'a convolution that is not settled yet',
      [sizeOf(image), 9 * 20 * 24, 24],
      (engine, [x, filter, bias]) => {
        const shape = info(24);
        const linear = new DeferredLinear(
          {
            ...{ columns: 24, info: shape, send: () => undefined },
            unsettled: ([a, b], add, pooled) => {
              const plan = planUnsettled(shape, pooled, 'checked')!;
              return (out) => sendUnsettled(engine, shape, [a, b], add, out, pooled, plan);
            },
          },
          ...([[x!, filter!], bias, Activation.linear] as const),
        );
        const out = Storage.defer(engine, sizeOf(shape.outShape), linear);
        try {
          computeUnsettled(out, false)!.release();
        } finally {
          out.release();
        }
      },
    ],
    [
      "the gradient of a convolution's filter, with sums taken along",
      [8 * 28 * 28, 8 * 13 * 13 * 8, (8 * 13 * 13 * 8) / 4, 72, 8],
      (engine, [x, pooled, winners, out, sums]) => {
        const gradient = { dy: pooled!, unpool: { pooled: pooled!, winners: winners! } };
        const take: TakeSums = (compute) => compute(sums!.block());
        sendConv2DDw(engine, pooledInfo, x!, gradient, out!.block(), take);
      },
    ],
    [
      "the gradient of a convolution's input, with a relu's taken along",
      [sizeOf(image), 9 * 20 * 20, sizeOf(image), sizeOf(image), 20],
      (engine, [dy, filter, of, out, sums]) => {
        const gate = { of: of!, sums: sums!.block() };
        expect(sendWinogradDx(engine, info(20), dy!, filter!, out!.block(), gate)).toBe(true);
      },
    ],
    [
      'sums of so many parts that they are added up in two steps',
      [512],
      (engine, [out]) => {
        const span = { outer: 1, reduced: 128, inner: 512 };
        sendPartialSums(engine, span, out!.block(), (partial) =>
          sendFill(engine, partial, 128 * 512, 1),
        );
      },
    ],
    [
      'a value that waits for another',
      [1 << 16, 1 << 16],
      (engine, [dy, of]) => {
        const gate = Storage.defer(engine, dy!.size, new DeferredGate(engine, dy!, of!, 16));
        const step = Storage.defer(engine, dy!.size, new DeferredStep(engine, gate));
        gate.release();
        try {
          step.block();
        } finally {
          step.release();
        }
      },
    ],
  ];

  test.each(beginnings)('%s is given back', async (_, sizes, begin) => {
    await useBackend({ backend: 'cnnkit', threads: 1 });
    const engine = engineBackend();
    const { arena, commands } = engine;
    const before = arena.usedBytes;
    const take = arena.take.bind(arena);
    /** @returns the blocks that were taken, at most as many as there is room for. */
    const withRoomFor = (blocks: number) => {
      const storages = sizes.map((size) =>
        Storage.fromHost(engine, 'float32', new Float32Array(size)),
      );
      let taken = 0;
      arena.take = (...args) => {
        if (taken === blocks) throw new BackendError('MEMORY_FULL', 'no room');
        taken++;
        return take(...args);
      };
      try {
        begin(engine, storages);
      } catch (error) {
        expect(error).toMatchObject({ code: 'MEMORY_FULL' });
        expect(taken).toBe(blocks);
      } finally {
        arena.take = take;
      }
      for (const storage of storages) storage.release();
      commands.sync();
      expect(arena.usedBytes, `with room for ${blocks} blocks`).toBe(before);
      return taken;
    };
    const all = withRoomFor(Number.POSITIVE_INFINITY);
    expect(all).toBeGreaterThan(sizes.length);
    for (let blocks = 0; blocks < all; blocks++) withRoomFor(blocks);
  });
});
