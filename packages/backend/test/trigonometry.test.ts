import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { engineBackend, expectSameAsCpu, on, prepare, random, values } from './helpers.ts';

beforeAll(() => prepare());

const FUNCTIONS: Record<string, { f: (x: tf.Tensor) => tf.Tensor; exact: (x: number) => number }> =
  {
    sin: { f: tf.sin, exact: Math.sin },
    cos: { f: tf.cos, exact: Math.cos },
    tan: { f: tf.tan, exact: Math.tan },
    asin: { f: tf.asin, exact: Math.asin },
    acos: { f: tf.acos, exact: Math.acos },
    atan: { f: tf.atan, exact: Math.atan },
    sinh: { f: tf.sinh, exact: Math.sinh },
    cosh: { f: tf.cosh, exact: Math.cosh },
    asinh: { f: tf.asinh, exact: Math.asinh },
    acosh: { f: tf.acosh, exact: Math.acosh },
    atanh: { f: tf.atanh, exact: Math.atanh },
  };

const SPECIAL = [
  ...[0, -0, 1, -1, 0.5, -0.5, 2.5, 1e-3, 1e-8, -1e-20, 1e-40, 100, -100, 88.5, 89.5, -89.5, 1e10],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3.4e38, -3.4e38, 0.99999994],
  // Near multiples of half a turn, and around 2 ** 20, where the reduction changes.
  ...[Math.PI, Math.PI / 2, 3 * Math.PI, 11 * Math.PI, 355, 1048575.94, 1048576, 1048577, 16367173],
];

/** Numbers of every size that float32 has, and many of those that people use. */
function samples(): Float32Array {
  const next = random(5);
  const wide = Array.from(
    { length: 8000 },
    () => (next() < 0.5 ? -1 : 1) * 2 ** (next() * 252 - 125),
  );
  const usual = Array.from(values(next, [8000]), (v, i) => v * [1, 1, 4, 30][i % 4]!);
  return Float32Array.from([...SPECIAL, ...wide, ...usual]);
}

/** The distance to the next float32. */
function ulp(x: number): number {
  const size = Math.max(Math.abs(x), 2 ** -126);
  return 2 ** (Math.floor(Math.log2(size)) - 23);
}

