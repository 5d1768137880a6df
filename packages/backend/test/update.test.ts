import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { engineBackend, prepare, random, values } from './helpers.ts';

beforeAll(async () => {
  await prepare();
  await tf.setBackend('cnnkit');
});

type State = Record<string, number>;
type Formula = (s: State, g: number) => void;

/** The formulas in float64, as @cnnkit/training documents them. */
const FORMULAS: Record<
  string,
  { slots: string[]; attrs: Record<string, number | boolean>; step: Formula }
> = {
  CnnkitSgdUpdate: {
    slots: [],
    attrs: { learningRate: 0.1 },
    step: (s, g) => {
      s.w! -= 0.1 * g;
    },
  },
  CnnkitMomentumUpdate: {
    slots: ['m'],
    attrs: { learningRate: 0.1, momentum: 0.9, nesterov: false },
    step: (s, g) => {
      s.m = 0.9 * s.m! - 0.1 * g;
      s.w! += s.m;
    },
  },
  'CnnkitMomentumUpdate nesterov': {
    slots: ['m'],
    attrs: { learningRate: 0.1, momentum: 0.9, nesterov: true },
    step: (s, g) => {
      s.m = 0.9 * s.m! - 0.1 * g;
      s.w! += 0.9 * s.m - 0.1 * g;
    },
  },
  CnnkitAdamUpdate: {
    slots: ['m', 'v'],
    attrs: {
      alpha: 0.02,
      beta1: 0.9,
      beta2: 0.99,
      oneMinusBeta1: 0.1,
      oneMinusBeta2: 0.01,
      epsilon: 1e-3,
    },
    step: (s, g) => {
      s.m! += (g - s.m!) * 0.1;
      s.v! += (g * g - s.v!) * 0.01;
      s.w! -= (0.02 * s.m!) / (Math.sqrt(s.v!) + 1e-3);
    },
  },
  CnnkitAmsgradUpdate: {
    slots: ['m', 'v', 'h'],
    attrs: { alpha: 0.02, oneMinusBeta1: 0.1, oneMinusBeta2: 0.01, epsilon: 1e-3 },
    step: (s, g) => {
      s.m! += (g - s.m!) * 0.1;
      s.v! += (g * g - s.v!) * 0.01;
      s.h = Math.max(s.h!, s.v!);
      s.w! -= (0.02 * s.m!) / (Math.sqrt(s.h) + 1e-3);
    },
  },
  CnnkitNadamUpdate: {
    slots: ['m', 'v'],
    attrs: {
      learningRate: 0.02,
      oneMinusBeta1: 0.1,
      oneMinusBeta2: 0.01,
      epsilon: 1e-3,
      mScale: 1.5,
      gScale: 0.3,
      vScale: 2,
    },
    step: (s, g) => {
      s.m! += (g - s.m!) * 0.1;
      s.v! += (g * g - s.v!) * 0.01;
      s.w! -= (0.02 * (s.m! * 1.5 + g * 0.3)) / (Math.sqrt(s.v! * 2) + 1e-3);
    },
  },
  CnnkitAdamaxUpdate: {
    slots: ['m', 'u'],
    attrs: { alpha: 0.02, oneMinusBeta1: 0.1, beta2: 0.99, epsilon: 1e-3 },
    step: (s, g) => {
      s.m! += (g - s.m!) * 0.1;
      s.u = Math.max(0.99 * s.u!, Math.abs(g));
      s.w! -= (0.02 * s.m!) / (s.u + 1e-3);
    },
  },
  CnnkitRmspropUpdate: {
    slots: ['v'],
    attrs: { learningRate: 0.02, rho: 0.9, oneMinusRho: 0.1, epsilon: 1e-3 },
    step: (s, g) => {
      s.v = 0.9 * s.v! + 0.1 * g * g;
      s.w! -= (0.02 * g) / Math.sqrt(s.v + 1e-3);
    },
  },
  CnnkitRmspropMomentumUpdate: {
    slots: ['v', 'm'],
    attrs: { learningRate: 0.02, rho: 0.9, oneMinusRho: 0.1, momentum: 0.7, epsilon: 1e-3 },
    step: (s, g) => {
      s.v = 0.9 * s.v! + 0.1 * g * g;
      s.m = 0.7 * s.m! + (0.02 * g) / Math.sqrt(s.v + 1e-3);
      s.w! -= s.m;
    },
  },
  CnnkitRmspropCenteredUpdate: {
    slots: ['v', 'c'],
    attrs: { learningRate: 0.02, rho: 0.9, oneMinusRho: 0.1, epsilon: 1 },
    step: (s, g) => {
      s.v = 0.9 * s.v! + 0.1 * g * g;
      s.c = 0.9 * s.c! + 0.1 * g;
      s.w! -= (0.02 * g) / Math.sqrt(s.v - s.c * s.c + 1);
    },
  },
  CnnkitRmspropCenteredMomentumUpdate: {
    slots: ['v', 'm', 'c'],
    attrs: { learningRate: 0.02, rho: 0.9, oneMinusRho: 0.1, momentum: 0.7, epsilon: 1 },
    step: (s, g) => {
      s.v = 0.9 * s.v! + 0.1 * g * g;
      s.c = 0.9 * s.c! + 0.1 * g;
      s.m = 0.7 * s.m! + (0.02 * g) / Math.sqrt(s.v - s.c * s.c + 1);
      s.w! -= s.m;
    },
  },
  CnnkitAdagradUpdate: {
    slots: ['a'],
    attrs: { learningRate: 0.02, epsilon: 1e-3 },
    step: (s, g) => {
      s.a! += g * g;
      s.w! -= (0.02 * g) / Math.sqrt(s.a! + 1e-3);
    },
  },
  CnnkitAdadeltaUpdate: {
    slots: ['a', 'd'],
    attrs: { learningRate: 0.5, rho: 0.9, oneMinusRho: 0.1, epsilon: 1e-3 },
    step: (s, g) => {
      s.a = 0.9 * s.a! + 0.1 * g * g;
      const delta = (-g * Math.sqrt(s.d! + 1e-3)) / Math.sqrt(s.a + 1e-3);
      s.d = 0.9 * s.d! + 0.1 * delta * delta;
      s.w! += 0.5 * delta;
    },
  },
  CnnkitLionUpdate: {
    slots: ['m'],
    attrs: { learningRate: 0.02, beta1: 0.9, oneMinusBeta1: 0.1, beta2: 0.99, oneMinusBeta2: 0.01 },
    step: (s, g) => {
      s.w! -= 0.02 * Math.sign(0.9 * s.m! + 0.1 * g);
      s.m = 0.99 * s.m! + 0.01 * g;
    },
  },
  CnnkitAverageUpdate: {
    slots: [],
    attrs: { momentum: 0.9, oneMinusMomentum: 0.1 },
    step: (s, g) => {
      s.w = 0.9 * s.w! + 0.1 * g;
    },
  },
};

