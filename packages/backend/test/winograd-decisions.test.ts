import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CnnkitBackend } from '../src/cnnkit/backend.ts';
import { sendConv2D, sendConv2DPool } from '../src/cnnkit/kernels/send-convolution.ts';
import { sendUnsettled, sendWinograd, sendWinogradPool } from '../src/cnnkit/kernels/winograd.ts';
import type { WinogradTile } from '../src/cnnkit/kernels/winograd-plan.ts';
import { Activation, Op } from '../src/cnnkit/opcodes.ts';
import type { Storage } from '../src/cnnkit/storage.ts';
import { engineBackend, expectSameAsCpu, prepare, random, values } from './helpers.ts';
import { BOUND, closeEngines, error, openEngines, plan, run, shape } from './winograd-harness.ts';
import { convolve, type Info, pool } from './winograd-reference.ts';

// The margin within which outputs are summed directly is 64 units of 2^-24 times a measure of what was
// added up (`SLACK` in kernels/decide.h). Errors in that unit, over 4 to 512 channels of normal, positive,
// sparse and relu'd values: 0.3 to 2.6 in the root mean square (more with more channels), 12 at most with
// tiles of 2 x 2, 4.7 and 27 with 3 x 3, 2.1 and 10 with 4 x 4, 2.1 and 20 with 5 x 5; 46 once (24 with 5 x 5),
// where weights cancelled a mean ten times as large as what varied. EIGHT, whose margin is a quarter of that, is at most
// 9 from direct sums, F(2x2) 39; with such a mean, of 8, 32 and 128 channels, 9, 15 and 24 (F(2x2) 24, 53 and 119).

beforeAll(() => Promise.all([prepare(), openEngines()]));
afterAll(closeEngines);

interface Case {
  readonly info: Info;
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly bias: Float32Array;
}

/**
 * A convolution whose outputs lie a few roundings from each other and from zero: an image that hardly
 * varies, and biases that take away what it has in common.
 */
function close(seed: number): Case {
  const next = random(seed);
  const [batch, side, channels, filters] = [
    3,
    9 + (seed % 3),
    5 + 7 * (seed % 6),
    3 + 9 * (seed % 5),
  ];
  const info = shape([batch, side, side, channels], filters, seed % 2 === 0 ? 'valid' : 'same');
  const w = values(next, info.filterShape);
  const level = values(next, [channels]);
  const x = values(next, info.inShape).map((v, i) => level[i % channels]! + v * 2e-7);
  const bias = new Float32Array(filters);
  for (const [i, weight] of w.entries()) {
    bias[i % filters]! -= weight * level[Math.floor(i / filters) % channels]!;
  }
  return { info, x, w, bias };
}

const signs = (y: Float32Array) => Array.from(y, (v) => Math.sign(v));
const SEEDS = Array.from({ length: 12 }, (_, i) => i);

function outputs(
  { info, x, w, bias }: Case,
  send: (engine: CnnkitBackend, operands: [Storage, Storage], bias: number, out: number) => unknown,
  threads = 2,
): Float32Array {
  const size = info.outShape.reduce((a, b) => a * b);
  return run(
    size,
    (engine, out, store) => send(engine, [store(x), store(w)], store(bias).block(), out),
    threads,
  );
}
const direct = (of: Case) =>
  outputs(of, (engine, ...to) => {
    engine.winograd = 'off';
    sendConv2D(engine, of.info, ...to, Activation.relu, true);
  });
const fast = (of: Case, m: WinogradTile, checked: boolean, threads = 2) =>
  outputs(
    of,
    (engine, ...to) =>
      sendWinograd(engine, of.info, ...to, Activation.relu, {
        ...plan(of.info, 'forward', false, m),
        checked,
      }),
    threads,
  );

