import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import {
  between,
  commandsOf,
  engineBackend,
  expectSameAsCpu,
  pick,
  prepare,
  random,
  type Shape4,
  values,
} from './helpers.ts';

// Convolutions whose channels or filters do not fill a vector take kernels of their own.

beforeAll(() => prepare());

test.each(Array.from({ length: 40 }, (_, i) => i))(
  'one channel to few filters equals tfjs cpu, drawn by seed %i',
  async (seed) => {
    const next = random(900 + seed);
    const kernel = [between(next, 1, 7), between(next, 1, 7)] as const;
    const filters = between(next, 1, 8);
    const dilation = pick(next, [1, 1, 2]);
    const stride = dilation === 1 ? pick(next, [1, 1, 2, 3]) : 1;
    const width = between(next, 12, 40) + dilation * (kernel[1] - 1);
    const height = between(next, 1, 20) + dilation * (kernel[0] - 1);
    const pad = pick(next, ['valid', 'same'] as const);
    const x = values(next, [2, height, width, 1]);
    const w = values(next, [...kernel, 1, filters]);
    const bias = values(next, [filters]);
    const activation = pick(next, ['linear', 'relu', 'relu6', 'sigmoid'] as const);
    const compute = () =>
      tf.fused.conv2d({
        x: tf.tensor4d(x, [2, height, width, 1]),
        filter: tf.tensor4d(w, [...kernel, 1, filters]),
        strides: [stride, 1],
        pad,
        dilations: dilation,
        bias: tf.tensor1d(bias),
        activation,
      });
    // Winograd's method may take a 3 x 3 kernel where nothing is learned.
    if (kernel[0] !== 3 || kernel[1] !== 3)
      expect(await commandsOf(compute)).toContain('conv2d_few');
    await expectSameAsCpu(compute, {
      note: JSON.stringify({ kernel, filters, stride, dilation, pad }),
    });
  },
);

test.each(Array.from({ length: 60 }, (_, i) => i))(
  'one to five channels at stride 1, with a pool and without, equal tfjs cpu, drawn by seed %i',
  async (seed) => {
    const next = random(2600 + seed);
    const kernel = [between(next, 1, 5), between(next, 1, 5)] as const;
    const channels = between(next, 1, 5);
    const filters = pick(next, [1, 3, 9, 16, 17, 32, 40, 70]);
    const dilations: [number, number] = [pick(next, [1, 1, 2]), pick(next, [1, 1, 3])];
    // Above and below the rows that are taken at a time, and fewer columns than a tile has.
    const height = pick(next, [1, 2, 15, 16, 17, 33]) + dilations[0] * (kernel[0] - 1);
    const width = pick(next, [1, 3, 4, 6, 7, 12, 13]) + dilations[1] * (kernel[1] - 1);
    const pads = (): [number, number] => [between(next, 0, 6), between(next, 0, 6)];
    const pad = pick<() => 'valid' | 'same' | tf.backend_util.ExplicitPadding>(next, [
      () => 'valid',
      () => 'same',
      () => [[0, 0], pads(), pads(), [0, 0]],
    ])();
    const shape: Shape4 = [pick(next, [1, 3]), height, width, channels];
    const filterShape: Shape4 = [...kernel, channels, filters];
    const x = values(next, shape);
    const w = values(next, filterShape);
    const bias = values(next, [filters]);
    const activation = pick(next, ['linear', 'relu', 'relu6', 'sigmoid'] as const);
    const note = JSON.stringify({ shape, filterShape, dilations, pad, activation });
    await expectSameAsCpu(
      () =>
        tf.fused.conv2d({
          ...{ x: tf.tensor4d(x, shape), filter: tf.tensor4d(w, filterShape), strides: 1 },
          ...{ pad, dilations, bias: tf.tensor1d(bias), activation },
        }),
      { note },
    );
    const { outHeight, outWidth } = tf.backend_util.computeConv2DInfo(
      ...([shape, filterShape, 1, dilations, pad] as const),
    );
    if (outHeight < 2 || outWidth < 2) return;
    const pooled = () => {
      const y = tf.conv2d(
        ...([tf.tensor4d(x, shape), tf.tensor4d(w, filterShape), 1, pad] as const),
        ...(['NHWC', dilations] as const),
      );
      return tf.maxPool(tf.relu(tf.add(y, tf.tensor1d(bias))) as tf.Tensor4D, 2, 2, 'valid');
    };
    await expectSameAsCpu(pooled, { note });
  },
);

