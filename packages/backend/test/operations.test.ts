import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  between,
  engineBackend,
  expectSameAsCpu,
  largestGap,
  on,
  pick,
  prepare,
  random,
  type Shape4,
  values,
} from './helpers.ts';

beforeAll(() => prepare());

type Shape5 = [...Shape4, number];

describe('rearranging', () => {
  const shape: Shape4 = [2, 3, 4, 5];
  const x = values(random(4), shape);

  test('a strided slice that ends before it begins is empty', async () => {
    const [empty] = await on('cnnkit', () =>
      tf.stridedSlice(tf.ones([2, 3, 4]), [0, 2, 1], [2, 1, 3], [1, 1, 1]),
    );
    expect(empty).toEqual({ shape: [2, 0, 2], dtype: 'float32', values: [] });
  });

  const REARRANGED: Record<string, (t: tf.Tensor4D) => tf.Tensor | tf.Tensor[]> = {
    stack: (t) => [0, 1, 2, 3, 4].map((axis) => tf.stack([t, tf.zerosLike(t), t], axis)),
    'stack of one': (t) => tf.stack([t], -1),
    unstack: (t) => [0, 1, 2, 3].flatMap((axis) => tf.unstack(t, axis)),
    split: (t) => [...tf.split(t, 2, 2), ...tf.split(t, [1, 2], 1), ...tf.split(t, [2, -1], 3)],
    'concat of one': (t) => tf.concat([t], 1),
    'concat with empty': (t) => tf.concat([t, tf.zeros([2, 0, 4, 5]), t], 1),
    stridedSlice: (t) => [
      tf.stridedSlice(t, [0, 0, 0, 0], [2, 3, 4, 5], [1, 2, 3, 2]),
      tf.stridedSlice(t, [1, 2, 3, 4], [-3, -4, 0, 0], [-1, -1, -2, -2]),
      tf.stridedSlice(t, [1], [2]),
      tf.stridedSlice(t, [0, 1, 1, 0], [2, 2, 3, 5], [1, 1, 1, 1], 0, 0, 0, 0, 2),
    ],
    tile: (t) => [tf.tile(t, [2, 3, 1, 2]), tf.tile(t, [1, 1, 1, 4]), tf.tile(t, [2, 2, 2, 2])],
    'mirrorPad, reflect': (t) =>
      tf.mirrorPad(
        t,
        [
          [1, 1],
          [0, 2],
          [3, 0],
          [2, 4],
        ],
        'reflect',
      ),
    'mirrorPad, symmetric': (t) =>
      tf.mirrorPad(
        t,
        [
          [2, 1],
          [0, 3],
          [4, 0],
          [2, 5],
        ],
        'symmetric',
      ),
    depthToSpace: (t) => tf.depthToSpace(tf.reshape(t, [2, 3, 5, 4]) as tf.Tensor4D, 2, 'NHWC'),
    spaceToBatchND: (t) =>
      tf.spaceToBatchND(
        t,
        [2, 3],
        [
          [1, 0],
          [1, 1],
        ],
      ),
    batchToSpaceND: (t) =>
      tf.batchToSpaceND(
        tf.reshape(t, [12, 1, 2, 5]),
        [2, 3],
        [
          [0, 1],
          [2, 0],
        ],
      ),
    flipLeftRight: (t) => tf.image.flipLeftRight(t),
    'transposes of many axes': (t) => [
      tf.transpose(tf.reshape(t, [2, 3, 2, 2, 5]), [4, 3, 2, 1, 0]),
      tf.transpose(tf.reshape(t, [2, 3, 2, 2, 5, 1]), [2, 4, 0, 3, 1, 5]),
    ],
  };
  test.each(Object.keys(REARRANGED))('%s equals tfjs cpu, of float32 and int32', async (name) => {
    const f = REARRANGED[name]!;
    await expectSameAsCpu(() => f(tf.tensor4d(x, shape)), { tolerance: 0 });
    if (['concat with empty', 'depthToSpace', 'flipLeftRight'].includes(name)) return;
    const whole = x.map((v) => Math.round(v * 1e6));
    await expectSameAsCpu(() => f(tf.tensor4d(whole, shape, 'int32')), { tolerance: 0 });
  });

  test('pad of int32 and bool equals tfjs cpu', async () => {
    const pads: [number, number][] = [
      [0, 0],
      [1, 2],
      [0, 3],
      [2, 0],
    ];
    const whole = x.map((v) => Math.round(v * 2));
    await expectSameAsCpu(() => [
      tf.pad(tf.tensor4d(whole, shape, 'int32'), pads, -7),
      tf.pad(tf.cast(tf.tensor4d(whole, shape), 'bool'), pads),
      tf.fill([30, 30], -2147483647, 'int32'),
      tf.zerosLike(tf.tensor4d(whole, shape, 'int32')),
      tf.onesLike(tf.tensor4d(whole, shape, 'int32')),
    ]);
  });

  test('a dilated pool equals tfjs cpu', async () => {
    const image = values(random(5), [2, 9, 9, 3]);
    for (const kind of ['max', 'avg'] as const)
      await expectSameAsCpu(() =>
        tf.pool(tf.tensor4d(image, [2, 9, 9, 3]), 2, kind, 'valid', 2, 1),
      );
  });
});

