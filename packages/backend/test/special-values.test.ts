import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  expectSameAsCpu,
  largestGap,
  on,
  prepare,
  random,
  type Shape4,
  values,
} from './helpers.ts';

beforeAll(() => prepare());

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

/** Values of which one in `every` is NaN or infinite, in turn. */
function dotted(seed: number, shape: readonly number[], specials: readonly number[], every = 9) {
  const next = random(seed);
  const x = values(next, shape);
  const first = Math.floor(next() * every);
  for (let i = first, turn = 0; i < x.length; i += every, turn++) {
    x[i] = specials[turn % specials.length]!;
  }
  return x;
}

const SETS: Readonly<Record<string, readonly number[]>> = {
  NaN: [nan],
  Infinity: [infinity],
  '-Infinity': [-infinity],
  'all three': [nan, infinity, -infinity],
};

/** A function of one tensor and its gradient, where the values, or what comes back, are special. */
async function expectPassesAsCpu(
  f: (x: tf.Tensor) => tf.Tensor,
  shape: readonly number[],
  specials: readonly number[],
  { every = 9, tolerance = 1e-5 } = {},
): Promise<void> {
  for (const seed of [1, 2, 3]) {
    const plain = values(random(seed), shape);
    const x = dotted(seed, shape, specials, every);
    await expectSameAsCpu(
      () => {
        const input = tf.tensor(x, shape as number[]);
        const y = f(input);
        const dy = tf.tensor(values(random(seed + 5), y.shape), y.shape);
        const special = tf.tensor(dotted(seed + 5, y.shape, specials, every), y.shape);
        return [
          y,
          tf.grad(f)(input, dy),
          tf.grad(f)(input, special),
          tf.grad(f)(tf.tensor(plain, shape as number[]), special),
        ];
      },
      { tolerance, note: `seed ${seed}` },
    );
  }
}

const IMAGES: Shape4 = [2, 6, 6, 5];
const conv = (channels: number, filters: number, pad: 'valid' | 'same', size = 3) => {
  const filter = () => tf.randomUniform([size, size, channels, filters], -1, 1, 'float32', 7);
  return (x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, filter() as tf.Tensor4D, 1, pad);
};

