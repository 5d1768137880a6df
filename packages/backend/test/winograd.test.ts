import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CnnkitBackend } from '../src/cnnkit/backend.ts';
import {
  sendWinograd,
  sendWinogradDw,
  sendWinogradDx,
  sendWinogradPool,
} from '../src/cnnkit/kernels/winograd.ts';
import {
  type ConvolutionPass,
  planWinograd,
  planWithTile,
  type WinogradPlan,
} from '../src/cnnkit/kernels/winograd-plan.ts';
import { Activation } from '../src/cnnkit/opcodes.ts';
import { openKernels } from '../src/cnnkit/open.ts';
import { Storage } from '../src/cnnkit/storage.ts';
import { between, expectSameAsCpu, pick, prepare, random, values } from './helpers.ts';
import {
  convolve,
  filterGradient,
  type Info,
  inputGradient,
  pool,
  unpool,
} from './winograd-reference.ts';

/**
 * What an element may be wrong by, against float64, in units of 2^-24 times the largest sum of
 * |x| |w| in the tensor. Winograd's sums pass through intermediates larger than those, the more so
 * the more points there are; over this grid the worst are 2.6 and 12.1.
 */
const BOUND = { 2: 6, 3: 24 } as const;

let engines: CnnkitBackend[];
beforeAll(async () => {
  await prepare();
  const open = async (threads: number) =>
    new CnnkitBackend(await openKernels({ threads }), 2 ** 30);
  engines = [await open(1), await open(2)];
});
afterAll(() => {
  for (const engine of engines) engine.dispose();
});

type Padding = 'valid' | 'same' | tf.backend_util.ExplicitPadding;

/** A 3 x 3 convolution drawn from the seed: 1 to 130 channels, odd sizes, any padding. */
function draw(seed: number) {
  const next = random(seed);
  const channels = pick(next, [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 48, 64, 65, 127, 130]);
  const filters = pick(next, [1, 2, 3, 4, 5, 6, 8, 9, 12, 16, 20, 31, 32, 63, 64, 66, 128, 130]);
  const batch = pick(next, [1, 1, 2, 3, 9]);
  const side = () => between(next, 3, channels * filters > 4000 ? 8 : 13);
  const pads = (): [number, number] => [between(next, 0, 3), between(next, 0, 3)];
  const pad = pick<() => Padding>(next, [
    () => 'valid',
    () => 'same',
    () => [[0, 0], pads(), pads(), [0, 0]],
  ])();
  const info = shape([batch, side(), side(), channels], filters, pad);
  const x = values(next, info.inShape);
  const w = values(next, info.filterShape);
  const bias = values(next, [filters]);
  return { next, info, x, w, bias, pad };
}

function shape(inShape: [number, number, number, number], filters: number, pad: Padding): Info {
  return tf.backend_util.computeConv2DInfo(inShape, [3, 3, inShape[3], filters], 1, 1, pad);
}

/** Runs `send` on the engine with `threads`; what comes back is its result of `size` floats. */
function run(
  size: number,
  send: (engine: CnnkitBackend, out: number, store: (data: Float32Array) => Storage) => unknown,
  threads = 2,
): Float32Array {
  const engine = engines[threads - 1]!;
  const storages: Storage[] = [];
  const store = (data: Float32Array) => {
    const storage = Storage.fromHost(engine, 'float32', data.slice());
    storages.push(storage);
    return storage;
  };
  // What a block held before must not matter.
  const out = store(new Float32Array(size).fill(Number.NaN));
  const block = out.blockToOverwrite();
  expect(send(engine, block, store)).not.toBe(false);
  engine.commands.sync();
  const result = engine.views.f32.slice(block >> 2, (block >> 2) + size);
  for (const storage of storages) storage.release();
  return result;
}

/** Bytes as they lie in a block of floats. */
function asFloats(bytes: Int8Array): Float32Array {
  const whole = new Int8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return new Float32Array(whole.buffer);
}

function plan(info: Info, pass: ConvolutionPass, pooled: boolean, m: 2 | 3): WinogradPlan {
  const made = planWithTile(info, pass, pooled, m);
  expect(made).toBeDefined();
  return made!;
}

/** The largest error in units of 2^-24 of the largest magnitude. */
function error(got: Float32Array, want: Float64Array, magnitude: Float64Array): number {
  expect(got.length).toBe(want.length);
  let largest = 0;
  for (let i = 0; i < want.length; i++) {
    const gap = Math.abs(got[i]! - want[i]!);
    largest = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(largest, gap);
  }
  return largest / (unit(magnitude) || 1);
}
function unit(magnitude: Float64Array): number {
  return magnitude.reduce((a, b) => Math.max(a, b), 0) * 2 ** -24;
}