describe.each([2, 3, 4] as const)('with tiles of %i x its own outputs', (m) => {
  test.each(SEEDS)('relu is on where it is on for direct sums, drawn by seed %i', (seed) => {
    const of = close(seed);
    const want = signs(direct(of));
    expect(signs(fast(of, m, true))).toEqual(want);
    const { sum, magnitude } = convolve(of.info, of.x, of.w, of.bias);
    const relu = sum.map((v) => Math.max(0, v));
    expect(error(fast(of, m, true), relu, magnitude)).toBeLessThan(BOUND[m]);
  });

  test('which it is not unless that is checked', () => {
    const wrong = SEEDS.map(close).filter(
      (of) => signs(fast(of, m, false)).join() !== signs(direct(of)).join(),
    );
    expect(wrong.length).toBeGreaterThan(SEEDS.length / 2);
  });

  test('NaN and infinity reach the outputs that they reach directly, and no others', () => {
    const next = random(3);
    const info = shape([2, 12, 12, 20], 20, 'same');
    const x = values(next, info.inShape);
    for (const [at, v] of [
      [500, Number.NaN],
      [3000, Number.POSITIVE_INFINITY],
      [4200, -Infinity],
    ] as const)
      x[at] = v;
    const of = { info, x, w: values(next, info.filterShape), bias: values(next, [20]) };
    const special = (y: Float32Array) => Array.from(y, (v) => (Number.isFinite(v) ? 0 : v));
    expect(special(fast(of, m, true))).toEqual(special(direct(of)));
    expect(special(fast(of, m, false))).not.toEqual(special(direct(of)));
  });

  test('one thread and two give the same bits, whatever lies beyond the last filter', () => {
    const next = random(9);
    const info = shape([2, 10, 10, 12], 5, 'valid');
    const [x, w] = [values(next, info.inShape), values(next, info.filterShape)];
    const of = { info, x, w, bias: values(next, [5]) };
    const first = fast(of, m, true, 1);
    run(1 << 20, (_engine, _out, store) =>
      store(new Float32Array(1 << 20).fill(Number.NaN)).block(),
    );
    expect(fast(of, m, true, 1)).toEqual(first);
    expect(fast(of, m, true, 2)).toEqual(first);
  });
});

/** The pooled values, and the winner of each window. */
function pooled(
  of: Case,
  checked: boolean | 'direct',
  m: WinogradTile = 2,
  threads = 2,
): [Float32Array, number[]] {
  const { info, x, w, bias } = of;
  const size = info.batchSize * (info.outHeight >> 1) * (info.outWidth >> 1) * info.outChannels;
  let out: Float32Array | undefined;
  const bytes = run(
    Math.ceil(size / 4),
    (engine, winners, store) => {
      const to = store(new Float32Array(size));
      const operands = [store(x), store(w)] as const;
      const into = [store(bias).block(), to.blockToOverwrite(), winners] as const;
      engine.winograd = 'off';
      if (checked === 'direct') sendConv2DPool(engine, info, operands, ...into, true);
      else {
        const how = { ...plan(info, 'forward', true, m), checked };
        sendWinogradPool(engine, info, operands, ...into, Activation.relu, how);
      }
      out = to.toHost('float32') as Float32Array;
    },
    threads,
  );
  return [out!, [...new Int8Array(bytes.buffer, 0, size)]];
}

describe.each([2, 4, 5, 8] as const)('pooled, with tiles of %i', (m) => {
  test.each(SEEDS)('each window has the winner of direct sums, drawn by seed %i', (seed) => {
    const of = close(seed);
    const [out, winners] = pooled(of, true, m);
    expect(winners).toEqual(pooled(of, 'direct')[1]);
    const { sum, magnitude } = convolve(of.info, of.x, of.w, of.bias);
    expect(error(out, pool(of.info, sum).pooled, magnitude)).toBeLessThan(BOUND[m]);
  });

  test('which it has not unless that is checked', () => {
    const wrong = SEEDS.map(close).filter(
      (of) => pooled(of, false, m)[1].join() !== pooled(of, 'direct')[1].join(),
    );
    expect(wrong.length).toBeGreaterThan(SEEDS.length / 2);
  });

  test('NaN and infinity go where they go directly', () => {
    const next = random(5);
    const info = shape([2, 12, 12, 20], 20, 'same');
    const x = values(next, info.inShape);
    x[500] = Number.NaN;
    x[3000] = Number.POSITIVE_INFINITY;
    const of = { info, x, w: values(next, info.filterShape), bias: values(next, [20]) };
    const [out, winners] = pooled(of, true, m);
    const [wantOut, wantWinners] = pooled(of, 'direct');
    expect(winners).toEqual(wantWinners);
    expect([...out].map(Number.isFinite)).toEqual([...wantOut].map(Number.isFinite));
  });

  test('in a background all see the same, and the first wins', () => {
    const next = random(13);
    const info = shape([2, 14, 13, 6], 18, 'same');
    const x = new Float32Array(2 * 14 * 13 * 6).fill(0.3);
    for (let i = 0; i < 60; i++) x[Math.floor(next() * x.length)] = next();
    const of = { info, x, w: values(next, info.filterShape), bias: values(next, [18]) };
    expect(pooled(of, true, m)[1]).toEqual(pooled(of, 'direct')[1]);
  });

  test('one thread and two give the same bits, whatever lies beyond the last filter', () => {
    const next = random(9);
    const info = shape([5, 12, 12, 12], 5, 'valid');
    const [x, w] = [values(next, info.inShape), values(next, info.filterShape)];
    const of = { info, x, w, bias: values(next, [5]) };
    const first = pooled(of, true, m, 1);
    run(1 << 20, (_engine, _out, store) =>
      store(new Float32Array(1 << 20).fill(Number.NaN)).block(),
    );
    expect(pooled(of, true, m, 1)).toEqual(first);
    expect(pooled(of, true, m, 2)).toEqual(first);
  });
});

