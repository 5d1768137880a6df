import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  planPooled,
  planPooledFirst,
  sendPooledDw,
  sendPooledDx,
} from '../src/cnnkit/kernels/pooled.ts';
import { sendConv2DDw } from '../src/cnnkit/kernels/send-convolution.ts';
import { Storage } from '../src/cnnkit/storage.ts';
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

/** A pooled first layer before what is drawn, with the filter's gradient and the bias's behind it. */
function firstGradientOf(drawn: Drawn, seed: number, way: 'alone' | 'along', threads = 2) {
  const next = random(seed);
  const { inHeight, inWidth, inChannels, batchSize } = drawn.info;
  const sides = [2 * inHeight + between(next, 2, 3), 2 * inWidth + between(next, 2, 3)] as const;
  const first = tf.backend_util.computeConv2DInfo(
    [batchSize, ...sides, 1],
    [3, 3, 1, inChannels],
    1,
    1,
    'valid',
  );
  // Of a background too, and with NaN now and then.
  const x = values(next, first.inShape).map((v, i) => (i % sides[1] < 7 ? 0 : v));
  const winners = Int8Array.from(drawn.x, () => between(next, 0, 4));
  if (seed % 8 === 0) winners[between(next, 0, winners.length - 1)] = 8 | 4;
  const size = 9 * inChannels;
  return run(
    size + inChannels,
    (engine, out, store) => {
      const { info, w, dy } = drawn;
      const gradient = { pooled: store(dy), winners: store(asFloats(drawn.winners)) };
      const behindPool = { info, gradient, filter: store(w) };
      const waiting = {
        behindPool,
        compute: (block: number) => {
          if (way === 'along') throw new Error('The gradient in between is computed.');
          sendPooledDx(engine, info, gradient, behindPool.filter, block);
        },
        release: () => {},
      };
      const pooled = Storage.defer(engine, drawn.x.length, waiting);
      if (way === 'alone') pooled.block();
      else expect(planPooledFirst(first, behindPool)).toBeDefined();
      const unpool = { pooled, winners: store(asFloats(winners)) };
      const sums = (compute: (block: number) => void) => compute(out + size * 4);
      sendConv2DDw(engine, first, store(x), { dy: pooled, unpool }, out, sums);
      pooled.release();
    },
    threads,
  );
}

describe('the gradient of a pooled first layer before another pooled one', () => {
  test.each(SEEDS)('is the same made in one go, drawn by seed %i', (seed) => {
    const drawn = draw(seed + 6000);
    if (drawn.dy.length === 0) return;
    const alone = firstGradientOf(drawn, seed, 'alone');
    expect(alone.some((v) => v !== 0)).toBe(true);
    expect(firstGradientOf(drawn, seed, 'along')).toEqual(alone);
    expect(firstGradientOf(drawn, seed, 'along', 1)).toEqual(alone);
  });

  const NOT_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  test.each(NOT_FINITE)('is so with %d among gradients or weights', (v) => {
    for (const change of [({ dy }: Drawn) => dy, ({ w }: Drawn) => w]) {
      const drawn = draw(6003);
      change(drawn)[5] = v;
      const alone = firstGradientOf(drawn, 3, 'alone');
      expect(alone.some((g) => !Number.isFinite(g))).toBe(true);
      expect(firstGradientOf(drawn, 3, 'along')).toEqual(alone);
    }
  });

  test('is not made in one go where shapes do not fit', () => {
    const info = (shape: Shape4, filters: number) =>
      tf.backend_util.computeConv2DInfo(shape, [3, 3, shape[3], filters], 1, 1, 'valid');
    const first = info([2, 16, 18, 1], 8);
    const unused = undefined as never;
    const plan = (shape: Shape4) =>
      planPooledFirst(first, { info: info(shape, 8), gradient: unused, filter: unused });
    expect(plan([2, 7, 8, 8])).toBe(2);
    expect(plan([2, 8, 7, 8])).toBeUndefined();
    expect(plan([2, 7, 4, 16])).toBeUndefined();
    expect(plan([2, 7, 8, 4])).toBeUndefined();
    const large = { info: info([1, 360, 360, 16], 8), gradient: unused, filter: unused };
    expect(planPooled(large.info, 'input')).toBeUndefined();
    expect(planPooledFirst(info([1, 722, 722, 1], 16), large)).toBeUndefined();
  });
});

describe.each([1, 2])('a network of two pooled layers, of images of %i channels', (channels) => {
  const next = random(61);
  // Every output lies in a window: tfjs cpu's gradients know NaN and infinity of others too.
  const shape: Shape4 = [3, 14, 14, channels];
  const x = values(next, shape);
  const [w1, b1] = [values(next, [3, 3, channels, 16]), values(next, [16])];
  const [w2, b2] = [values(next, [3, 3, 16, 20]), values(next, [20])];

  const layer = (t: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => {
    const y = tf.add(tf.conv2d(t as tf.Tensor4D, w as tf.Tensor4D, 1, 'valid'), b);
    return tf.maxPool(tf.relu(y) as tf.Tensor4D, 2, 2, 'valid');
  };
  /** Gradients of everything, or of all but the images, with `change` made to the data before. */
  const gradients =
    (
      change: (data: { x: Float32Array; w2: Float32Array; b2: Float32Array }) => void = () => {},
      ofImages = true,
    ) =>
    () => {
      const data = { x: x.slice(), w2: w2.slice(), b2: b2.slice() };
      change(data);
      const images = tf.tensor4d(data.x, shape);
      const loss = (t: tf.Tensor, ...[u1, c1, u2, c2]: tf.Tensor[]) =>
        tf.sum(tf.square(layer(layer(t, u1!, c1!), u2!, c2!))) as tf.Scalar;
      const weights = [
        tf.tensor4d(w1, [3, 3, channels, 16]),
        tf.tensor1d(b1),
        tf.tensor4d(data.w2, [3, 3, 16, 20]),
        tf.tensor1d(data.b2),
      ];
      return ofImages
        ? tf.grads(loss)([images, ...weights])
        : tf.grads((...all) => loss(images, ...all))(weights);
    };

  test('goes by these kernels, which take gates of the layer before along', async () => {
    const names = await commandsOf(() => tf.addN(gradients()().map((g) => tf.sum(g))));
    expect(names).toContain('pooled_dx');
    expect(names).toContain('pooled_dw');
    expect(names.includes('pooled_first')).toBe(channels === 1);
    const trained = await commandsOf(() =>
      tf.addN(gradients(undefined, false)().map((g) => tf.sum(g))),
    );
    expect(trained.includes('pooled_dx')).toBe(channels !== 1);
    expect(names).not.toContain('gate_sum');
    await expectSameAsCpu(gradients());
  });

  const NOT_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  test.each(NOT_FINITE)('%d among images, weights or biases spreads as on tfjs cpu', async (v) => {
    await expectSameAsCpu(gradients(({ x }) => x.fill(v, 200, 201)));
    await expectSameAsCpu(gradients(({ w2 }) => w2.fill(v, 77, 78)));
    await expectSameAsCpu(gradients(({ b2 }) => b2.fill(v, 3, 4)));
    await expectSameAsCpu(gradients(({ x }) => x.fill(v, 200, 201), false));
    await expectSameAsCpu(gradients(({ w2 }) => w2.fill(v, 77, 78), false));
    await expectSameAsCpu(gradients(({ b2 }) => b2.fill(v, 3, 4), false));
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