test.each(Array.from({ length: 30 }, (_, i) => i))(
  'the gradients of a pooled first layer of 3 x 3 equal tfjs cpu, drawn by seed %i',
  async (seed) => {
    const next = random(3900 + seed);
    const filters = pick(next, [1, 3, 8, 17, 32, 40]);
    const shape: Shape4 = [pick(next, [1, 2, 9]), between(next, 4, 17), between(next, 4, 17), 1];
    const [x, w] = [values(next, shape), values(next, [3, 3, 1, filters])];
    const bias = values(next, [filters]);
    const gradients = () => {
      const loss = (filter: tf.Tensor, add: tf.Tensor) => {
        const y = tf.conv2d(tf.tensor4d(x, shape), filter as tf.Tensor4D, 1, 'valid');
        const pooled = tf.maxPool(tf.relu(tf.add(y, add)) as tf.Tensor4D, 2, 2, 'valid');
        return tf.sum(tf.square(pooled)) as tf.Scalar;
      };
      return tf.grads(loss)([tf.tensor4d(w, [3, 3, 1, filters]), tf.tensor1d(bias)]);
    };
    // The bias's gradient comes along.
    const commands = await commandsOf(() => tf.addN(gradients().map((g) => tf.sum(g))));
    expect(commands).toContain('conv2d_dw_narrow');
    expect(commands).not.toContain('unpool_sum');
    await expectSameAsCpu(gradients, { note: JSON.stringify({ shape, filters }) });
  },
);

/** Images, black but for a few blobs; a fifth of them black all over. */
function blobs(next: () => number, [images, height, width, channels]: Shape4): Float32Array {
  const x = new Float32Array(images * height * width * channels);
  for (let image = 0; image < images; image++) {
    if (next() < 0.2) continue;
    for (let blob = 0; blob < 2; blob++) {
      const [top, left] = [between(next, 0, height - 1), between(next, 0, width - 1)];
      for (let h = top; h < Math.min(height, top + 4); h++)
        for (let i = left * channels; i < Math.min(width, left + 3) * channels; i++)
          x[(image * height + h) * width * channels + i] = next() < 0.2 ? -0 : next() * 2 - 1;
    }
  }
  return x;
}

