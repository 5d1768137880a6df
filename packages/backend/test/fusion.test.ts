import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { engineBackend, expectSameAsCpu, on, prepare, random, values } from './helpers.ts';

beforeAll(() => prepare());

type T4 = tf.Tensor4D;

/** Commands that `compute` sends on cnnkit, by count. */
async function commandsOf(compute: () => tf.Tensor | tf.Tensor[]): Promise<number> {
  await on('cnnkit', compute);
  const before = engineBackend().commands.sent;
  await on('cnnkit', compute);
  return engineBackend().commands.sent - before;
}

const SHAPES: [side: number, channels: number, filters: number][] = [
  [8, 1, 32],
  [9, 3, 5],
  [10, 16, 24],
  [13, 32, 64],
  [7, 6, 130],
];

describe.each(SHAPES)(
  'a convolution of %i x %i, %i channels, with bias, relu and pool',
  (side, channels, filters) => {
    const next = random(side * 1000 + channels);
    const xShape: [number, number, number, number] = [3, side, side, channels];
    const wShape: [number, number, number, number] = [3, 3, channels, filters];
    const x = values(next, xShape);
    const w = values(next, wShape);
    const bias = values(next, [filters]);
    const layer = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) =>
      tf.relu(tf.add(tf.conv2d(a as T4, b as T4, 1, 'valid'), c)) as T4;
    const inputs = () => [tf.tensor(x, xShape), tf.tensor(w, wShape), tf.tensor1d(bias)];
    const pooledSide = Math.floor((side - 2) / 2);
    const dy = values(next, [3, pooledSide, pooledSide, filters]);

    test('forward and all gradients equal tfjs cpu', async () => {
      await expectSameAsCpu(() => {
        const f = (...args: tf.Tensor[]) =>
          tf.maxPool(layer(args[0]!, args[1]!, args[2]!), 2, 2, 'valid');
        return [
          f(...inputs()),
          ...tf.grads(f)(inputs(), tf.tensor(dy, [3, pooledSide, pooledSide, filters])),
        ];
      });
    });

    test('every value in between is there for whoever reads it', async () => {
      await expectSameAsCpu(() => {
        const [a, b, c] = inputs() as [tf.Tensor, tf.Tensor, tf.Tensor];
        const linear = tf.conv2d(a as T4, b as T4, 1, 'valid');
        const biased = tf.add(linear, c);
        const activated = tf.relu(biased) as T4;
        const pooled = tf.maxPool(activated, 2, 2, 'valid');
        return [
          pooled,
          tf.step(biased),
          tf.mul(activated, 2),
          tf.mul(biased, 2),
          tf.mul(linear, 2),
        ];
      });
    });

    test("a pool's gradient alone, without relu's, is right", async () => {
      await expectSameAsCpu(() => {
        // Most windows of these are turned off by relu, so the gradient's place is decided by a tie.
        const activated = layer(
          tf.tensor(x, xShape),
          tf.tensor(w, wShape),
          tf.sub(tf.tensor1d(bias), 1.5),
        );
        const pool = (t: tf.Tensor) => tf.maxPool(t as T4, 2, 2, 'valid');
        return tf.grad(pool)(activated, tf.tensor(dy, [3, pooledSide, pooledSide, filters]));
      });
    });

    test('forward takes one command, and at most two for a transformed filter', async () => {
      const sent = await commandsOf(() => {
        const [a, b, c] = inputs() as [tf.Tensor, tf.Tensor, tf.Tensor];
        return tf.maxPool(layer(a, b, c), 2, 2, 'valid');
      });
      expect(sent).toBeLessThanOrEqual(2);
    });
  },
);

describe('what waits', () => {
  const w = values(random(1), [4, 3]);
  test('sees the values its operands had, whatever happens to them later', async () => {
    await tf.setBackend('cnnkit');
    const weights = tf.variable(tf.tensor2d(w, [4, 3]));
    const product = tf.matMul(tf.ones([2, 4]), weights);
    const [updated] = tf
      .engine()
      .runKernel(
        'CnnkitSgdUpdate',
        { w0: weights, g0: tf.ones([4, 3]) },
        { count: 1, learningRate: 1 },
      ) as unknown as tf.Tensor[];
    weights.assign(updated as tf.Tensor2D);
    const columns = [0, 1, 2].map((j) => w[j]! + w[3 + j]! + w[6 + j]! + w[9 + j]!);
    const got = Array.from(product.dataSync());
    expect(got.map((v) => Math.round(v * 1e5))).toEqual(
      got.map((_, i) => Math.round(Math.fround(columns[i % 3]!) * 1e5)),
    );
    tf.disposeVariables();
    product.dispose();
  });

  test('lets go of its operands, read or not', async () => {
    await tf.setBackend('cnnkit');
    tf.dispose(tf.ones([3]));
    const before = {
      tensors: tf.memory().numTensors,
      used: engineBackend().arena.usedBytes,
      ids: engineBackend().numDataIds(),
    };
    for (const read of [true, false]) {
      tf.tidy(() => {
        const f = (a: tf.Tensor) =>
          tf.maxPool(
            tf.relu(
              tf.add(tf.conv2d(tf.ones([2, 8, 8, 4]) as T4, a as T4, 1, 'same'), tf.ones([16])),
            ) as T4,
            2,
            2,
            'valid',
          );
        const gradient = tf.grad(f)(tf.ones([3, 3, 4, 16]));
        if (read) gradient.dataSync();
      });
    }
    const after = {
      tensors: tf.memory().numTensors,
      used: engineBackend().arena.usedBytes,
      ids: engineBackend().numDataIds(),
    };
    expect(after).toEqual(before);
  });
});