describe('against float64', () => {
  test.each(Object.keys(FUNCTIONS))(
    '%s is wrong by no more than 0.501 units in the last place',
    async (name) => {
      const { f, exact } = FUNCTIONS[name]!;
      const x = samples();
      const [got] = await on('cnnkit', () => f(tf.tensor1d(x)));
      const wrong: string[] = [];
      x.forEach((v, i) => {
        const [want, g] = [exact(v), got!.values[i]!];
        // Overflow rounds to infinity.
        const rounded = Math.fround(want);
        if (Number.isNaN(want) ? Number.isNaN(g) : g === rounded) return;
        if (!(Math.abs(g - want) <= 0.501 * ulp(want)))
          wrong.push(`${name}(${v}) = ${g}, not ${want}`);
      });
      expect(wrong).toEqual([]);
    },
  );

  test('zeros keep their sign', async () => {
    for (const name of ['sin', 'tan', 'asin', 'atan', 'sinh', 'asinh', 'atanh']) {
      const [got] = await on('cnnkit', () => FUNCTIONS[name]!.f(tf.tensor1d([0, -0])));
      expect(Object.is(got!.values[0], 0) && Object.is(got!.values[1], -0), name).toBe(true);
    }
  });

  test('atan2 is wrong by no more than 0.501 units in the last place, over all quadrants', async () => {
    const some = [0, -0, 1, -1, 3, -0.01, 1e30, -1e-30, 1e-40, Number.NaN];
    const sides = [...some, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const next = random(6);
    const pairs = [
      ...sides.flatMap((y) => sides.map((x) => [y, x] as const)),
      ...Array.from({ length: 5000 }, () => [next() * 2 - 1, next() * 2 - 1] as const),
    ].map(([y, x]) => [Math.fround(y), Math.fround(x)] as const);
    const [got] = await on('cnnkit', () =>
      tf.atan2(tf.tensor1d(pairs.map(([y]) => y)), tf.tensor1d(pairs.map(([, x]) => x))),
    );
    const wrong = pairs.filter(([y, x], i) => {
      const [want, g] = [Math.atan2(y, x), got!.values[i]!];
      if (Number.isNaN(want)) return !Number.isNaN(g);
      return !(Math.abs(g - want) <= 0.501 * ulp(want)) || (want === 0 && !Object.is(g, want));
    });
    expect(wrong).toEqual([]);
  });
});

test.each(Object.keys(FUNCTIONS))('%s and its gradient equal tfjs cpu', async (name) => {
  const { f } = FUNCTIONS[name]!;
  const x = values(random(7), [300]).map((v) => (name === 'acosh' ? 1.1 + Math.abs(v) : v * 0.9));
  await expectSameAsCpu(() => [f(tf.tensor1d(x)), tf.grad(f)(tf.tensor1d(x))]);
});

test('atan2 and its gradient equal tfjs cpu, broadcast too', async () => {
  const [y, x] = [values(random(8), [20, 1]), values(random(9), [30])];
  await expectSameAsCpu(() => [
    tf.atan2(tf.tensor2d(y, [20, 1]), tf.tensor1d(x)),
    ...tf.grads((a, b) => tf.atan2(a!, b!))([tf.tensor2d(y, [20, 1]), tf.tensor1d(x)]),
  ]);
});

describe('whole numbers', () => {
  const INTS = [1, -5, 7, 40000, -40000, 0, 3, -1, 2, 1 << 24, -7, 11];
  test.each([
    ['neg', tf.neg],
    ['abs', tf.abs],
    ['sign', tf.sign],
    ['square', (x: tf.Tensor) => tf.square(tf.mod(x, 100))],
    ['argMax', (x: tf.Tensor) => tf.argMax(x)],
    ['argMin', (x: tf.Tensor) => tf.argMin(x)],
    ['squaredDifference', (x: tf.Tensor) => tf.squaredDifference(tf.mod(x, 100), 3)],
  ] as const)('%s equals tfjs cpu', async (_name, f) => {
    await expectSameAsCpu(() => f(tf.tensor1d(INTS, 'int32')));
  });

  test('argMax and argMin tell numbers apart that are one float', async () => {
    const x = [2 ** 30, 2 ** 30 + 1, 2 ** 30 + 2, 2 ** 30 - 1];
    await expectSameAsCpu(() => {
      const t = tf.tensor1d(x, 'int32');
      return [tf.argMax(t), tf.argMin(t)];
    });
  });

  test('argMax of bool takes the first that is true', async () => {
    await expectSameAsCpu(() => tf.argMax(tf.tensor2d([0, 1, 1, 0, 0, 0], [2, 3], 'bool'), 1));
  });

  const SIZES: [number, number, number][] = [
    [1, 1, 1],
    [3, 5, 7],
    [17, 33, 9],
    [40, 30, 50],
  ];
  test.each(SIZES)(
    'matmul [%i x %i] over %i equals tfjs cpu in all transpositions',
    async (m, n, k) => {
      const next = random(m);
      const whole = (shape: number[]) => values(next, shape).map((v) => Math.round(v * 3000));
      for (const [transposeA, transposeB] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const)
        for (const [batchA, batchB] of [
          [[], []],
          [[3], [3]],
          [[1], [2]],
          [[2], [1]],
        ] as const) {
          const a = [...batchA, ...(transposeA ? [k, m] : [m, k])];
          const b = [...batchB, ...(transposeB ? [n, k] : [k, n])];
          const [x, y] = [whole(a), whole(b)];
          await expectSameAsCpu(
            () =>
              tf.matMul(tf.tensor(x, a, 'int32'), tf.tensor(y, b, 'int32'), transposeA, transposeB),
            { tolerance: 0 },
          );
        }
    },
  );
});

test('nothing above ran on tfjs cpu', () => {
  expect([...engineBackend().fallbacks.keys()]).toEqual([]);
});