describe('resizing', () => {
  test.each(Array.from({ length: 30 }, (_, i) => i))(
    'both ways equal tfjs cpu, and gradients are their adjoints, drawn by seed %i',
    async (seed) => {
      const next = random(seed);
      const [batch, channels] = [between(next, 1, 3), pick(next, [1, 3, 4, 17, 70])];
      const [height, width] = [between(next, 1, 9), between(next, 1, 9)];
      const size: [number, number] = [between(next, 1, 14), between(next, 1, 14)];
      const [align, half] = pick(next, [
        [false, false],
        [true, false],
        [false, true],
      ] as const);
      const shape: Shape4 = [batch, height, width, channels];
      const note = JSON.stringify({ shape, size, align, half });
      const x = values(next, shape);
      const dy = values(next, [batch, ...size, channels]);
      const f = (method: 'resizeBilinear' | 'resizeNearestNeighbor') => (t: tf.Tensor) =>
        tf.image[method](t as tf.Tensor4D, size, align, half);
      for (const method of ['resizeBilinear', 'resizeNearestNeighbor'] as const) {
        await expectSameAsCpu(() => f(method)(tf.tensor4d(x, shape)), { note });
        // Resizing is linear, so <dy, f(v)> = <gradient, v>; tfjs cpu's gradients are wrong for some shapes.
        const [sums] = await on('cnnkit', () => {
          const [v, g] = [tf.tensor4d(x, shape), tf.tensor4d(dy, [batch, ...size, channels])];
          const dx = tf.grad(f(method))(v, g);
          return tf.stack([tf.sum(tf.mul(g, f(method)(v))), tf.sum(tf.mul(dx, v))]);
        });
        expect(largestGap([sums!.values[1]!], [sums!.values[0]!]), note).toBeLessThan(1e-5);
      }
    },
  );

  test('gradients equal tfjs cpu where it is right: one square image', async () => {
    const next = random(3);
    const [x, dy] = [values(next, [1, 5, 5, 3]), values(next, [1, 10, 10, 3])];
    await expectSameAsCpu(() =>
      [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor].map((f) =>
        tf.grad((t) => f(t as tf.Tensor4D, [10, 10]))(
          tf.tensor4d(x, [1, 5, 5, 3]),
          tf.tensor4d(dy, [1, 10, 10, 3]),
        ),
      ),
    );
  });
});