interface Behind {
  /** Of 1 a column where there is no normalisation. */
  readonly normed?: boolean;
  readonly addend?: Float32Array;
  /** What the normalisation adds to all. */
  readonly level?: number;
  readonly activation?: number;
}

/** What a normalisation, perhaps a sum, and relu give of a convolution that was computed so. */
function normalized(
  { info, x, w, bias }: Case,
  how: 'direct' | 'settled' | 'not settled' | 'summed directly later',
  [m, pooled]: readonly [WinogradTile, boolean],
  threads = 2,
  { normed = true, addend, level = 0, activation = Activation.relu }: Behind = {},
): Float32Array {
  const size = info.outShape.reduce((a, b) => a * b);
  const [rows, columns] = [size / info.outChannels, info.outChannels];
  const row = (value: (i: number) => number) =>
    Float32Array.from({ length: columns }, (_, i) => value(i));
  return run(
    size,
    (engine, out, store) => {
      const blockOf = (values: Float32Array) => store(values).block();
      const norm = {
        mean: blockOf(row((i) => (normed ? (i % 5) * 1e-7 : 0))),
        variance: blockOf(row(() => 1)),
        offset: blockOf(row((i) => (normed ? level + ((i % 3) - 1) * 3e-7 : 0))),
        scale: blockOf(row((i) => (normed ? (i % 4) - 1.5 : 1))),
        epsilon: 0,
      };
      const other = addend === undefined ? 0 : blockOf(addend);
      const y = store(new Float32Array(size).fill(Number.NaN)).blockToOverwrite();
      const operands = [store(x), store(w)] as const;
      if (how === 'direct') {
        engine.winograd = 'off';
        sendConv2D(engine, info, operands, blockOf(bias), y, Activation.linear, true);
      } else {
        const tiles = plan(info, 'forward', false, m);
        const unsettled = sendUnsettled(engine, info, operands, store(bias), y, pooled, tiles);
        if (how === 'settled') unsettled.settle(normed ? norm : undefined, other);
        if (how === 'summed directly later') unsettled.sumDirectly();
        unsettled.release();
      }
      const { mean, variance, offset, scale } = norm;
      const ints = [y, mean, variance, offset, scale, out, rows, columns, activation, other];
      engine.commands.send(Op.batchNorm, 2, ints, [norm.epsilon]);
    },
    threads,
  );
}

/** The winner of each whole window, row by row, or 4 where relu leaves nothing. */
function winnersOf({ outShape: [batch, height, width, columns] }: Info, z: Float32Array): number[] {
  const winners: number[] = [];
  for (let b = 0; b < batch; b++)
    for (let i = 0; i + 1 < height; i += 2)
      for (let j = 0; j + 1 < width; j += 2)
        for (let n = 0; n < columns; n++) {
          const at = (k: number) =>
            z[((b * height + i + (k >> 1)) * width + j + (k & 1)) * columns + n]!;
          const best = Math.max(at(0), at(1), at(2), at(3));
          winners.push(best > 0 ? [0, 1, 2, 3].findIndex((k) => at(k) === best) : 4);
        }
  return winners;
}

