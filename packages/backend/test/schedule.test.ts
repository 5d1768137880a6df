import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, describe, expect, test } from 'vitest';
import { CnnkitBackend } from '../src/cnnkit/backend.ts';
import { packCommands, type SentCommand } from '../src/cnnkit/commands.ts';
import { COMMANDS, Op } from '../src/cnnkit/opcodes.ts';
import { openKernels } from '../src/cnnkit/open.ts';
import { blockFinder, schedule, WRITTEN, writtenBlocks } from '../src/cnnkit/schedule.ts';
import { useBackend } from '../src/index.ts';
import { between, engineBackend, pick, random, removeEngine, values } from './helpers.ts';

afterEach(removeEngine);

const L = tfl.layers;
const conv = (filters: number, more = {}) =>
  L.conv2d({ filters, kernelSize: 3, activation: 'relu', ...more });
const pool = () => L.maxPooling2d({ poolSize: 2 });

/** One step each of networks that between them send all commands that `WRITTEN` knows. */
const NETWORKS: readonly [side: number, channels: number, layers: () => tfl.layers.Layer[]][] = [
  [12, 1, () => [conv(8), pool(), conv(20), L.dropout({ rate: 0.5, seed: 1 })]],
  [10, 3, () => [conv(12, { padding: 'same' }), conv(16), pool()]],
  [
    10,
    8,
    () => [
      conv(16, { activation: 'linear' }),
      L.batchNormalization(),
      L.activation({ activation: 'relu' }),
      pool(),
    ],
  ],
  [9, 4, () => [conv(8, { strides: 2, activation: 'tanh' }), conv(8, { kernelSize: 2 })]],
  [9, 4, () => [conv(8), L.separableConv2d({ filters: 8, kernelSize: 3 }), L.averagePooling2d({})]],
  [9, 4, () => [L.maxPooling2d({ poolSize: 3, strides: 2 }), L.leakyReLU({ alpha: 0.1 })]],
  [28, 1, () => [conv(4, { kernelSize: 5 }), pool(), conv(6, { kernelSize: 5 })]],
  [14, 1, () => [conv(8), pool(), conv(20), pool()]],
  // Dilated rows are unpooled before.
  [28, 1, () => [conv(4), conv(4, { dilationRate: 2 }), pool()]],
  [14, 1, () => [conv(2, { kernelSize: 5, padding: 'same' }), conv(2, { padding: 'same' })]],
];