describe('volumes', () => {
  test.each(Array.from({ length: 25 }, (_, i) => i))(
    'convolution and its gradients equal tfjs cpu, drawn by seed %i',
    async (seed) => {
      const next = random(seed);
      const kernel = () => between(next, 1, 3);
      const side = () => between(next, 3, 6);
      const [channels, filters] = [pick(next, [1, 3, 4]), pick(next, [1, 5, 8])];
      const shape: Shape5 = [between(next, 1, 2), side(), side(), side(), channels];
      const filterShape: Shape5 = [kernel(), kernel(), kernel(), channels, filters];
      const strides: [number, number, number] =
        next() < 0.5 ? [1, 1, 1] : [between(next, 1, 2), between(next, 1, 2), between(next, 1, 2)];
      const pad = pick(next, ['valid', 'same'] as const);
      const note = JSON.stringify({ shape, filterShape, strides, pad });
      const [x, w] = [values(next, shape), values(next, filterShape)];
      const f = (a: tf.Tensor, b: tf.Tensor) =>
        tf.conv3d(a as tf.Tensor5D, b as tf.Tensor5D, strides, pad);
      const { outShape } = tf.backend_util.computeConv3DInfo(shape, filterShape, strides, 1, pad);
      const dy = values(next, outShape);
      await expectSameAsCpu(
        () => {
          const inputs = [tf.tensor5d(x, shape), tf.tensor5d(w, filterShape)];
          return [f(inputs[0]!, inputs[1]!), ...tf.grads(f)(inputs, tf.tensor(dy, outShape))];
        },
        { note },
      );
    },
  );

  test('a batch too large to copy all windows at once gives the sum over its parts', async () => {
    const next = random(8);
    const [shape, filterShape]: Shape5[] = [
      [5, 12, 12, 12, 8],
      [5, 5, 5, 8, 2],
    ];
    const [x, w] = [values(next, shape!), values(next, filterShape!)];
    const f = (a: tf.Tensor, b: tf.Tensor) =>
      tf.conv3d(a as tf.Tensor5D, b as tf.Tensor5D, 1, 'same');
    await expectSameAsCpu(() => {
      const inputs = [tf.tensor5d(x, shape!), tf.tensor5d(w, filterShape!)];
      return [f(inputs[0]!, inputs[1]!), ...tf.grads(f)(inputs)];
    });
  });

  /** The gradient of a maximum: all to the first of each window's greatest, as TensorFlow has it. */
  function maxPoolGrad(x: Float32Array, dy: Float32Array, info: tf.backend_util.Conv3DInfo) {
    const dx = new Float32Array(x.length);
    const { padInfo, inChannels: c, inDepth, inHeight, inWidth } = info;
    const [, outDepth, outHeight, outWidth] = info.outShape as Shape5;
    dy.forEach((gradient, i) => {
      const place = Math.floor(i / c);
      const [w, h] = [place % outWidth, Math.floor(place / outWidth) % outHeight];
      const d = Math.floor(place / (outWidth * outHeight)) % outDepth;
      const b = Math.floor(place / (outWidth * outHeight * outDepth));
      let [best, at] = [Number.NEGATIVE_INFINITY, -1];
      for (let kd = 0; kd < info.filterDepth; kd++)
        for (let kh = 0; kh < info.filterHeight; kh++)
          for (let kw = 0; kw < info.filterWidth; kw++) {
            const z = d * info.strideDepth + kd - padInfo.front;
            const y = h * info.strideHeight + kh - padInfo.top;
            const q = w * info.strideWidth + kw - padInfo.left;
            if (z < 0 || y < 0 || q < 0 || z >= inDepth || y >= inHeight || q >= inWidth) continue;
            const from = (((b * inDepth + z) * inHeight + y) * inWidth + q) * c + (i % c);
            if (x[from]! > best) [best, at] = [x[from]!, from];
          }
      dx[at]! += gradient;
    });
    return dx;
  }

  test.each(Array.from({ length: 25 }, (_, i) => i))(
    'pools equal tfjs cpu, and gradients give to the first maximum, drawn by seed %i',
    async (seed) => {
      const next = random(seed);
      const three = (low: number, high: number): [number, number, number] => [
        between(next, low, high),
        between(next, low, high),
        between(next, low, high),
      ];
      const shape: Shape5 = [between(next, 1, 2), ...three(3, 6), pick(next, [1, 3, 5])];
      const [size, strides] = [three(1, 3), three(1, 3)];
      const pad = pick(next, ['valid', 'same'] as const);
      // Few different values, so that windows have several equal maxima.
      const x = values(next, shape).map((v) => (seed % 2 ? Math.round(v * 3) : v));
      const note = JSON.stringify({ shape, size, strides, pad });
      const info = tf.backend_util.computePool3DInfo(shape, size, strides, 1, pad);
      const dy = values(next, info.outShape);
      const maximum = (t: tf.Tensor) => tf.maxPool3d(t as tf.Tensor5D, size, strides, pad);
      const average = (t: tf.Tensor) => tf.avgPool3d(t as tf.Tensor5D, size, strides, pad);
      await expectSameAsCpu(
        () => {
          const t = tf.tensor5d(x, shape);
          return [maximum(t), average(t), tf.grad(average)(t, tf.tensor(dy, info.outShape))];
        },
        { note },
      );
      // tfjs cpu's gives to the last, and to a wrong one where the window is not square.
      const [dx] = await on('cnnkit', () =>
        tf.grad(maximum)(tf.tensor5d(x, shape), tf.tensor(dy, info.outShape)),
      );
      expect(largestGap(dx!.values, [...maxPoolGrad(x, dy, info)]), note).toBeLessThan(1e-5);
    },
  );
});