describe.each([
  [2, false],
  [3, false],
  [4, false],
  [2, true],
  [4, true],
] as const)('behind a normalisation, with tiles of %i, pooled: %s', (m, pooled) => {
  const decided = ({ info }: Case, z: Float32Array) => (pooled ? winnersOf(info, z) : signs(z));

  test.each(SEEDS)('decisions are those of direct sums, drawn by seed %i', (seed) => {
    const of = close(seed);
    const want = decided(of, normalized(of, 'direct', [m, pooled]));
    expect(decided(of, normalized(of, 'settled', [m, pooled]))).toEqual(want);
    expect(new Set(want).size).toBeGreaterThan(1);
  });

  test('which they are not unless they are settled', () => {
    const wrong = SEEDS.map(close).filter((of) => {
      const [fast, direct] = (['not settled', 'direct'] as const).map((how) =>
        decided(of, normalized(of, how, [m, pooled])),
      );
      return fast!.join() !== direct!.join();
    });
    expect(wrong.length).toBeGreaterThan(SEEDS.length / 2);
  });

  test('NaN and infinity reach the outputs that they reach directly', () => {
    const next = random(4);
    const info = shape([2, 12, 12, 20], 20, 'same');
    const x = values(next, info.inShape);
    for (const [at, v] of [
      [500, Number.NaN],
      [3000, Number.POSITIVE_INFINITY],
    ] as const)
      x[at] = v;
    const of = { info, x, w: values(next, info.filterShape), bias: values(next, [20]) };
    const special = (z: Float32Array) => Array.from(z, (v) => (Number.isFinite(v) ? 0 : v));
    const want = special(normalized(of, 'direct', [m, pooled]));
    expect(special(normalized(of, 'settled', [m, pooled]))).toEqual(want);
  });

  test('in a background all see the same, and decide the same', () => {
    const next = random(13);
    const info = shape([2, 14, 13, 6], 18, 'same');
    const x = new Float32Array(2 * 14 * 13 * 6).fill(0.3);
    for (let i = 0; i < 60; i++) x[Math.floor(next() * x.length)] = next();
    const of = { info, x, w: values(next, info.filterShape), bias: values(next, [18]) };
    const [want, got] = (['direct', 'settled'] as const).map((how) =>
      decided(of, normalized(of, how, [m, pooled])),
    );
    expect(got).toEqual(want);
  });

  test('one thread and two give the same bits', () => {
    const of = close(5);
    const two = normalized(of, 'settled', [m, pooled], 2);
    expect(normalized(of, 'settled', [m, pooled], 1)).toEqual(two);
  });
});

/** A convolution of which nothing is close, and what makes a sum with half of its values so. */
function closeSum(seed: number, normed: boolean, level = 0): [Case, Float32Array] {
  const next = random(seed + 100);
  const { info, w, bias } = close(seed);
  const of = { info, w, bias, x: values(next, info.inShape) };
  const linear = { normed, level, activation: Activation.linear };
  const addend = normalized(of, 'direct', [2, false], 2, linear).map((v) =>
    next() < 0.5 ? next() * 2 - 1 : -v * (1 + Math.floor(next() * 7 - 3) * 2 ** -23),
  );
  return [of, addend];
}

describe.each([
  [2, true],
  [3, true],
  [4, true],
  [2, false],
  [3, false],
  [4, false],
] as const)('behind a sum, with tiles of %i, normalised before: %s', (m, normed) => {
  const sums = (
    [of, addend]: [Case, Float32Array],
    how: Parameters<typeof normalized>[1],
    threads = 2,
  ) => normalized(of, how, [m, false], threads, { normed, addend });

  test.each(SEEDS)('relu is on where it is on for direct sums, drawn by seed %i', (seed) => {
    const of = closeSum(seed, normed);
    const direct = sums(of, 'direct');
    expect(signs(sums(of, 'settled'))).toEqual(signs(direct));
    expect(new Set(signs(direct)).size).toBe(2);
    expect(sums(of, 'summed directly later')).toEqual(direct);
  });

  test('which it is not unless that is settled with what is added', () => {
    const cases = SEEDS.map((seed) => closeSum(seed, normed));
    const wrong = (how: 'not settled' | 'settled', addend: boolean) =>
      cases.filter(([of, other]) => {
        const behind = { normed, ...(addend ? { addend: other } : {}) };
        const fast = normalized(of, how, [m, false], 2, { ...behind, activation: 0 });
        // What is not settled with the addend has it added now.
        const sum = addend ? fast : fast.map((v, i) => v + other[i]!);
        return (
          signs(sum.map((v) => Math.max(0, v))).join() !== signs(sums([of, other], 'direct')).join()
        );
      }).length;
    expect(wrong('not settled', true)).toBe(SEEDS.length);
    expect(wrong('settled', false)).toBe(SEEDS.length);
    expect(wrong('settled', true)).toBe(0);
  });

  test('NaN and infinity reach the outputs that they reach directly', () => {
    const [of, addend] = closeSum(2, normed);
    of.x[50] = Number.NaN;
    of.x[900] = Number.POSITIVE_INFINITY;
    addend[7] = Number.NaN;
    addend[70] = Number.POSITIVE_INFINITY;
    addend[77] = Number.NEGATIVE_INFINITY;
    const special = (z: Float32Array) => Array.from(z, (v) => (Number.isFinite(v) ? 0 : v));
    const want = special(sums([of, addend], 'direct'));
    expect(special(sums([of, addend], 'settled'))).toEqual(want);
    expect(want.filter((v) => v !== 0).length).toBeGreaterThan(9);
  });

  test('one thread and two give the same bits, of which few are summed directly', () => {
    const [of, addend] = closeSum(5, normed);
    const two = sums([of, addend], 'settled');
    expect(sums([of, addend], 'settled', 1)).toEqual(two);
    const far = addend.map((v) => v + 0.5);
    expect(sums([of, far], 'settled')).not.toEqual(sums([of, far], 'direct'));
  });
});

