import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planPooled, sendPooledDw, sendPooledDx } from '../src/cnnkit/kernels/pooled.ts';
import {
  between,
  commandsOf,
  expectSameAsCpu,
  pick,
  prepare,
  random,
  type Shape4,
  values,
} from './helpers.ts';
import { asFloats, closeEngines, error, openEngines, run } from './winograd-harness.ts';
import { filterGradient, type Info, inputGradient, unpool } from './winograd-reference.ts';

beforeAll(async () => {
  await openEngines();
  await prepare();
});
afterAll(closeEngines);

/** Direct sums stray by less than this, in units of 2^-24 of the largest sum of magnitudes. */
const BOUND = 6;

interface Drawn {
  readonly info: Info;
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly dy: Float32Array;
  readonly winners: Int8Array;
}

/** A convolution behind a pool drawn from the seed: any kernel, stride and padding; with winners and gradients. */
function draw(seed: number): Drawn {
  const next = random(seed);
  const kernel = [between(next, 1, 5), between(next, 1, 5)] as const;
  const channels = pick(next, [1, 2, 3, 4, 5, 8, 12, 15, 16, 17, 24, 32, 33, 64, 65]);
  const filters = pick(next, [1, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 64, 65, 80]);
  const side = () => between(next, 6, channels * filters > 1000 ? 10 : 22);
  const strides: [number, number] = [pick(next, [1, 1, 2]), pick(next, [1, 1, 2, 3])];
  const pads = (): [number, number] => [between(next, 0, 3), between(next, 0, 3)];
  const pad = pick(next, [
    () => 'valid' as const,
    () => 'same' as const,
    (): tf.backend_util.ExplicitPadding => [[0, 0], pads(), pads(), [0, 0]],
  ])();
  const inShape: Shape4 = [between(next, 1, 5), side(), side(), channels];
  const filterShape: Shape4 = [...kernel, channels, filters];
  const info = tf.backend_util.computeConv2DInfo(inShape, filterShape, strides, 1, pad);
  const pooled = [inShape[0], info.outHeight >> 1, info.outWidth >> 1, filters];
  const dy = values(next, pooled).map((v) => (next() < 0.1 ? 0 : v));
  const winners = Int8Array.from(dy, () => between(next, 0, 4));
  return { info, x: values(next, inShape), w: values(next, filterShape), dy, winners };
}

function inputGradientOf({ info, x, w, dy, winners }: Drawn, threads = 2): Float32Array {
  return run(
    x.length,
    (engine, out, store) => {
      const gradient = { pooled: store(dy), winners: store(asFloats(winners)) };
      return sendPooledDx(engine, info, gradient, store(w), out);
    },
    threads,
  );
}

/** The filter's gradient with the bias's behind it. */
function filterGradientOf({ info, x, w, dy, winners }: Drawn, threads = 2): Float32Array {
  return run(
    w.length + info.outChannels,
    (engine, out, store) => {
      const gradient = { pooled: store(dy), winners: store(asFloats(winners)) };
      const sums = (compute: (block: number) => void) => compute(out + w.length * 4);
      return sendPooledDw(engine, info, store(x), gradient, out, sums);
    },
    threads,
  );
}

/** The sums of a gradient over all pixels, a filter each, with those of magnitudes. */
function columnSums({ outChannels }: Info, dz: Float64Array) {
  const sum = new Float64Array(outChannels);
  const magnitude = new Float64Array(outChannels);
  dz.forEach((v, i) => {
    sum[i % outChannels]! += v;
    magnitude[i % outChannels]! += Math.abs(v);
  });
  return { sum, magnitude };
}

const SEEDS = Array.from({ length: 80 }, (_, i) => i);
test.each(SEEDS)('the gradients equal sums in float64, drawn by seed %i', (seed) => {
  const drawn = draw(seed + 5000);
  const { info, x, w, dy, winners } = drawn;
  if (dy.length === 0) return;
  const dz = unpool(info, dy, winners);
  const want = inputGradient(info, dz, w);
  expect(error(inputGradientOf(drawn), want.sum, want.magnitude)).toBeLessThan(BOUND);
  const both = filterGradientOf(drawn);
  const filter = filterGradient(info, x, dz);
  expect(error(both.subarray(0, w.length), filter.sum, filter.magnitude)).toBeLessThan(BOUND);
  const bias = columnSums(info, dz);
  expect(error(both.subarray(w.length), bias.sum, bias.magnitude)).toBeLessThan(BOUND);
});