const ACTIVATIONS = {
  relu: tf.relu,
  relu6: tf.relu6,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  elu: tf.elu,
  softplus: tf.softplus,
} as const;

describe.each([
  [
    'matmul',
    () => tf.matMul(tf.tensor2d([1, -2, 3, 4], [2, 2]), tf.tensor2d([1, -1, 2, 1, 0, -3], [2, 3])),
  ],
  [
    'conv2d',
    () =>
      tf.conv2d(
        tf.reshape(tf.range(-8, 8), [1, 4, 4, 1]) as T4,
        tf.tensor4d([1, -1, 2, 3], [2, 2, 1, 1]),
        1,
        'same',
      ),
  ],
] as [string, () => tf.Tensor][])('activations after %s', (_, linear) => {
  test.each(Object.keys(ACTIVATIONS) as (keyof typeof ACTIVATIONS)[])(
    '%s equals tfjs cpu',
    async (activation) => {
      await expectSameAsCpu(() => {
        const t = tf.add(linear(), tf.tensor1d([0.5])) as tf.Tensor;
        return [ACTIVATIONS[activation](t), tf.neg(t)];
      });
    },
  );

  test('a sum with something that is no bias stays a sum', async () => {
    await expectSameAsCpu(() => {
      const t: tf.Tensor = linear();
      return [
        tf.add(t, t),
        tf.add(t, tf.scalar(2)),
        tf.add(tf.add(t, tf.scalar(1)), tf.scalar(2)),
        tf.relu(tf.relu(t)),
      ];
    });
  });
});

describe.each([
  // batch, side, channels, filters of both layers, kernel, stride of the second
  [2, 9, 3, 8, 12, 3, 1],
  [9, 10, 2, 33, 17, 3, 1],
  [3, 8, 1, 130, 20, 3, 1],
  [1, 1, 4, 5, 6, 1, 1],
  [2, 9, 3, 16, 24, 2, 1],
  [2, 11, 3, 16, 8, 3, 2],
  [32, 14, 2, 16, 16, 3, 1],
] as const)(
  'two convolutions with bias and relu, %i x %i², %i -> %i -> %i channels, %i², stride %i',
  (batch, side, channels, first, second, kernel, stride) => {
    const next = random(batch * 100 + side);
    const shapes = [
      [batch, side, side, channels],
      [kernel, kernel, channels, first],
      [first],
      [kernel, kernel, first, second],
      [second],
    ];
    const data = shapes.map((shape) => values(next, shape));
    const inputs = () => data.map((v, i) => tf.tensor(v, shapes[i]!));
    const layer = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor, step = 1) =>
      tf.relu(tf.add(tf.conv2d(x as T4, w as T4, step, 'same'), b)) as T4;
    const f = (...[x, w1, b1, w2, b2]: tf.Tensor[]) => layer(layer(x!, w1!, b1!), w2!, b2!, stride);
    const out = Math.ceil(side / stride);
    const dy = values(next, [batch, out, out, second]);
    const gradient = () => tf.tensor(dy, [batch, out, out, second]);

    test('all gradients equal tfjs cpu', async () => {
      await expectSameAsCpu(() => tf.grads(f)(inputs(), gradient()));
    });

    test('and give the same when each gradient in between is read as well', async () => {
      await expectSameAsCpu(() => {
        const [x, w1, b1, w2, b2] = inputs() as [tf.Tensor, ...tf.Tensor[]];
        const y = layer(x, w1!, b1!);
        const [dx, dw2, db2] = tf.grads((a, w, b) => layer(a!, w!, b!, stride))(
          [y, w2!, b2!],
          gradient(),
        );
        const dz = tf.mul(dx!, tf.step(y));
        const sums = tf.sum(dz, [0, 1, 2]);
        return [dx!, dz, sums, tf.sum(dz), tf.sum(dz, -1), dw2!, db2!];
      });
    });
  },
);

