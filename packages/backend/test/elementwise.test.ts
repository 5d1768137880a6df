import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { engineBackend, expectSameAsCpu, on, prepare, random, values } from './helpers.ts';

beforeAll(() => prepare());

const SPECIAL = [
  ...[0, -0, 1, -1, 0.5, 2.5, -2.5, 3.5, 1e-3, 100, -100, 1e-30, 1e30, -1e30, 1e-40],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 88.5, 89, -87.5, -104, 17],
];

const UNARY: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  neg: tf.neg,
  abs: tf.abs,
  square: tf.square,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  reciprocal: tf.reciprocal,
  exp: tf.exp,
  log: tf.log,
  log1p: tf.log1p,
  relu: tf.relu,
  relu6: tf.relu6,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  softplus: tf.softplus,
  elu: tf.elu,
  selu: tf.selu,
  leakyRelu: tf.leakyRelu,
  step: (x) => tf.step(x, 0.25),
  floor: tf.floor,
  ceil: tf.ceil,
  round: tf.round,
  sign: tf.sign,
  isNaN: tf.isNaN,
  clip: (x) => tf.clipByValue(x, -1.5, 2),
  erf: tf.erf,
  expm1: tf.expm1,
  isFinite: tf.isFinite,
  isInf: tf.isInf,
  toInt: (x) => tf.cast(tf.clipByValue(x, -1e6, 1e6), 'int32'),
  toBool: (x) => tf.cast(x, 'bool'),
  not: (x) => tf.logicalNot(tf.cast(x, 'bool')),
};

describe('one operand', () => {
  test.each(Object.keys(UNARY))('%s equals tfjs cpu, NaN and infinities included', async (name) => {
    const x = [...SPECIAL, ...Array.from(values(random(3), [5000]), (v) => v * 20)];
    // A relative tolerance in disguise: each value is scaled by what tfjs cpu gives.
    await expectSameAsCpu(() => UNARY[name]!(tf.tensor1d(x.slice(0, SPECIAL.length))), {
      tolerance: 2e-6,
    });
    await expectSameAsCpu(() => UNARY[name]!(tf.tensor1d(x.slice(SPECIAL.length))), {
      tolerance: 2e-6,
    });
  });
});

const BINARY: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  equal: tf.equal,
  notEqual: tf.notEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  prelu: tf.prelu,
  pow: tf.pow,
  mod: tf.mod,
};