function gradients(
  info: Info,
  [x, w]: readonly [Float32Array, Float32Array],
  dy: Float32Array,
  winners: Int8Array | undefined,
  m: 2 | 3,
  threads = 2,
): [dx: Float32Array, dw: Float32Array] {
  const pooled = winners !== undefined;
  const gradient = (store: (data: Float32Array) => Storage) => ({
    dy: store(dy),
    unpool: pooled ? { pooled: store(dy), winners: store(asFloats(winners)) } : undefined,
  });
  const dx = run(
    x.length,
    (engine, out, store) =>
      sendWinogradDx(engine, info, gradient(store), store(w), out, plan(info, 'input', pooled, m)),
    threads,
  );
  const dw = run(
    w.length,
    (engine, out, store) =>
      sendWinogradDw(engine, info, store(x), gradient(store), out, plan(info, 'filter', pooled, m)),
    threads,
  );
  return [dx, dw];
}

const ACTIVATE: Readonly<Record<number, (v: number) => number>> = {
  [Activation.linear]: (v) => v,
  [Activation.relu]: (v) => Math.max(0, v),
  [Activation.sigmoid]: (v) => 1 / (1 + Math.exp(-v)),
};
const SEEDS = Array.from({ length: 24 }, (_, i) => i);

describe.each([2, 3] as const)('with tiles of %i x its own outputs', (m) => {
  test.each(SEEDS)('forward keeps its bound to float64, drawn by seed %i', (seed) => {
    const { next, info, x, w, bias } = draw(seed);
    const activation = pick(next, [Activation.linear, Activation.relu, Activation.sigmoid]);
    const { sum, magnitude } = convolve(info, x, w, bias);
    const got = run(sum.length, (engine, out, store) =>
      sendWinograd(
        engine,
        info,
        [store(x), store(w)],
        store(bias).block(),
        out,
        activation,
        plan(info, 'forward', false, m),
      ),
    );
    expect(error(got, sum.map(ACTIVATE[activation]!), magnitude)).toBeLessThan(BOUND[m]);
  });

  test.each(SEEDS)('both gradients keep their bounds to float64, drawn by seed %i', (seed) => {
    const { next, info, x, w } = draw(seed + 100);
    const dy = values(next, info.outShape);
    const [dx, dw] = gradients(info, [x, w], dy, undefined, m);
    const [wantX, wantW] = [inputGradient(info, dy, w), filterGradient(info, x, dy)];
    expect(error(dx, wantX.sum, wantX.magnitude)).toBeLessThan(BOUND[m]);
    expect(error(dw, wantW.sum, wantW.magnitude)).toBeLessThan(BOUND[m]);
  });

  test('gradients are the adjoints: <dy, conv(x, w)> = <dx, x> = <dw, w>', () => {
    const { next, info, x, w } = draw(7);
    const dy = values(next, info.outShape);
    const y = run(dy.length, (engine, out, store) =>
      sendWinograd(
        engine,
        info,
        [store(x), store(w)],
        0,
        out,
        Activation.linear,
        plan(info, 'forward', false, m),
      ),
    );
    const [dx, dw] = gradients(info, [x, w], dy, undefined, m);
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((s, v, i) => s + v * b[i]!, 0);
    const scale = Math.sqrt(dot(dy, dy) * dot(y, y));
    expect(Math.abs(dot(dx, x) - dot(dy, y)) / scale).toBeLessThan(1e-6);
    expect(Math.abs(dot(dw, w) - dot(dy, y)) / scale).toBeLessThan(1e-6);
  });

  test('one thread and two give the same bits', () => {
    const info = shape([9, 21, 19, 37], 45, 'same');
    const next = random(1);
    const [x, w, dy] = [info.inShape, info.filterShape, info.outShape].map((s) => values(next, s));
    const all = (threads: number) => [
      run(
        dy!.length,
        (engine, out, store) =>
          sendWinograd(
            engine,
            info,
            [store(x!), store(w!)],
            0,
            out,
            Activation.linear,
            plan(info, 'forward', false, m),
          ),
        threads,
      ),
      ...gradients(info, [x!, w!], dy!, undefined, m, threads),
    ];
    expect(all(1)).toEqual(all(2));
  });
});

