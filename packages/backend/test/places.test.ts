import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { between, engineBackend, expectSameAsCpu, on, prepare, random, values } from './helpers.ts';

beforeAll(() => prepare());
const fellBack = () => [...engineBackend().fallbacks.keys()].sort();

/** Indices of `width` numbers each within `shape`, as values. */
function indicesIn(next: () => number, shape: readonly number[], n: number, width: number) {
  return Int32Array.from({ length: n * width }, (_, i) => between(next, 0, shape[i % width]! - 1));
}

const SHAPE = [5, 4, 3, 70];

describe('indices of several numbers', () => {
  test.each([1, 2, 3, 4])('gatherND of %i numbers equals tfjs cpu', async (width) => {
    const next = random(width);
    const x = values(next, SHAPE);
    const indices = indicesIn(next, SHAPE, 6, width);
    await expectSameAsCpu(
      () => [
        tf.gatherND(tf.tensor(x, SHAPE), tf.tensor(indices, [2, 3, width], 'int32')),
        tf.gatherND(
          tf.cast(tf.mul(tf.tensor(x, SHAPE), 99), 'int32'),
          tf.tensor(indices, [6, width], 'int32'),
        ),
      ],
      { tolerance: 0 },
    );
  });

  test.each([1, 2, 3, 4])(
    'scatterND of %i numbers adds what comes to one place, as tfjs cpu',
    async (width) => {
      const next = random(10 + width);
      const n = 40;
      const indices = indicesIn(next, SHAPE, n, width);
      const rest = SHAPE.slice(width);
      const updates = values(next, [n, ...rest]);
      await expectSameAsCpu(() => {
        const index = tf.tensor2d(indices, [n, width], 'int32');
        const update = tf.tensor(updates, [n, ...rest]);
        return [
          tf.scatterND(index, update, SHAPE),
          tf.scatterND(index, tf.cast(tf.mul(update, 99), 'int32'), SHAPE),
          tf.tensorScatterUpdate(tf.fill(SHAPE, 7), index, update),
        ];
      });
    },
  );

  test('sparseToDense writes values, or one, over a default, as tfjs cpu', async () => {
    await expectSameAsCpu(() => {
      const index = tf.tensor2d([0, 1, 2, 0, 1, 3], [3, 2], 'int32');
      return [
        tf.sparseToDense(index, tf.tensor1d([5, 6, 7]), [3, 4], 0.5),
        tf.sparseToDense(index, tf.scalar(9), [3, 4], 0.5),
        tf.sparseToDense(index, tf.tensor1d([5, 6, 7], 'int32'), [3, 4], tf.scalar(-1, 'int32')),
        tf.sparseToDense(index, tf.tensor1d([1, 0, 1], 'bool'), [3, 4], tf.scalar(true, 'bool')),
        tf.sparseToDense(tf.tensor1d([1, 4], 'int32'), tf.tensor1d([2, 3]), [6], 0),
      ];
    });
  });

  test('nothing above ran on tfjs cpu', () => expect(fellBack()).toEqual([]));

  test('an index that leads outside is refused with the message of tfjs cpu', async () => {
    await tf.setBackend('cnnkit');
    const index = tf.tensor2d([5, 0], [1, 2], 'int32');
    expect(() => tf.gatherND(tf.zeros(SHAPE), index)).toThrow('does not index into');
    expect(() => tf.scatterND(index, tf.zeros([1, 3, 70]), SHAPE)).toThrow('does not index into');
  });

  test('one that only the engine knows reads zeros and writes nothing', async () => {
    const [read, written] = await on('cnnkit', () => {
      const index = tf.add(tf.fill([300, 1], 3, 'int32'), tf.scalar(4, 'int32')) as tf.Tensor2D;
      return [tf.gatherND(tf.ones([5, 2]), index), tf.scatterND(index, tf.ones([300, 2]), [5, 2])];
    });
    expect(new Set([...read!.values, ...written!.values])).toEqual(new Set([0]));
  });
});