describe.each(Object.keys(FORMULAS))('%s', (name) => {
  const { slots, attrs, step } = FORMULAS[name]!;
  const letters = ['w', ...slots];

  // The last ones are shared out in chunks that begin and end within variables, an empty one among them.
  test.each([[[1, 5]], [[3, 5]], [[1030, 5]], [[5000, 5]], [[1025, 0, 9000, 1, 2048, 14000]]])(
    'follows its formula for 4 steps over variables of %j elements',
    (sizes) => {
      const next = random(sizes[0]!);
      const state = sizes.map((size) =>
        Array.from(
          { length: size },
          () =>
            Object.fromEntries(
              letters.map((l) => [l, l === 'w' || l === 'm' ? next() - 0.5 : next()]),
            ) as State,
        ),
      );
      const variables = letters.map((l) =>
        state.map((s) => tf.variable(tf.tensor1d(s.map((e) => e[l]!)))),
      );
      for (let turn = 0; turn < 4; turn++) {
        const gradients = sizes.map((size) => values(next, [size]));
        tf.tidy(() => {
          const inputs: tf.NamedTensorMap = {};
          for (const [k, l] of letters.entries()) {
            for (const [i, v] of variables[k]!.entries()) inputs[`${l}${i}`] = v;
          }
          for (const [i, g] of gradients.entries()) inputs[`g${i}`] = tf.tensor1d(g);
          const out = tf.engine().runKernel(name.split(' ')[0]!, inputs, {
            count: sizes.length,
            ...attrs,
          }) as unknown as tf.Tensor[];
          expect(out.length).toBe(sizes.length * letters.length);
          for (const [i, v] of variables.flat().entries()) v.assign(out[i] as never);
        });
        for (const [i, elements] of state.entries()) {
          for (const [j, element] of elements.entries()) step(element, gradients[i]![j]!);
        }
      }
      for (const [k, letter] of letters.entries()) {
        for (const [i, elements] of state.entries()) {
          const got = Array.from(variables[k]![i]!.dataSync());
          expect(got.length).toBe(sizes[i]);
          const gap = Math.max(0, ...got.map((v, j) => Math.abs(v - elements[j]![letter]!)));
          expect(gap, `${letter}${i}`).toBeLessThan(2e-5);
        }
      }
      tf.dispose(variables.flat());
    },
  );

  test('makes moments below the smallest normal number zero, as TensorFlow does', () => {
    const before = [1e-38, -1e-38, 1e-36, Number.NaN];
    const inputs: tf.NamedTensorMap = { w0: tf.tensor1d([0.5, 0.5, 0.5, 0.5]), g0: tf.zeros([4]) };
    const signed = new Set(['m', 'c']);
    for (const l of slots)
      inputs[`${l}0`] = tf.tensor1d(signed.has(l) ? before : before.map(Math.abs));
    const [w, ...after] = tf.engine().runKernel(name.split(' ')[0]!, inputs, {
      count: 1,
      ...attrs,
    }) as unknown as tf.Tensor[];
    // Lion goes by the sign of its mean.
    const moves = name === 'CnnkitLionUpdate' ? 0.02 : 0;
    const unmoved = name === 'CnnkitAverageUpdate' ? 0.45 : 0.5;
    expect(w!.dataSync()[0]).toBeCloseTo(unmoved - moves, 6);
    expect(after.length).toBe(slots.length);
    for (const [k, slot] of after.entries()) {
      const [tiny, negative, normal, nan] = slot.dataSync();
      if (moves > 0) expect(tiny).toBeGreaterThan(0.9e-38);
      else expect([tiny, negative]).toEqual([0, 0]);
      expect(normal, slots[k]).toBeGreaterThan(0.5e-36);
      expect(normal, slots[k]).toBeLessThan(2e-36);
      expect(nan, slots[k]).toBeNaN();
    }
  });
});