test('so they do with many channels and filters, in a wide image', () => {
  const next = random(71);
  const inShape: Shape4 = [1, 5, 40, 260];
  const info = tf.backend_util.computeConv2DInfo(inShape, [3, 3, 260, 1100], 1, 1, 'same');
  const dy = values(next, [2 * 20 * 1100]);
  const drawn = {
    ...{ info, dy, x: values(next, inShape), w: values(next, [3, 3, 260, 1100]) },
    winners: Int8Array.from(dy, () => between(next, 0, 4)),
  };
  const dz = unpool(info, dy, drawn.winners);
  const dx = inputGradient(info, dz, drawn.w);
  expect(error(inputGradientOf(drawn), dx.sum, dx.magnitude)).toBeLessThan(BOUND);
  const dw = filterGradient(info, drawn.x, dz);
  const got = filterGradientOf(drawn).subarray(0, drawn.w.length);
  expect(error(got, dw.sum, dw.magnitude)).toBeLessThan(BOUND);
});

test.each([5003, 5017, 5040])(
  'they have the same bits on one thread and on two, seed %i',
  (seed) => {
    const drawn = draw(seed);
    expect(inputGradientOf(drawn, 1)).toEqual(inputGradientOf(drawn, 2));
    expect(filterGradientOf(drawn, 1)).toEqual(filterGradientOf(drawn, 2));
  },
);

describe('a network of two pooled layers', () => {
  const next = random(61);
  // Every output lies in a window: tfjs cpu's gradients know NaN and infinity of others too.
  const shape: Shape4 = [3, 14, 14, 2];
  const x = values(next, shape);
  const [w1, b1] = [values(next, [3, 3, 2, 16]), values(next, [16])];
  const [w2, b2] = [values(next, [3, 3, 16, 20]), values(next, [20])];

  const layer = (t: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => {
    const y = tf.add(tf.conv2d(t as tf.Tensor4D, w as tf.Tensor4D, 1, 'valid'), b);
    return tf.maxPool(tf.relu(y) as tf.Tensor4D, 2, 2, 'valid');
  };
  /** Gradients of everything, with `change` made to the data before. */
  const gradients =
    (change: (data: { x: Float32Array; w2: Float32Array; b2: Float32Array }) => void = () => {}) =>
    () => {
      const data = { x: x.slice(), w2: w2.slice(), b2: b2.slice() };
      change(data);
      const loss = (t: tf.Tensor, ...[u1, c1, u2, c2]: tf.Tensor[]) =>
        tf.sum(tf.square(layer(layer(t, u1!, c1!), u2!, c2!))) as tf.Scalar;
      return tf.grads(loss)([
        tf.tensor4d(data.x, shape),
        tf.tensor4d(w1, [3, 3, 2, 16]),
        tf.tensor1d(b1),
        tf.tensor4d(data.w2, [3, 3, 16, 20]),
        tf.tensor1d(data.b2),
      ]);
    };

  test('goes by these kernels, which take gates of the layer before along', async () => {
    const names = await commandsOf(() => tf.addN(gradients()().map((g) => tf.sum(g))));
    expect(names).toContain('pooled_dx');
    expect(names).toContain('pooled_dw');
    expect(names).not.toContain('gate_sum');
    await expectSameAsCpu(gradients());
  });

  const NOT_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  test.each(NOT_FINITE)('%d among images, weights or biases spreads as on tfjs cpu', async (v) => {
    await expectSameAsCpu(gradients(({ x }) => x.fill(v, 200, 201)));
    await expectSameAsCpu(gradients(({ w2 }) => w2.fill(v, 77, 78)));
    await expectSameAsCpu(gradients(({ b2 }) => b2.fill(v, 3, 4)));
  });
});

test('what the kernels cannot do is left to others', () => {
  const info = (shape: Shape4, filters: number, dilation: number | [number, number] = 1) =>
    tf.backend_util.computeConv2DInfo(shape, [3, 3, shape[3], filters], 1, dilation, 'valid');
  for (const pass of ['input', 'filter'] as const) {
    expect(planPooled(info([2, 9, 9, 8], 8), pass)).toBeDefined();
    expect(planPooled(info([2, 9, 9, 8], 8, [2, 1]), pass)).toBeDefined();
    expect(planPooled(info([2, 9, 9, 8], 8, 2), pass)).toBeUndefined();
    expect(planPooled(info([2, 3, 9, 8], 8), pass)).toBeUndefined();
    expect(planPooled(info([1, 1030, 1030, 64], 64), pass)).toBeUndefined();
  }
});