const SHAPES: [number[], number[]][] = [
  [[7], [7]],
  [[3, 5], [5]],
  [
    [3, 5],
    [3, 1],
  ],
  [[5], [3, 5]],
  [
    [3, 1],
    [1, 5],
  ],
  [[], [4, 3]],
  [[4, 3], []],
  [
    [2, 1, 3, 1],
    [1, 4, 1, 5],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [
    [1, 1],
    [2, 2],
  ],
  [
    [0, 3],
    [1, 3],
  ],
  [[2, 30, 31, 9], [9]],
];

describe('two operands', () => {
  test.each(Object.keys(BINARY))('%s equals tfjs cpu over broadcast shapes', async (name) => {
    const next = random(11);
    for (const [a, b] of SHAPES) {
      if (name === 'prelu' && a.length < b.length) continue;
      const [x, y] = [
        values(next, a).map((v) => Math.round(v * 8) / 4),
        values(next, b).map((v) => Math.round(v * 8) / 4),
      ];
      await expectSameAsCpu(() => BINARY[name]!(tf.tensor(x, a), tf.tensor(y, b)), {
        note: JSON.stringify([a, b]),
      });
    }
  });

  test.each(Object.keys(BINARY).filter((name) => name !== 'prelu'))(
    '%s treats NaN and infinities as tfjs cpu does',
    async (name) => {
      const side = SPECIAL.length;
      await expectSameAsCpu(() =>
        BINARY[name]!(tf.tensor2d(SPECIAL, [side, 1]), tf.tensor2d(SPECIAL, [1, side])),
      );
    },
  );

  const INTS = [
    ...['add', 'sub', 'mul', 'equal', 'less', 'greaterEqual', 'maximum', 'minimum', 'div', 'mod'],
  ];
  test.each(INTS)('%s of int32 equals tfjs cpu', async (name) => {
    const all = [1, -5, 7, 40000, -40000, 0, 3, -1, 2, 2147483647, -2147483648, -7];
    // JavaScript's product of two large ones is rounded before it wraps.
    const some = name === 'mul' ? all.slice(0, 9) : all;
    await expectSameAsCpu(() =>
      BINARY[name]!(
        tf.tensor2d(some, [some.length, 1], 'int32'),
        tf.tensor2d(some, [1, some.length], 'int32'),
      ),
    );
  });

  test('squares, cubes and other powers equal tfjs cpu', async () => {
    const x = [...SPECIAL, ...Array.from(values(random(6), [100]), (v) => v * 9)];
    for (const exponent of [0, 1, 2, 3, 0.5, -1, -2.5, 7]) {
      await expectSameAsCpu(() => tf.pow(tf.tensor1d(x), exponent), { note: String(exponent) });
    }
    await expectSameAsCpu(() => tf.grad((a) => tf.pow(a, 3))(tf.tensor1d(x.slice(15))));
  });

  test('a remainder is exact however large the quotient', async () => {
    const [a, b] = [
      [1e30, 16777216, -1e20, 5.5, 1e-40, 3.4e38, 7, -7, 1],
      [3, 0.1, 7e-5, -2.25, 1e-42, 1e-45, Number.POSITIVE_INFINITY, 0, 3.4e38],
    ];
    await expectSameAsCpu(() => tf.mod(tf.tensor1d(a), tf.tensor1d(b)), { tolerance: 0 });
  });

  test('addN equals tfjs cpu', async () => {
    const x = values(random(12), [4, 700]);
    await expectSameAsCpu(() => tf.addN(tf.unstack(tf.tensor2d(x, [4, 700])) as tf.Tensor[]));
  });

  test('and, or and where equal tfjs cpu', async () => {
    await expectSameAsCpu(() => {
      const [a, b] = [tf.tensor1d([1, 0, 1, 0], 'bool'), tf.tensor1d([1, 1, 0, 0], 'bool')];
      const [x, y] = [tf.tensor1d([1, 2, 3, 4]), tf.tensor1d([5, 6, 7, 8])];
      return [tf.logicalAnd(a, b), tf.logicalOr(a, b), tf.where(a, x, y), tf.cast(a, 'float32')];
    });
  });
});

describe('folds', () => {
  const FOLDS: Record<string, (x: tf.Tensor, axis?: number | number[]) => tf.Tensor> = {
    sum: tf.sum,
    mean: tf.mean,
    max: tf.max,
    min: tf.min,
    prod: tf.prod,
  };
  const shape = [3, 4, 5, 6];
  const axes = [undefined, 0, 1, 3, [0, 1], [2, 3], [1, 2], [0, 1, 2], [0, 2], [1, 3]];
  test.each(Object.keys(FOLDS))('%s over any axes equals tfjs cpu', async (name) => {
    const x = values(random(5), shape);
    for (const axis of axes) {
      await expectSameAsCpu(() => FOLDS[name]!(tf.tensor(x, shape), axis), { note: String(axis) });
    }
  });

  test.each([[[100000]], [[3, 40000]], [[40000, 3]], [[2, 9000, 10]], [[20000, 33]]])(
    'long sums of %j equal tfjs cpu',
    async (shape) => {
      const x = values(random(6), shape);
      for (const axis of shape.map((_, i) => i)) {
        await expectSameAsCpu(() => [
          tf.sum(tf.tensor(x, shape), axis),
          tf.max(tf.tensor(x, shape), axis),
        ]);
      }
    },
  );

  test.each(['sum', 'mean', 'max', 'min', 'prod'])(
    '%s of int32 and bool equals tfjs cpu',
    async (name) => {
      const x = values(random(6), shape).map((v) => Math.round(v * 3));
      for (const axis of axes) {
        await expectSameAsCpu(() => FOLDS[name]!(tf.tensor(x, shape, 'int32'), axis));
        if (name === 'max' || name === 'min') continue;
        await expectSameAsCpu(() => FOLDS[name]!(tf.cast(tf.tensor(x, shape), 'bool'), axis));
      }
    },
  );

  const FLAGS = { any: tf.any, all: tf.all };
  test.each(['any', 'all'] as const)('%s equals tfjs cpu over any axes', async (name) => {
    const x = values(random(7), shape).map((v) => Math.round(v));
    for (const axis of axes)
      await expectSameAsCpu(() => FLAGS[name](tf.cast(tf.tensor(x, shape), 'bool'), axis));
  });

  test('running sums and products equal tfjs cpu, along any axis and either way', async () => {
    const x = values(random(9), [3, 4, 70]);
    for (const axis of [0, 1, 2])
      for (const [exclusive, reverse] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ]) {
        await expectSameAsCpu(() => {
          const [t, i] = [
            tf.tensor3d(x, [3, 4, 70]),
            tf.tensor3d(
              x.map((v) => Math.round(v * 9)),
              [3, 4, 70],
              'int32',
            ),
          ];
          return [
            tf.cumsum(t, axis, exclusive, reverse),
            tf.cumsum(i, axis, exclusive, reverse),
            tf.cumprod(t, axis, exclusive, reverse),
            // tfjs's own gradient is right for the last axis only.
            ...(axis === 2 ? [tf.grad((a) => tf.cumsum(a, axis, exclusive, reverse))(t, t)] : []),
          ];
        });
      }
  });

  test('the greatest K equal tfjs cpu, the first of equals first', async () => {
    const x = values(random(10), [5, 40]).map((v) => Math.round(v * 6));
    for (const k of [1, 3, 40]) {
      await expectSameAsCpu(() => {
        const { values: top, indices } = tf.topk(tf.tensor2d(x, [5, 40]), k);
        return [top, indices];
      });
    }
  });

  test('the greatest K leave NaN for last', async () => {
    const x = [Number.NaN, 1, Number.NaN, 3, Number.NEGATIVE_INFINITY, 2];
    const [top, places] = await on('cnnkit', () => {
      const { values: greatest, indices } = tf.topk(tf.tensor1d(x), 5);
      return [greatest, indices];
    });
    expect(top!.values).toEqual([3, 2, 1, Number.NEGATIVE_INFINITY, Number.NaN]);
    expect(places!.values).toEqual([3, 5, 1, 4, 0]);
  });

  test('argMax and argMin take the first of equals, along any axis', async () => {
    const x = values(random(8), [4, 5, 6]).map((v) => Math.round(v * 2));
    for (const axis of [0, 1, 2]) {
      await expectSameAsCpu(() => [
        tf.argMax(tf.tensor(x, [4, 5, 6]), axis),
        tf.argMin(tf.tensor(x, [4, 5, 6]), axis),
      ]);
    }
  });

  test('softmax and logSoftmax equal tfjs cpu', async () => {
    const x = values(random(9), [6, 11]).map((v) => v * 30);
    await expectSameAsCpu(() => [
      tf.softmax(tf.tensor2d(x, [6, 11])),
      tf.logSoftmax(tf.tensor2d(x, [6, 11])),
    ]);
  });
});