test('writes in place of values nobody else holds, and leaves a snapshot as it was', () => {
  const step = (v: tf.Variable) =>
    tf.tidy(() => {
      const [w] = tf
        .engine()
        .runKernel(
          'CnnkitSgdUpdate',
          { w0: v, g0: tf.ones([500]) },
          { count: 1, learningRate: 1 },
        ) as unknown as tf.Tensor[];
      v.assign(w as never);
    });
  const block = (t: tf.Tensor) => engineBackend().blockOf(t);
  const v = tf.tidy(() => tf.variable(tf.zeros([500])));
  const start = block(v);
  step(v);
  expect(block(v)).toBe(start);
  const snapshot = v.clone();
  step(v);
  expect(block(v)).not.toBe(start);
  expect(snapshot.dataSync()[7]).toBe(-1);
  expect(v.dataSync()[7]).toBe(-2);
  tf.dispose([v, snapshot]);
});

test('a variable that is the gradient of another is read as it was before the step', () => {
  const [a, b] = [tf.variable(tf.zeros([3000])), tf.variable(tf.ones([3000]))];
  tf.tidy(() => {
    const inputs = { w0: b, g0: tf.ones([3000]), w1: a, g1: b };
    const out = tf.engine().runKernel('CnnkitSgdUpdate', inputs, {
      count: 2,
      learningRate: 1,
    }) as unknown as tf.Tensor1D[];
    b.assign(out[0]!);
    a.assign(out[1]!);
  });
  expect([b.dataSync()[2999], a.dataSync()[2999]]).toEqual([0, -1]);
  tf.dispose([a, b]);
});

test('what was read before an update in place is not given out after it', () => {
  const v = tf.variable(tf.zeros([4]));
  expect(v.dataSync()[0]).toBe(0);
  tf.tidy(() => {
    const [w] = tf
      .engine()
      .runKernel(
        'CnnkitSgdUpdate',
        { w0: v, g0: tf.ones([4]) },
        { count: 1, learningRate: 1 },
      ) as unknown as tf.Tensor[];
    v.assign(w as tf.Tensor1D);
  });
  expect(v.dataSync()[0]).toBe(-1);
  v.dispose();
});

test('refuses a scalar that is missing, by name', () => {
  expect(() =>
    tf.engine().runKernel('CnnkitSgdUpdate', { w0: tf.ones([2]), g0: tf.ones([2]) }, { count: 1 }),
  ).toThrow('learningRate');
});