describe('transposed convolution', () => {
  test.each(Array.from({ length: 20 }, (_, i) => i))(
    'forward and its gradients equal tfjs cpu, drawn by seed %i',
    async (seed) => {
      const next = random(seed);
      const [channels, filters] = [pick(next, [1, 3, 8, 17]), pick(next, [1, 2, 5, 16])];
      const kernel: [number, number] = [between(next, 1, 5), between(next, 1, 5)];
      const strides: [number, number] = [between(next, 1, 3), between(next, 1, 3)];
      const pad = pick(next, ['valid', 'same'] as const);
      const shape: Shape4 = [2, between(next, 2, 7), between(next, 2, 7), channels];
      const sizes = [0, 1].map((i) =>
        pad === 'same'
          ? shape[i + 1]! * strides[i]!
          : shape[i + 1]! * strides[i]! + Math.max(0, kernel[i]! - strides[i]!),
      );
      const outShape = [2, sizes[0]!, sizes[1]!, filters] as Shape4;
      const filterShape: Shape4 = [...kernel, filters, channels];
      const note = JSON.stringify({ shape, filterShape, strides, pad });
      const [x, w, dy] = [values(next, shape), values(next, filterShape), values(next, outShape)];
      const f = (a: tf.Tensor, b: tf.Tensor) =>
        tf.conv2dTranspose(a as tf.Tensor4D, b as tf.Tensor4D, outShape, strides, pad);
      await expectSameAsCpu(
        () => {
          const inputs = [tf.tensor4d(x, shape), tf.tensor4d(w, filterShape)];
          return [f(inputs[0]!, inputs[1]!), ...tf.grads(f)(inputs, tf.tensor(dy, outShape))];
        },
        { note },
      );
    },
  );
});

describe('normalisation', () => {
  test('over all axes, the last two or none equals tfjs cpu', async () => {
    const next = random(14);
    const shape: Shape4 = [2, 3, 4, 5];
    const x = values(next, shape);
    const shapes: number[][] = [[5], [4, 5], [3, 4, 5], shape, [1, 1, 1, 5], [1, 1, 4, 5], [1]];
    for (const own of shapes) {
      const [mean, variance, offset, scale] = [0, 1, 2, 3].map((i) =>
        values(next, own).map((v) => (i === 1 ? v * v : v)),
      );
      await expectSameAsCpu(
        () => {
          const given = [mean, variance, offset, scale].map((v) => tf.tensor(v!, own));
          const [m, v, o, s] = given as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
          const t = tf.tensor4d(x, shape);
          return [tf.batchNorm(t, m, v, o, s, 0.01), tf.batchNorm(t, m, v)];
        },
        { note: String(own) },
      );
    }
  });

  test('local response normalisation and its gradient equal tfjs cpu', async () => {
    const next = random(15);
    for (const channels of [1, 4, 13]) {
      const x = values(next, [2, 3, 2, channels]);
      const f = (t: tf.Tensor) => tf.localResponseNormalization(t as tf.Tensor4D, 2, 1.5, 0.3, 0.7);
      await expectSameAsCpu(() => {
        const t = tf.tensor4d(x, [2, 3, 2, channels]);
        return [f(t), tf.grad(f)(t, tf.mul(t, 3))];
      });
    }
  });
});

test('sums over segments equal tfjs cpu, and gathering has its gradient from them', async () => {
  const next = random(16);
  for (const columns of [1, 3, 64, 100]) {
    const x = values(next, [7, columns]);
    await expectSameAsCpu(() => {
      const [t, ids] = [tf.tensor2d(x, [7, columns]), tf.tensor1d([2, 0, 2, 3, 0, -1, 9], 'int32')];
      const known = tf.tensor1d([2, 0, 2, 6], 'int32');
      return [
        tf.unsortedSegmentSum(t, ids, 5),
        tf.grad((a: tf.Tensor) => tf.square(tf.gather(a, known)))(t),
      ];
    });
  }
});