test.each(Array.from({ length: 48 }, (_, i) => i))(
  'a pooled first layer over black images, with what is not finite and without, equals tfjs cpu, drawn by seed %i',
  async (seed) => {
    const next = random(5200 + seed);
    const channels = pick(next, [1, 1, 1, 3]);
    const kernel = channels === 1 ? pick(next, [3, 3, 2, 5]) : 3;
    const filters = pick(next, [1, 8, 17, 32, 40]);
    // Padding counts as zeros, which an infinity would meet only here.
    const where = seed % 4;
    const pad = kernel === 3 || where > 0 ? 'valid' : pick(next, ['valid', 'same'] as const);
    const shape: Shape4 = [
      pick(next, [1, 9, 20]),
      between(next, 6, 30),
      between(next, 6, 30),
      channels,
    ];
    const filterShape: Shape4 = [kernel, kernel, channels, filters];
    const [x, w, bias] = [blobs(next, shape), values(next, filterShape), values(next, [filters])];
    const odd = pick(next, [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    if (where === 1) w[between(next, 0, w.length - 1)] = odd;
    if (where === 2) bias[between(next, 0, filters - 1)] = odd;
    const forward = (filter: tf.Tensor, add: tf.Tensor) => {
      const y = tf.conv2d(tf.tensor4d(x, shape), filter as tf.Tensor4D, 1, pad);
      return tf.maxPool(tf.relu(tf.add(y, add)) as tf.Tensor4D, 2, 2, 'valid');
    };
    const note = JSON.stringify({ shape, filterShape, pad, where, odd: String(odd) });
    const operands = () => [tf.tensor4d(w, filterShape), tf.tensor1d(bias)] as const;
    // Of 3 x 3 kernels that nothing is learned from, Winograd's method may spread what is not finite.
    if (where !== 1 || kernel !== 3) await expectSameAsCpu(() => forward(...operands()), { note });
    const { outHeight, outWidth } = tf.backend_util.computeConv2DInfo(
      shape,
      filterShape,
      1,
      1,
      pad,
    );
    const windows = Math.floor(outHeight / 2) * Math.floor(outWidth / 2);
    const dy = values(next, [shape[0] * windows * filters]);
    if (where === 3) dy[between(next, 0, dy.length - 1)] = odd;
    const step = () => {
      const outputs: tf.Tensor[] = [];
      const loss = (filter: tf.Tensor, add: tf.Tensor) => {
        const y = forward(filter, add);
        outputs.push(tf.keep(tf.clone(y)));
        return tf.sum(tf.mul(tf.reshape(y, [-1]), tf.tensor1d(dy))) as tf.Scalar;
      };
      const { value, grads } = tf.valueAndGrads(loss)([...operands()]);
      return [...outputs, value, ...grads];
    };
    await expectSameAsCpu(step, { note });
  },
);

test.each([
  [12, 8],
  [32, 64],
])(
  'a pooled layer of %i channels and %i filters: the gradients of filter and bias, together and alone',
  async (channels, filters) => {
    const next = random(4100 + channels);
    const shape: Shape4 = [5, 13, 12, channels];
    const filterShape: Shape4 = [3, 3, channels, filters];
    const [x, w] = [values(next, shape), values(next, filterShape)];
    const bias = values(next, [filters]);
    const loss = (filter: tf.Tensor, add: tf.Tensor) => {
      const y = tf.conv2d(tf.tensor4d(x, shape), filter as tf.Tensor4D, 1, 'valid');
      const pooled = tf.maxPool(tf.relu(tf.add(y, add)) as tf.Tensor4D, 2, 2, 'valid');
      return tf.sum(tf.square(pooled)) as tf.Scalar;
    };
    const both = () => tf.grads(loss)([tf.tensor4d(w, filterShape), tf.tensor1d(bias)]);
    const alone = () =>
      tf.grad((add: tf.Tensor) => loss(tf.tensor4d(w, filterShape), add))(tf.tensor1d(bias));
    await expectSameAsCpu(() => [...both(), alone()]);
    const names = await commandsOf(() => tf.addN(both().map((g) => tf.sum(g))));
    expect(names).toContain('pooled_dw');
    expect(names).not.toContain('unpool_sum');
    expect(await commandsOf(alone)).toContain('unpool_sum');
  },
);

test.each([
  [1, 1],
  [3, 2],
] as const)(
  'weights of a %i x %i kernel, packed for many pixels, give the same',
  async (kh, kw) => {
    const next = random(31);
    const shape: Shape4 = [1, 131, 129, 5];
    const filterShape: Shape4 = [kh, kw, 5, 70];
    const [x, w] = [values(next, shape), values(next, filterShape)];
    await expectSameAsCpu(() =>
      tf.conv2d(tf.tensor4d(x, shape), tf.tensor4d(w, filterShape), 1, 'same'),
    );
  },
);

test.each(Array.from({ length: 60 }, (_, i) => i))(
  'the input gradient of few channels equals tfjs cpu, drawn by seed %i',
  async (seed) => {
    const next = random(1700 + seed);
    const kernel = [between(next, 1, 6), between(next, 2, 7)] as const;
    const channels = pick(next, [1, 2, 3, 5, 6, 7, 8, 11, 15]);
    const filters = pick(next, [1, 3, 6, 16, 20, 33]);
    const strides: [number, number] = [between(next, 1, 3), between(next, 1, 3)];
    const pads = (): [number, number] => [between(next, 0, 4), between(next, 0, 4)];
    const pad = pick<() => 'valid' | 'same' | tf.backend_util.ExplicitPadding>(next, [
      () => 'valid',
      () => 'same',
      () => [[0, 0], pads(), pads(), [0, 0]],
    ])();
    const shape: Shape4 = [3, between(next, 6, 15), between(next, 7, 20), channels];
    const filterShape: Shape4 = [...kernel, channels, filters];
    const w = values(next, filterShape);
    const x = values(next, shape);
    const y = tf.backend_util.computeConv2DInfo(shape, filterShape, strides, 1, pad).outShape;
    const dy = values(next, y);
    const compute = () =>
      tf.grad((t: tf.Tensor) =>
        tf.conv2d(t as tf.Tensor4D, tf.tensor4d(w, filterShape), strides, pad),
      )(tf.tensor4d(x, shape), tf.tensor(dy, y));
    await expectSameAsCpu(compute, { note: JSON.stringify({ shape, filterShape, strides, pad }) });
  },
);

test('the gradient of an input that nobody asks for is not computed', async () => {
  await tf.setBackend('cnnkit');
  const { commands } = engineBackend();
  const w = tf.variable(tf.ones([3, 3, 8, 8]));
  const step = () =>
    tf.tidy(() => {
      // A layer without an activation is one fused operation, whose gradient is that of all inputs.
      const f = () =>
        tf.sum(
          tf.fused.conv2d({
            x: tf.ones([2, 8, 8, 8]) as tf.Tensor4D,
            filter: w as tf.Tensor4D,
            strides: 1,
            pad: 'same',
            activation: 'linear',
          }),
        ) as tf.Scalar;
      tf.variableGrads(f, [w]).grads[w.name]!.dataSync();
    });
  commands.profiling = true;
  step();
  const names = commands.profile().map(({ command }) => command);
  commands.profiling = false;
  expect(names.some((name) => name.includes('dw'))).toBe(true);
  expect(names.filter((name) => name.includes('dx'))).toEqual([]);
  w.dispose();
});