const FUNCTIONS: Record<string, { f: (x: tf.Tensor) => tf.Tensor; shape: readonly number[] }> = {
  'max pool': { f: (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'), shape: IMAGES },
  'max pool of overlapping windows': {
    f: (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 'same'),
    shape: IMAGES,
  },
  'average pool': { f: (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid'), shape: IMAGES },
  'average pool of overlapping windows': {
    f: (x) => tf.avgPool(x as tf.Tensor4D, 3, 2, 'same'),
    shape: IMAGES,
  },
  'relu and pool': {
    f: (x) => tf.maxPool(tf.relu(x) as tf.Tensor4D, 2, 2, 'valid'),
    shape: IMAGES,
  },
  'convolution 5x5': { f: conv(5, 6, 'valid', 5), shape: IMAGES },
  'convolution 2x2': { f: conv(5, 18, 'valid', 2), shape: IMAGES },
  'convolution 1x1': { f: conv(5, 6, 'same', 1), shape: IMAGES },
  softmax: { f: tf.softmax, shape: [7, 11] },
  logSoftmax: { f: tf.logSoftmax, shape: [7, 11] },
  sum: { f: (x) => tf.sum(x, -1), shape: [7, 11] },
  mean: { f: (x) => tf.mean(x, 0), shape: [7, 11] },
  max: { f: (x) => tf.max(x, -1), shape: [7, 11] },
  'max of columns': { f: (x) => tf.max(x, 0), shape: [7, 11] },
  min: { f: (x) => tf.min(x, -1), shape: [7, 11] },
  relu: { f: tf.relu, shape: [70] },
  relu6: { f: tf.relu6, shape: [70] },
  sigmoid: { f: tf.sigmoid, shape: [70] },
  tanh: { f: tf.tanh, shape: [70] },
  elu: { f: tf.elu, shape: [70] },
  selu: { f: tf.selu, shape: [70] },
  leakyRelu: { f: (x) => tf.leakyRelu(x, 0.3), shape: [70] },
  softplus: { f: tf.softplus, shape: [70] },
  exp: { f: tf.exp, shape: [70] },
  log: { f: tf.log, shape: [70] },
  sqrt: { f: tf.sqrt, shape: [70] },
  abs: { f: tf.abs, shape: [70] },
  square: { f: tf.square, shape: [70] },
  clip: { f: (x) => tf.clipByValue(x, -0.5, 0.5), shape: [70] },
  maximum: { f: (x) => tf.maximum(x, tf.reverse(x)), shape: [70] },
  minimum: { f: (x) => tf.minimum(x, tf.reverse(x)), shape: [70] },
  cumsum: { f: (x) => tf.cumsum(x, 1), shape: [7, 11] },
  'batch normalisation': {
    f: (x) => tf.batchNorm(x, tf.fill([5], 0.1), tf.fill([5], 0.7), tf.ones([5]), tf.fill([5], 2)),
    shape: IMAGES,
  },
  matmul: {
    f: (x) => tf.matMul(x, tf.randomUniform([11, 9], -1, 1, 'float32', 3)),
    shape: [7, 11],
  },
  upsampling: {
    f: (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [12, 12]),
    shape: [1, 6, 6, 5],
  },
  'bilinear resizing': {
    f: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [12, 12]),
    shape: [1, 6, 6, 5],
  },
  'local response normalisation': {
    f: (x) => tf.localResponseNormalization(x as tf.Tensor4D, 1),
    shape: IMAGES,
  },
  'a product of rows and columns': {
    f: (x) => tf.mul(tf.sum(x, 1, true), tf.sub(x, tf.mean(x, 0, true))),
    shape: [7, 11],
  },
  'argMax and argMin': {
    f: (x) => {
      const places = tf.add(tf.argMax(x, 1), tf.argMin(x, 1));
      return tf.add(x, tf.expandDims(tf.cast(places, 'float32'), 1));
    },
    shape: [7, 11],
  },
  depthwise: {
    f: (x) =>
      tf.depthwiseConv2d(
        x as tf.Tensor4D,
        tf.randomUniform([3, 3, 5, 1], -1, 1, 'float32', 3) as tf.Tensor4D,
        1,
        'same',
      ),
    shape: IMAGES,
  },
};

describe.each(Object.keys(SETS))('%s', (set) => {
  test.each(Object.keys(FUNCTIONS))('through %s and back', async (name) => {
    const { f, shape } = FUNCTIONS[name]!;
    await expectPassesAsCpu(f, shape, SETS[set]!);
  });
});

test.each(Object.keys(SETS))(
  '%s through batch normalisation that trains, and back: not finite where tfjs cpu is not',
  async (set) => {
    const shape: Shape4 = [4, 3, 3, 5];
    const f = (x: tf.Tensor) =>
      tfl.layers.batchNormalization({}).apply(x, { training: true }) as tf.Tensor;
    // One special value, in the second channel: all others stay as they are.
    const special = (at: number) => {
      const x = values(random(60 + at), shape);
      x[at] = SETS[set]!.at(-1)!;
      return x;
    };
    for (const [x, dy] of [
      [special(41), values(random(8), shape)],
      [values(random(9), shape), special(16)],
    ] as const) {
      // Which of NaN and infinity depends on the order of its sums, so that is left open.
      await expectSameAsCpu(
        () => {
          const [input, back] = [tf.tensor4d(x, shape), tf.tensor4d(dy, shape)];
          const { value, grad } = tf.valueAndGrad(f)(input, back);
          const bounded = [value, grad].map((t) => tf.where(tf.isFinite(t), t, tf.zerosLike(t)));
          return [tf.isFinite(value), tf.isFinite(grad), ...bounded];
        },
        { tolerance: 1e-4 },
      );
    }
  },
);

/** Special values in one operand at a time, and in what comes back; gradients of all. */
async function expectOperandsAsCpu(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  shapes: readonly (readonly number[])[],
  specials: readonly number[],
  note = '',
): Promise<void> {
  const plain = shapes.map((shape, i) => values(random(20 + i), shape));
  for (let which = 0; which <= shapes.length; which++) {
    const data = plain.map((x, i) => (i === which ? dotted(30 + i, shapes[i]!, specials, 23) : x));
    await expectSameAsCpu(
      () => {
        const inputs = data.map((x, i) => tf.tensor(x, shapes[i] as number[]));
        const y = f(...inputs);
        const dy = values(random(40), y.shape);
        const back = which === shapes.length ? dotted(41, y.shape, specials, 13) : dy;
        return [y, ...tf.grads(f)(inputs, tf.tensor(back, y.shape))];
      },
      { note: `${note} operand ${which}` },
    );
  }
}

// For the first layer's own kernel, for few channels and for many; none that goes by Winograd's method, and no
// pool that drops a row.
const POOLED: [x: Shape4, filter: Shape4, pad: 'valid' | 'same'][] = [
  [[2, 10, 10, 1], [3, 3, 1, 20], 'valid'],
  [[2, 8, 8, 3], [5, 5, 3, 17], 'valid'],
  [[2, 10, 10, 4], [5, 5, 4, 33], 'valid'],
  [[1, 9, 9, 16], [2, 2, 16, 16], 'valid'],
];

describe.each(Object.keys(SETS))('%s through convolution, bias, relu and pool at once', (set) => {
  test.each(POOLED)('%j by %j', async (x, filter, pad) => {
    const f = (...[input, w, b]: tf.Tensor[]) => {
      const z = tf.add(tf.conv2d(input as tf.Tensor4D, w as tf.Tensor4D, 1, pad), b!);
      return tf.maxPool(tf.relu(z) as tf.Tensor4D, 2, 2, 'valid');
    };
    await expectOperandsAsCpu(f, [x, filter, [filter[3]]], SETS[set]!);
  });
});

describe("Winograd's convolutions", () => {
  const [x, filter]: Shape4[] = [
    [1, 12, 12, 16],
    [3, 3, 16, 32],
  ];
  const f = (...[input, w, b]: tf.Tensor[]) => {
    const z = tf.add(tf.conv2d(input as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'), b!);
    return tf.maxPool(tf.relu(z) as tf.Tensor4D, 2, 2, 'valid');
  };

  test.each(Object.keys(SETS))('%s spreads over its tile, as NaN, and no further', async (set) => {
    const data = [x!, filter!].map((shape, i) => values(random(50 + i), shape));
    // One value in the middle of the image; with their pixel's neighbours, 3 x 3 outputs have it.
    const special = SETS[set]!;
    data[0]![(5 * 12 + 6) * 16 + 3] = special.at(-1)!;
    const compute = () => {
      const inputs = [...data.map((d, i) => tf.tensor(d, [x!, filter!][i]!)), tf.zeros([32])];
      const { value, grads } = tf.valueAndGrads(f)(inputs, tf.ones([1, 6, 6, 32]));
      return [value, ...grads];
    };
    const [y, dx] = await on('cnnkit', compute);
    const [wantY, wantDx] = await on('cpu', compute);
    // The forward pass of training is summed directly.
    expect(largestGap(y!.values, wantY!.values)).toBeLessThanOrEqual(1e-5);
    let spread = 0;
    wantDx!.values.forEach((want, at) => {
      const got = dx!.values[at]!;
      const [row, column] = [Math.floor(at / (12 * 16)), Math.floor(at / 16) % 12];
      const near = Math.abs(row - 5) <= 4 && Math.abs(column - 6) <= 4;
      if (!Number.isFinite(want)) expect(Number.isFinite(got)).toBe(false);
      else if (!near) expect(Math.abs(got - want)).toBeLessThan(1e-4);
      else if (!Number.isFinite(got)) spread++;
    });
    expect(spread).toBeLessThanOrEqual(7 * 7 * 16);
  });
});

test('padding counts as zeros, so an infinite weight shows at the border too', async () => {
  const compute = () => {
    const w = tf.tensor4d(
      [1, 1, 1, 1, Number.POSITIVE_INFINITY, 1, 1, 1, Number.POSITIVE_INFINITY],
      [3, 3, 1, 1],
    );
    return tf.conv2d(tf.ones([1, 4, 4, 1]) as tf.Tensor4D, w, 1, 'same');
  };
  const [got] = await on('cnnkit', compute);
  expect(got!.values.filter(Number.isFinite)).toEqual([]);
});
