import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendWinograd } from '../src/cnnkit/kernels/winograd.ts';
import { planWinograd } from '../src/cnnkit/kernels/winograd-plan.ts';
import { Activation } from '../src/cnnkit/opcodes.ts';
import {
  between,
  engineBackend,
  expectSameAsCpu,
  pick,
  prepare,
  random,
  values,
} from './helpers.ts';
import {
  BOUND,
  closeEngines,
  draw,
  error,
  gradients,
  inputGradientBy,
  openEngines,
  plan,
  run,
  shape,
} from './winograd-harness.ts';
import { convolve, filterGradient, inputGradient } from './winograd-reference.ts';

beforeAll(() => Promise.all([prepare(), openEngines()]));
afterAll(closeEngines);

const ACTIVATE: Readonly<Record<number, (v: number) => number>> = {
  [Activation.linear]: (v) => v,
  [Activation.relu]: (v) => Math.max(0, v),
  [Activation.sigmoid]: (v) => 1 / (1 + Math.exp(-v)),
};
const SEEDS = Array.from({ length: 24 }, (_, i) => i);

const bits = (values: Float32Array) => Buffer.from(values.buffer).toString('base64');

describe.each([2, 3, 4] as const)('with tiles of %i x its own outputs', (m) => {
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
    const [dx, dw] = gradients(info, [x, w], dy, m);
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
    const [dx, dw] = gradients(info, [x, w], dy, m);
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
      ...gradients(info, [x!, w!], dy!, m, threads),
    ];
    expect(all(1).map(bits)).toEqual(all(2).map(bits));
  });
});

describe('the gradient of an input', () => {
  test('by F(2x2) keeps infinities and exact zeros to the windows that see them', () => {
    const next = random(11);
    const info = shape([2, 8, 11, 19], 21, 'valid');
    const w = values(next, info.filterShape);
    const dy = new Float32Array(tf.util.sizeFromShape(info.outShape));
    const [at, filter] = [[1, 2, 4] as const, 20];
    const [b, y, x] = at;
    dy[((b * info.outHeight + y) * info.outWidth + x) * 21 + filter] = Number.POSITIVE_INFINITY;
    const dx = inputGradientBy(info, dy, w, 2);
    dx.forEach((value, i) => {
      const pixel = Math.floor(i / 19);
      const [row, column] = [Math.floor(pixel / 11) % 8, pixel % 11];
      const sees = pixel >= 88 && row >= y && row < y + 3 && column >= x && column < x + 3;
      if (sees) expect(Number.isFinite(value)).toBe(false);
      else expect(value).toBe(0);
    });
  });

  test.each(SEEDS)('by F(3x3) keeps the bound of F(2x2) to float64, drawn by seed %i', (seed) => {
    const { next, info, w } = draw(seed + 500);
    const dy = values(next, info.outShape);
    const want = inputGradient(info, dy, w);
    expect(error(inputGradientBy(info, dy, w, 3), want.sum, want.magnitude)).toBeLessThan(BOUND[2]);
  });

  test('has the same bits on one thread and on two', () => {
    const info = shape([9, 5, 11, 37], 45, 'same');
    const next = random(2);
    const [w, dy] = [values(next, info.filterShape), values(next, info.outShape)];
    const [one, two] = [1, 2].map((threads) => inputGradientBy(info, dy, w, 3, threads));
    expect(bits(one!)).toBe(bits(two!));
  });

  test('takes larger tiles of large images than of small ones, but for the fastest', () => {
    const small = shape([64, 5, 5, 64], 64, 'valid');
    for (const use of ['checked', 'gradients', 'all'] as const)
      expect(planWinograd(small, 'input', false, use)?.m).toBe(3);
    const seven = shape([64, 9, 9, 64], 64, 'valid');
    expect(planWinograd(seven, 'input', false, 'checked')?.m).toBe(3);
    expect(planWinograd(seven, 'input', false, 'all')?.m).toBe(4);
    const large = shape([64, 26, 26, 64], 64, 'valid');
    expect(planWinograd(large, 'input', false, 'checked')?.m).toBe(4);
  });
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

test('a forward pass that nothing is learned from is not summed directly', async () => {
  const next = random(6);
  const filterShape = [3, 3, 32, 32] as [number, number, number, number];
  const [x, w] = [values(next, [4, 14, 14, 32]), values(next, filterShape)];
  await tf.setBackend('cnnkit');
  const engine = engineBackend();
  const pass = () =>
    tf.tidy(() =>
      tf.conv2d(tf.tensor4d(x, [4, 14, 14, 32]), tf.tensor4d(w, filterShape), 1, 'same').dataSync(),
    );
  const use = engine.winograd;
  engine.winograd = 'off';
  const direct = pass();
  engine.winograd = use;
  expect(pass()).not.toEqual(direct);
});

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