test.each(SEEDS)(
  'pooled: values, winners and the gradients from them, drawn by seed %i',
  (seed) => {
    const { next, info, x, w, bias } = draw(seed + 200);
    if (info.outHeight < 2 || info.outWidth < 2) return;
    const { sum, magnitude } = convolve(info, x, w, bias);
    const want = pool(info, sum);
    const size = want.pooled.length;
    let pooled: Float32Array | undefined;
    const bytes = run(Math.ceil(size / 4), (engine, out, store) => {
      const values = store(new Float32Array(size));
      const operands = [store(x), store(w)] as const;
      const into = [store(bias).block(), values.blockToOverwrite(), out] as const;
      sendWinogradPool(
        engine,
        info,
        operands,
        ...into,
        Activation.relu,
        plan(info, 'forward', true, 2),
      );
      pooled = values.toHost('float32') as Float32Array;
    });
    expect(error(pooled!, want.pooled, magnitude)).toBeLessThan(BOUND[2]);
    const winners = new Int8Array(bytes.buffer, 0, size);
    // Where float64 sees a clear winner it has won here too.
    const clear = 2 * BOUND[2] * unit(magnitude);
    const wrong = Array.from(winners).filter(
      (winner, i) => winner !== want.winners[i] && want.margin[i]! > clear,
    );
    expect(wrong).toEqual([]);

    const dy = values(next, [size]);
    const dz = unpool(info, dy, winners);
    const [dx, dw] = gradients(info, [x, w], dy, winners, 2);
    const [wantX, wantW] = [inputGradient(info, dz, w), filterGradient(info, x, dz)];
    expect(error(dx, wantX.sum, wantX.magnitude)).toBeLessThan(BOUND[2]);
    expect(error(dw, wantW.sum, wantW.magnitude)).toBeLessThan(BOUND[2]);
  },
);

test('the first of equal outputs wins its window, and none does where relu is off', () => {
  const info = shape([1, 4, 4, 1], 2, 'valid');
  const x = new Float32Array(16).fill(1);
  const w = Float32Array.from({ length: 18 }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const bytes = run(1, (engine, out, store) =>
    sendWinogradPool(
      engine,
      info,
      [store(x), store(w)],
      0,
      store(new Float32Array(2)).blockToOverwrite(),
      out,
      Activation.relu,
      plan(info, 'forward', true, 2),
    ),
  );
  expect(Array.from(new Int8Array(bytes.buffer, 0, 2))).toEqual([0, 4]);
});

test.each(Array.from({ length: 10 }, (_, i) => i))(
  'tf.conv2d and its gradients equal tfjs cpu, drawn by seed %i',
  async (seed) => {
    const next = random(seed + 300);
    const channels = pick(next, [8, 12, 17, 24]);
    const filters = pick(next, [6, 11, 16, 20]);
    const pad = pick(next, ['valid', 'same'] as const);
    const inShape = [2, between(next, 7, 12), between(next, 7, 12), channels] as const;
    const info = shape([...inShape], filters, pad);
    expect(planWinograd(info, 'input', false)).toBeDefined();
    const [x, w, dy] = [info.inShape, info.filterShape, info.outShape].map((s) => values(next, s));
    await expectSameAsCpu(() => {
      const conv = (a: tf.Tensor, b: tf.Tensor) =>
        tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, pad);
      const operands = [tf.tensor(x!, info.inShape), tf.tensor(w!, info.filterShape)];
      return [
        conv(operands[0]!, operands[1]!),
        ...tf.grads(conv)(operands, tf.tensor(dy!, info.outShape)),
      ];
    });
  },
);

test('a filter is transformed anew when its variable changes', async () => {
  const next = random(5);
  const [x, w, v] = [
    values(next, [4, 12, 12, 16]),
    values(next, [3, 3, 16, 16]),
    values(next, [3, 3, 16, 16]),
  ];
  await expectSameAsCpu(() => {
    const filter = tf.variable(tf.tensor4d(w, [3, 3, 16, 16]));
    const input = tf.tensor4d(x, [4, 12, 12, 16]);
    const first = tf.conv2d(input, filter, 1, 'same');
    const again = tf.conv2d(input, filter, 1, 'same');
    filter.assign(tf.tensor4d(v, [3, 3, 16, 16]));
    const results = [first, again, tf.conv2d(input, filter, 1, 'same')];
    filter.dispose();
    return results;
  });
});

describe('the choice', () => {
  const tile = (size: [number, number, number, number], filters: number, pass: ConvolutionPass) =>
    planWinograd(shape(size, filters, 'valid'), pass, false)?.m;
  test.each(['forward', 'input', 'filter'] as const)(
    'takes Winograd for a large %s pass, and leaves tiny ones and other kernels alone',
    (pass) => {
      expect(tile([64, 13, 13, 32], 64, pass)).toBe(3);
      expect(tile([64, 5, 5, 64], 64, pass)).toBe(3);
      expect(tile([1, 5, 5, 64], 64, pass)).toBeUndefined();
      expect(tile([1, 4, 4, 256], 256, pass)).toBeUndefined();
      const other = tf.backend_util.computeConv2DInfo([8, 9, 9, 32], [3, 3, 32, 32], 2, 1, 'same');
      expect(planWinograd(other, pass, false)).toBeUndefined();
    },
  );
  test('says no to what does not fit scratch', () => {
    expect(planWithTile(shape([1, 8, 8, 9000], 9000, 'valid'), 'forward', false, 3)).toBe(
      undefined,
    );
    expect(planWithTile(shape([1, 8, 8, 64], 9000, 'valid'), 'filter', false, 3)).toBe(undefined);
  });
});