describe('images', () => {
  beforeAll(() => engineBackend().fallbacks.clear());

  test.each(['bilinear', 'nearest'] as const)(
    'cropAndResize, %s, equals tfjs cpu',
    async (method) => {
      const next = random(3);
      const x = values(next, [3, 9, 7, 5]);
      const some = Array.from({ length: 6 }, () => [
        next(),
        next(),
        next() * 1.3,
        next() * 1.3 - 0.2,
      ]);
      const whole = [
        [0, 0, 1, 1],
        [0.5, 0.5, 0.5, 0.5],
        [1, 1, 0, 0],
        [-0.1, 0.2, 0.4, 1.2],
      ];
      const boxes = [...some, ...whole].flat();
      const n = boxes.length / 4;
      for (const size of [
        [4, 6],
        [1, 1],
        [1, 5],
        [12, 12],
        [9, 7],
      ] as [number, number][])
        await expectSameAsCpu(
          () =>
            tf.image.cropAndResize(
              tf.tensor4d(x, [3, 9, 7, 5]),
              tf.tensor2d(boxes, [n, 4]),
              tf.tensor1d(
                Array.from({ length: n }, (_, i) => i % 4),
                'int32',
              ),
              size,
              method,
              0.25,
            ),
          { note: String(size) },
        );
    },
  );

  test('rotateWithOffset equals tfjs cpu', async () => {
    const next = random(4);
    const x = values(next, [2, 8, 11, 4]);
    for (const radians of [0, 0.3, Math.PI / 2, -2, Math.PI])
      for (const [fill, center] of [
        [0, 0.5],
        [0.7, [0.2, 0.9]],
        [[1, 2, 3], 0.4],
      ] as [number | [number, number, number], number | [number, number]][])
        await expectSameAsCpu(
          () => tf.image.rotateWithOffset(tf.tensor4d(x, [2, 8, 11, 4]), radians, fill, center),
          { tolerance: 0, note: `${radians} ${fill} ${center}` },
        );
  });

  test('nothing above ran on tfjs cpu', () => expect(fellBack()).toEqual([]));
});

describe('the greatest of many', () => {
  beforeAll(() => engineBackend().fallbacks.clear());

  test.each([65, 100, 1000, 1003])(
    '%i of 1003 equal tfjs cpu, the first of equals first',
    async (k) => {
      const distinct = values(random(k), [3, 1003]);
      const alike = distinct.map((v) => Math.round(v * 50));
      for (const x of [distinct, alike])
        await expectSameAsCpu(
          () => {
            const { values: top, indices } = tf.topk(tf.tensor2d(x, [3, 1003]), k);
            return [top, indices];
          },
          { tolerance: 0 },
        );
    },
  );

  test('NaN comes last, infinities where they belong', async () => {
    const x = values(random(2), [200]);
    x.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN], 50);
    const [top, places] = await on('cnnkit', () => {
      const { values: greatest, indices } = tf.topk(tf.tensor1d(x), 200);
      return [greatest, indices];
    });
    const want = Array.from(x, (v, i) => [v, i] as const).sort(([a, i], [b, j]) => {
      const [low, high] = [Number.isNaN(a) ? 1 : 0, Number.isNaN(b) ? 1 : 0];
      return low - high || (low === 1 ? 0 : b - a) || i - j;
    });
    expect(top!.values).toEqual(want.map(([v]) => v));
    expect(places!.values).toEqual(want.map(([, i]) => i));
  });

  test('in any order, where no order is asked for, they are the same', async () => {
    const x = values(random(3), [500]);
    const [got] = await on('cnnkit', () => tf.topk(tf.tensor1d(x), 100, false).values);
    expect([...got!.values].sort((a, b) => b - a)).toEqual(
      Array.from(x)
        .sort((a, b) => b - a)
        .slice(0, 100),
    );
  });

  afterAll(() => expect(fellBack()).toEqual([]));
});