test('relu and bias gradients come along with the input gradient of the layer above, or in one pass', async () => {
  const next = random(5);
  const chunksOf = async (kernel: number) => {
    await tf.setBackend('cnnkit');
    const { commands } = engineBackend();
    const shapes = [[8, 16, 16, 8], [3, 3, 8, 16], [16], [kernel, kernel, 16, 16], [16]];
    const data = shapes.map((shape) => tf.tensor(values(next, shape), shape));
    const f = (...[x, w1, b1, w2, b2]: tf.Tensor[]) => {
      const y = tf.relu(tf.add(tf.conv2d(x as T4, w1 as T4, 1, 'same'), b1!));
      return tf.relu(tf.add(tf.conv2d(y as T4, w2 as T4, 1, 'same'), b2!));
    };
    commands.profiling = true;
    tf.tidy(() => {
      for (const g of tf.grads(f)(data, tf.ones([8, 16, 16, 16]))) g.dataSync();
    });
    const profile = commands.profile();
    commands.profiling = false;
    tf.dispose(data);
    return new Map(profile.map(({ command, chunks }) => [command, chunks]));
  };
  const [along, apart] = [await chunksOf(3), await chunksOf(5)];
  for (const sent of [along, apart]) expect(sent.has('binary')).toBe(false);
  // The last layer's gradient comes from outside, which takes a pass; the first one's comes along.
  expect(apart.get('gate_sum')).toBe(2 * along.get('gate_sum')!);
});

test('a gradient gated by relu is 0, NaN and infinite where tfjs cpu has it so', async () => {
  const y = [Number.NaN, 1, 0, -1, 2, Number.POSITIVE_INFINITY, 3, Number.NaN];
  const dy = [1, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, -0, 3, -1, Number.NaN];
  await expectSameAsCpu(() => {
    const grad = tf.grad((x) => tf.relu(x))(tf.tensor2d(y, [2, 4]), tf.tensor2d(dy, [2, 4]));
    return [grad, tf.sum(tf.mul(tf.tensor2d(dy, [2, 4]), tf.step(tf.tensor2d(y, [2, 4]))), 0)];
  });
});

describe.each([1, 3, 16, 33, 70])(
  'a normalisation over %i columns and a sum behind it',
  (columns) => {
    const next = random(columns + 300);
    const shape = [300, columns];
    const [x, other] = [values(next, shape), values(next, shape)];
    x[2] = Number.NaN;
    other[0] = Number.NEGATIVE_INFINITY;
    const rows = Array.from({ length: 4 }, () => values(next, [columns]).map(Math.abs));
    const normed = () => {
      const [mean, variance, offset, scale] = rows.map((row) => tf.tensor1d(row));
      return tf.batchNorm(tf.tensor(x, shape), mean!, variance!, offset, scale, 1e-3);
    };
    const look = (read: boolean, t: tf.Tensor) => {
      if (read) t.dataSync();
      return t;
    };
    const activations = { linear: (t: tf.Tensor) => t, relu: tf.relu, sigmoid: tf.sigmoid };

    test.each(Object.entries(activations))(
      'give the same as one by one, before %s, in fewer commands',
      async (_, activation) => {
        await tf.setBackend('cnnkit');
        const { commands } = engineBackend();
        const pass = (read: boolean, first: boolean) =>
          tf.tidy(() => {
            const [y, z] = [look(read, normed()), tf.tensor(other, shape)];
            const sum = look(read, first ? tf.add(y, z) : tf.add(z, y));
            return Array.from(activation(sum).dataSync());
          });
        const counts = [true, false].map((read) => {
          const before = commands.sent;
          pass(read, true);
          return commands.sent - before;
        });
        expect(counts[1]).toBe(1);
        expect(counts[0]).toBeGreaterThan(1);
        expect(pass(false, true)).toEqual(pass(true, true));
        expect(pass(false, false)).toEqual(pass(true, false));
      },
    );

    test('every value in between is there for whoever reads it', async () => {
      await expectSameAsCpu(() => {
        const y = normed();
        const sum = tf.add(y, tf.tensor(other, shape));
        const activated = tf.relu(sum);
        const both = tf.add(y, normed());
        const more = tf.relu(tf.add(sum, y));
        return [activated, tf.step(sum), tf.mul(sum, 2), tf.mul(y, 2), both, more, tf.add(y, y)];
      });
    });

    test('of another shape or a row are sums of their own', async () => {
      await expectSameAsCpu(() => {
        const row = tf.tensor1d(other.slice(0, columns));
        const image = tf.reshape(normed(), [10, 30, columns]);
        const bias = tf.add(tf.relu(tf.add(normed(), tf.tensor(other, shape))), row);
        return [
          tf.add(normed(), row),
          tf.add(image, tf.slice(normed(), [0, 0], [30, columns])),
          bias,
        ];
      });
    });
  },
);