describe('matmul', () => {
  const SIZES: [number, number, number][] = [
    [1, 1, 1],
    [3, 5, 7],
    [4, 8, 16],
    [17, 33, 9],
    [64, 10, 200],
    [2, 130, 64],
    [65, 3, 1],
  ];
  test.each(SIZES)(
    '[%i x %i] over %i equals tfjs cpu in all transpositions, batched and broadcast',
    async (m, n, k) => {
      const next = random(m * 1000 + n);
      for (const [transposeA, transposeB] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ] as const) {
        for (const [batchA, batchB] of [
          [[], []],
          [[3], [3]],
          [[1], [2]],
          [[2], [1]],
        ] as const) {
          const a = [...batchA, ...(transposeA ? [k, m] : [m, k])];
          const b = [...batchB, ...(transposeB ? [n, k] : [k, n])];
          const [x, y] = [values(next, a), values(next, b)];
          await expectSameAsCpu(() =>
            tf.matMul(tf.tensor(x, a), tf.tensor(y, b), transposeA, transposeB),
          );
        }
      }
    },
  );

  test.each(['linear', 'relu', 'sigmoid', 'elu'] as const)(
    'fused with bias and %s equals tfjs cpu',
    async (activation) => {
      const next = random(2);
      const [a, b, bias] = [values(next, [5, 6]), values(next, [6, 9]), values(next, [9])];
      await expectSameAsCpu(() =>
        tf.fused.matMul({
          a: tf.tensor2d(a, [5, 6]),
          b: tf.tensor2d(b, [6, 9]),
          bias: tf.tensor1d(bias),
          activation,
        }),
      );
    },
  );
});