test.each([
  ['ij,jk->ik', [3, 4], [4, 5]],
  ['ij,kj->ik', [3, 4], [5, 4]],
  ['bij,bjk->bik', [2, 3, 4], [2, 4, 5]],
  ['bqhd,bkhd->bhqk', [2, 3, 2, 4], [2, 5, 2, 4]],
  ['bhqk,bkhd->bqhd', [2, 2, 3, 5], [2, 5, 2, 4]],
  ['i,j->ij', [3], [4]],
  ['i,j->ji', [3], [4]],
  ['ij,ij->', [3, 4], [3, 4]],
  ['ij,ij->ji', [3, 4], [3, 4]],
  ['ijk,jl->ik', [2, 3, 4], [3, 5]],
  ['...c,cd->...d', [2, 3, 4], [4, 5]],
  ['ijk->ki', [2, 3, 4], undefined],
  ['ij->ij', [3, 4], undefined],
  ['ij->', [3, 4], undefined],
] as const)('einsum %s equals tfjs cpu', async (equation, left, right) => {
  const next = random(18);
  const [a, b] = [values(next, left), values(next, right ?? [0])];
  if (equation.includes('...')) {
    // tfjs has no such axes yet, and says so.
    await tf.setBackend('cnnkit');
    expect(() => tf.einsum(equation, tf.tensor(a, [...left]), tf.tensor(b, [...right!]))).toThrow();
    return;
  }
  const before = tf.memory().numTensors;
  const { usedBytes } = engineBackend().arena;
  await expectSameAsCpu(() =>
    tf.einsum(
      equation,
      tf.tensor(a, [...left]),
      ...(right === undefined ? [] : [tf.tensor(b, [...right])]),
    ),
  );
  expect([tf.memory().numTensors, engineBackend().arena.usedBytes]).toEqual([before, usedBytes]);
});

test('a dropout mask has the bits of its hash, wherever a value lies', async () => {
  const hash = (i: number, first: number, second: number) => {
    let x = i ^ first;
    x = Math.imul(x ^ (x >>> 17), 0xed5ad4bb);
    x = Math.imul(x ^ (x >>> 11), 0xac4c1b51) ^ second;
    x = Math.imul(x ^ (x >>> 15), 0x31848bab);
    return (x ^ (x >>> 14)) >>> 1;
  };
  for (const [n, bound, first, second] of [
    [1, 0, 0, 0],
    [7, 2147483647, 5, -9],
    [50_003, 1 << 30, -123456789, 987654321],
    [300_000, 500_000_000, 77, -2147483648],
  ] as const) {
    const [mask] = await on('cnnkit', () =>
      tf.engine().runKernel('CnnkitKeepMask', {}, { shape: [n], bound, first, second, scale: 1.6 }),
    );
    const want = Array.from({ length: n }, (_, i) =>
      hash(i, first, second) < bound ? 0 : Math.fround(1.6),
    );
    expect(mask!.values).toEqual(want);
  }
});

test('empty tensors give what tfjs cpu gives', async () => {
  await expectSameAsCpu(() => {
    const none = tf.zeros([0, 4, 4, 3]) as tf.Tensor4D;
    return [
      tf.relu(none),
      tf.add(none, 1),
      tf.pow(none, 3),
      tf.depthwiseConv2d(none, tf.ones([3, 3, 3, 1]), 1, 'same'),
      tf.image.resizeBilinear(none, [2, 2]),
      tf.stack([none, none]),
      tf.cumsum(none, 1),
      tf.sum(none, 0),
      tf.slice(tf.ones([3, 4]), [1, 1], [0, 2]),
      tf.pad(none, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]),
      ...tf.split(none, 2, 1),
    ];
  });
});

test('nothing above falls back to tfjs cpu, but empty tensors', () => {
  const { fallbacks } = engineBackend();
  expect([...fallbacks.keys()].sort()).toMatchInlineSnapshot(`
    [
      "DepthwiseConv2dNative",
      "Pack",
      "PadV2",
      "ResizeBilinear",
      "Sum",
    ]
  `);
});