test.each([2, 3, 4] as const)(
  'behind a sum, with tiles of %i, also where rounding the normalised value is what decides',
  (m) => {
    const level = 4000;
    for (const seed of SEEDS) {
      const [of, addend] = closeSum(seed, true, level);
      const [want, got] = (['direct', 'settled'] as const).map((how) =>
        normalized(of, how, [m, false], 2, { level, addend }),
      );
      expect(signs(got!)).toEqual(signs(want!));
    }
  },
);

describe('a forward pass that is learned from', () => {
  const next = random(6);
  const filterShape = [3, 3, 32, 32] as [number, number, number, number];
  const [x, w] = [values(next, [4, 14, 14, 32]), values(next, filterShape)];
  /** The outputs seen while gradients are taped, with Winograd's method used so. */
  const taped = async (use: CnnkitBackend['winograd'], relu: boolean) => {
    await tf.setBackend('cnnkit');
    const engine = engineBackend();
    const before = engine.winograd;
    engine.winograd = use;
    let y: Float32Array | undefined;
    tf.tidy(() => {
      const loss = (v: tf.Tensor) => {
        const out = tf.conv2d(v as tf.Tensor4D, tf.tensor4d(w, filterShape), 1, 'same');
        const act = relu ? tf.relu(out) : out;
        y = act.dataSync() as Float32Array;
        return tf.sum(act) as tf.Scalar;
      };
      return tf.grad(loss)(tf.tensor4d(x, [4, 14, 14, 32]));
    });
    engine.winograd = before;
    return y!;
  };

  test('is checked by default where relu follows', async () => {
    const [off, checked] = [await taped('off', true), await taped('checked', true)];
    expect(await taped(engineBackend().winograd, true)).toEqual(checked);
    expect(checked).not.toEqual(off);
    expect(signs(checked)).toEqual(signs(off));
    expect(await taped('gradients', true)).toEqual(off);
  });
  // Of whole numbers direct sums are exact, and ties are many.
  const whole = (seed: number, shape: number[]) =>
    values(random(seed), shape).map((v) => Math.round(2 * v));
  const gradientsOf =
    (decide: (y: tf.Tensor4D) => tf.Tensor, channels = 8) =>
    () => {
      const inShape = [2, 11, 14, channels] as [number, number, number, number];
      const filterShape = [3, 3, channels, 24] as [number, number, number, number];
      const operands = [
        tf.tensor4d(whole(1, inShape), inShape),
        tf.tensor4d(whole(2, filterShape), filterShape),
      ];
      const loss = (x: tf.Tensor, w: tf.Tensor) => {
        const y = decide(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'valid'));
        return tf.sum(tf.mul(y, tf.tensor(whole(3, y.shape), y.shape)));
      };
      const [dx, dw] = tf.grads(loss)(operands);
      return [dx!, dw!];
    };
  test.each([
    ['relu6, whose gradient reads it first', (y: tf.Tensor4D) => tf.relu6(y)],
    ['elu', (y: tf.Tensor4D) => tf.elu(y)],
    ['relu and nothing behind', (y: tf.Tensor4D) => tf.relu(y)],
    ['relu and a 2 x 2 pool', (y: tf.Tensor4D) => tf.maxPool(tf.relu(y), 2, 2, 'valid')],
    ['relu and a 3 x 3 pool', (y: tf.Tensor4D) => tf.maxPool(tf.relu(y), 3, 3, 'valid')],
    ['relu and a padded pool', (y: tf.Tensor4D) => tf.maxPool(tf.relu(y), 3, 2, 'same')],
    ['relu and a pool that overlaps', (y: tf.Tensor4D) => tf.maxPool(tf.relu(y), 2, 1, 'valid')],
    ['relu and the maximum of all pixels', (y: tf.Tensor4D) => tf.max(tf.relu(y), [1, 2])],
  ] as const)('decides by ties as tfjs cpu does: %s', async (_, decide) => {
    await expectSameAsCpu(gradientsOf(decide));
  });

  test('is summed directly where something else does, that may decide later', async () => {
    expect(await taped('checked', false)).toEqual(await taped('off', false));
    expect(await taped('all', false)).not.toEqual(await taped('off', false));
  });
});