describe('moving values', () => {
  const x = values(random(4), [2, 3, 4, 5]);
  const tensor = () => tf.tensor4d(x, [2, 3, 4, 5]);
  const MOVES: Record<string, () => tf.Tensor | tf.Tensor[]> = {
    slice: () => tf.slice(tensor(), [0, 1, 0, 2], [2, 2, -1, 2]),
    transpose: () => [
      tf.transpose(tensor()),
      tf.transpose(tensor(), [0, 2, 1, 3]),
      tf.transpose(tensor(), [0, 1, 3, 2]),
    ],
    tile: () => tf.tile(tensor(), [2, 1, 3, 2]),
    reverse: () => [tf.reverse(tensor()), tf.reverse(tensor(), [1, 3])],
    pad: () =>
      tf.pad(
        tensor(),
        [
          [0, 0],
          [1, 2],
          [0, 3],
          [2, 0],
        ],
        0.5,
      ),
    concat: () => [0, 1, 2, 3].map((axis) => tf.concat([tensor(), tensor(), tensor()], axis)),
    gather: () =>
      [0, 1, 2, 3].map((axis) => tf.gather(tensor(), tf.tensor1d([1, 0, 1], 'int32'), axis)),
    stack: () => tf.stack([tensor(), tensor()], 1),
    split: () => tf.split(tensor(), 2, 2),
    oneHot: () => [
      tf.oneHot(tf.tensor1d([2, 0, 5, 1], 'int32'), 4),
      tf.oneHot(tf.tensor1d([2, 0], 'int32'), 3, 2.5, -1, 'float32'),
    ],
    fill: () => [
      tf.zeros([40, 40]),
      tf.ones([40, 40]),
      tf.fill([40, 40], 3),
      tf.zerosLike(tensor()),
      tf.onesLike(tensor()),
    ],
    mirrorPad: () =>
      tf.mirrorPad(
        tensor(),
        [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ],
        'reflect',
      ),
    complex: () =>
      tf.real(tf.spectral.fft(tf.complex(tf.tensor1d([1, 2, 3, 4]), tf.tensor1d([0, 1, 0, 1])))),
  };
  test.each(Object.keys(MOVES))('%s equals tfjs cpu', async (name) => {
    await expectSameAsCpu(MOVES[name]!);
  });

  test('an index out of range is refused as tfjs cpu refuses it', async () => {
    await tf.setBackend('cnnkit');
    expect(() => tf.gather(tf.tensor1d([1, 2]), tf.tensor1d([2], 'int32'))).toThrow(
      'not in [0, 1]',
    );
  });
});

test('what falls back to tfjs cpu above is what is meant to', () => {
  const names = [...engineBackend().fallbacks.keys()].sort();
  expect(names).toMatchInlineSnapshot(`
    [
      "Complex",
      "FFT",
      "GatherV2",
      "Real",
    ]
  `);
});