function train([side, channels, layers]: (typeof NETWORKS)[number]): Promise<unknown> {
  const model = tfl.sequential({
    layers: [
      L.inputLayer({ inputShape: [side, side, channels] }),
      ...layers(),
      L.flatten(),
      L.dense({ units: 4, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const next = random(side);
  const xs = tf.tensor(values(next, [16, side, side, channels]), [16, side, side, channels]);
  const ys = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: 16 }, (_, i) => i % 4),
      'int32',
    ),
    4,
  );
  return model.fit(xs, ys, { epochs: 1, batchSize: 16, verbose: 0 });
}

/** Commands that networks seldom send. */
function others(): void {
  const x = tf.tensor(values(random(1), [4, 6]), [4, 6]);
  tf.gather(x, tf.tensor1d([2, 0], 'int32'));
  tf.cast(tf.where(tf.greater(x, 0), x, tf.neg(x)), 'int32');
  tf.argMax(tf.transpose(tf.concat([x, x], 1)), 0);
  tf.softmax(x);
  const mask = { shape: [4, 6], bound: 2 ** 30, first: 1, second: 2, scale: 2 };
  tf.engine().runKernel('CnnkitKeepMask', {}, mask);
}

/** Calls `watch` with the blocks that each command changed, of all that were there. */
function watchBlocks(
  backend: CnnkitBackend,
  watch: (
    command: Pick<SentCommand, 'op' | 'ints'>,
    changed: ReadonlySet<number>,
    blocks: ReadonlyMap<number, number>,
  ) => void,
): void {
  const { arena, commands, views } = backend;
  const blocks = new Map<number, number>();
  const take = arena.take.bind(arena);
  arena.take = (bytes, finished) => {
    const offset = take(bytes, finished);
    blocks.set(offset, bytes);
    return offset;
  };
  const send = commands.send.bind(commands);
  commands.send = (op, chunks, ints, floats) => {
    commands.sync();
    const words = () => views.i32.subarray(start >> 2, arena.reservedBytes >> 2);
    const before = words().slice();
    send(op, chunks, ints, floats);
    commands.sync();
    const changed = new Set<number>();
    const blockAt = blockFinder(blocks);
    words().forEach((word, i) => {
      if (word !== before[i]) changed.add(blockAt(start + i * 4) ?? -1);
    });
    watch({ op, ints }, changed, blocks);
  };
  const start = arena.reservedBytes;
}

describe('what commands write to', () => {
  test('is what the table says, of each command in it', async () => {
    await useBackend({ backend: 'cnnkit', threads: 1 });
    const backend = engineBackend();
    backend.recordSteps = false;
    const seen = new Set<number>();
    watchBlocks(backend, ({ op, ints }, changed, blocks) => {
      const written = writtenBlocks({ op, ints }, blockFinder(blocks));
      if (written === undefined) return;
      seen.add(op);
      for (const block of changed) expect(written, COMMANDS[op]).toContain(block);
    });
    for (const winograd of ['checked', 'off'] as const) {
      backend.winograd = winograd;
      for (const network of NETWORKS) await train(network);
      others();
    }
    const missing = [...WRITTEN.keys()].filter((op) => !seen.has(op));
    expect(missing.map((op) => COMMANDS[op])).toEqual([]);
  });
});

/** Commands drawn from a seed, on blocks of 8,192 floats that begin at `start`. */
function drawCommands(seed: number, count: number, start: number) {
  const next = random(seed);
  const [floats, blocks] = [8192, 10];
  const stride = floats * 4 + 64;
  const block = () => start + between(next, 0, blocks - 1) * stride;
  const commands = Array.from({ length: count }, (): SentCommand => {
    const chunks = pick(next, [1, 2, 5, 8]);
    const sides = pick(next, [0, 1, 2]);
    if (sides > 0) {
      const shape = [floats, 1, 1, 1, 1, 1, 0, 0];
      const ints = [block(), block(), block(), pick(next, [0, 1, 2]), ...shape];
      return { op: Op.binary, chunks, ints, floats: undefined };
    }
    return { op: Op.unary, chunks, ints: [block(), block(), floats, 13], floats: [0, 0] };
  });
  const sizes = new Map(Array.from({ length: blocks }, (_, i) => [start + i * stride, floats * 4]));
  return { commands, sizes, bytes: blocks * stride };
}

/** Which blocks drawn commands read and write. */
const writes = ({ op, ints }: SentCommand) => ints[op === Op.unary ? 1 : 2]!;
const reads = ({ op, ints }: SentCommand) => ints.slice(0, op === Op.unary ? 1 : 2);

describe('an order of commands', () => {
  test.each([1, 2, 3, 4, 5])('keeps what depends on each other apart, seed %i', (seed) => {
    const { commands, sizes } = drawCommands(seed, 120, 1 << 22);
    // Some of which nothing is known.
    const update = { op: Op.update, chunks: 1, ints: [], floats: undefined };
    for (const at of [30, 31, 90]) commands.splice(at, 0, update);
    const { order, placeOf, ahead } = schedule(commands, sizes);
    expect([...order].sort((a, b) => a - b)).toEqual(commands.map((_, i) => i));
    order.forEach((command, place) => void expect(placeOf[command]).toBe(place));
    commands.forEach((later, j) => {
      for (const [i, earlier] of commands.slice(0, j).entries()) {
        const alone = earlier === update || later === update;
        const clash =
          alone ||
          writes(earlier) === writes(later) ||
          reads(later).includes(writes(earlier)) ||
          reads(earlier).includes(writes(later));
        if (!clash) continue;
        // Whatever the later one may overtake begins behind the earlier one.
        expect(placeOf[j]! - ahead[placeOf[j]!]!).toBeGreaterThan(placeOf[i]!);
      }
    });
    expect(ahead.filter((count) => count > 0).length).toBeGreaterThan(20);
  });

  test('lets a long one be overtaken by those that have nothing to do with it', () => {
    const at = (i: number) => (1 << 22) + i * 128;
    const unary = (from: number, to: number, chunks: number): SentCommand => {
      return { op: Op.unary, chunks, ints: [at(from), at(to), 16, 1], floats: undefined };
    };
    const commands = [unary(0, 1, 1), unary(1, 2, 1), unary(1, 3, 8), unary(3, 4, 1)];
    const sizes = new Map([0, 1, 2, 3, 4].map((i) => [at(i), 64]));
    // The third is on the longest way, so the second comes behind it, and the fourth need not wait for that.
    const { order, ahead } = schedule(commands, sizes);
    expect(order).toEqual([0, 2, 1, 3]);
    expect(ahead).toEqual([0, 0, 1, 1]);
  });

  test.each([
    [2, 1],
    [3, 2],
    [5, 3],
  ])('on %i threads gives the bits of one command after another', async (threads, seed) => {
    const backend = new CnnkitBackend(await openKernels({ threads }), 2 ** 30);
    const { commands: ring, views } = backend;
    const start = backend.arena.take(drawCommands(seed, 0, 0).bytes);
    const { commands, sizes } = drawCommands(seed, 90, start);
    const words = () => views.i32.subarray(start >> 2, (start >> 2) + 10 * (8192 + 16));
    const [floats, first] = [views.f32, start >> 2];
    const fill = () => {
      const next = random(seed);
      for (let i = 0; i < words().length; i++) floats[first + i] = next() - 0.5;
    };
    // More than the ring holds, so that commands wait for room in the middle of a stretch.
    const ROUNDS = 40;
    fill();
    for (let round = 0; round < ROUNDS; round++) {
      for (const { op, chunks, ints, floats: more } of commands) {
        ring.send(op, chunks, ints, more);
        ring.sync();
      }
    }
    const want = words().slice();
    const { order, ahead } = schedule(commands, sizes);
    const packed = packCommands(
      order.map((i) => commands[i]!),
      ahead,
    );
    for (let again = 0; again < 3; again++) {
      fill();
      for (let round = 0; round < ROUNDS; round++) ring.sendPacked(packed);
      ring.sync();
      expect(words()).toEqual(want);
    }
    expect(ring.done).toBe(ring.head);
    backend.dispose();
  });
});
