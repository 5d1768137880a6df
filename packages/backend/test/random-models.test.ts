import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { between, largestGap, pick, prepare, random, values } from './helpers.ts';

beforeAll(() => prepare());
afterAll(() => tf.disposeVariables());

/**
 * Models that nobody thought of, trained on tfjs's cpu backend and on ours: layers, sizes, paddings,
 * branches, losses and optimizers are drawn from a seed. `CNNKIT_RANDOM_MODELS=500` trains as many,
 * `CNNKIT_RANDOM_MODELS=77-77` one again.
 */
const [first, last] = seedsOf(process.env.CNNKIT_RANDOM_MODELS ?? '12');

function seedsOf(wanted: string): [number, number] {
  const [from, to] = wanted.split('-').map(Number);
  return to === undefined ? [1, from!] : [from!, to];
}

const { layers: L } = tfl;
type Next = () => number;
type Symbolic = tfl.SymbolicTensor;
type Block = (next: Next, x: Symbolic) => Symbolic;

const ACTIVATIONS = ['relu', 'relu', 'relu', 'elu', 'selu', 'tanh', 'sigmoid', 'linear', 'swish'];
const activation = (next: Next) => pick(next, ACTIVATIONS) as 'relu';
const padding = (next: Next) => pick(next, ['same', 'valid'] as const);
const sideOf = (x: Symbolic) => Math.min(x.shape[1]!, x.shape[2]!);
const channelsOf = (x: Symbolic) => x.shape[3]!;
const apply = (layer: tfl.layers.Layer, x: Symbolic | Symbolic[]) => layer.apply(x) as Symbolic;

/** Few, for tfjs cpu's sake, but some wide enough for all ways our kernels have. */
const filtersOf = (next: Next) => (next() < 0.85 ? between(next, 1, 12) : between(next, 16, 40));

/** A window that a valid convolution has room for; not dilated, which tfjs cpu has no gradient of. */
function windowOf(next: Next, x: Symbolic) {
  const kernel = () => between(next, 1, Math.min(5, sideOf(x)));
  const kernelSize: [number, number] = next() < 0.7 ? square(kernel()) : [kernel(), kernel()];
  const strides = next() < 0.7 ? 1 : between(next, 1, 2);
  return { kernelSize, strides, padding: padding(next), useBias: next() < 0.8 };
}

const square = (side: number): [number, number] => [side, side];

const conv: Block = (next, x) =>
  apply(
    L.conv2d({
      filters: filtersOf(next),
      ...windowOf(next, x),
      activation: activation(next),
      ...(next() < 0.2 && { kernelRegularizer: tfl.regularizers.l2({ l2: 0.01 }) }),
    }),
    x,
  );

const three: Block = (next, x) => {
  if (sideOf(x) < 3) return x;
  const filters = filtersOf(next);
  const made = { filters, kernelSize: 3, padding: padding(next), useBias: next() < 0.5 };
  let y = apply(L.conv2d(made), x);
  if (next() < 0.6) y = apply(L.batchNormalization(), y);
  y = apply(pick(next, [() => L.reLU(), () => L.leakyReLU(), () => L.elu()])(), y);
  if (next() < 0.5 && sideOf(y) > 1) y = apply(L.maxPooling2d({ poolSize: 2 }), y);
  return y;
};

const depthwise: Block = (next, x) =>
  apply(
    L.depthwiseConv2d({
      ...windowOf(next, x),
      depthMultiplier: between(next, 1, 2),
      activation: activation(next),
    }),
    x,
  );

const separable: Block = (next, x) =>
  apply(
    L.separableConv2d({
      filters: between(next, 1, 8),
      ...windowOf(next, x),
      activation: activation(next),
    }),
    x,
  );

const transposed: Block = (next, x) =>
  sideOf(x) > 9
    ? x
    : apply(
        L.conv2dTranspose({
          filters: between(next, 1, 6),
          kernelSize: between(next, 1, 4),
          strides: between(next, 1, 2),
          padding: padding(next),
          activation: activation(next),
        }),
        x,
      );

const pool: Block = (next, x) => {
  const poolSize = between(next, 1, Math.min(3, sideOf(x)));
  const made = { poolSize, strides: between(next, 1, 3), padding: padding(next) };
  return apply(next() < 0.5 ? L.maxPooling2d(made) : L.averagePooling2d(made), x);
};

const normalization: Block = (next, x) =>
  apply(next() < 0.7 ? L.batchNormalization() : L.layerNormalization(), x);

const nonlinear: Block = (next, x) => {
  const kinds = [
    () => L.reLU(next() < 0.5 ? {} : { maxValue: 1 }),
    () => L.leakyReLU({ alpha: 0.1 }),
    () => L.elu(),
    () => L.prelu({ sharedAxes: [1, 2] }),
    () => L.activation({ activation: activation(next) }),
  ];
  return apply(pick(next, kinds)(), x);
};

const residual: Block = (next, x) => {
  if (sideOf(x) < 3) return x;
  const filters = channelsOf(x);
  const layer = () => L.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: next() < 0.5 });
  const isNormal = next() < 0.6;
  const normal = (y: Symbolic) => (isNormal ? apply(L.batchNormalization(), y) : y);
  const y = normal(apply(layer(), apply(L.reLU(), normal(apply(layer(), x)))));
  const shortcut =
    next() < 0.5 ? x : normal(apply(L.conv2d({ filters, kernelSize: 1, useBias: false }), x));
  const sum = apply(L.add(), next() < 0.5 ? [y, shortcut] : [shortcut, y]);
  return next() < 0.8 ? apply(L.reLU(), sum) : sum;
};

const branches: Block = (next, x) => {
  const filters = between(next, 1, 6);
  const made = { filters, padding: 'same', activation: 'relu' } as const;
  const a = apply(L.conv2d({ ...made, kernelSize: between(next, 1, 3) }), x);
  const b = apply(L.conv2d({ ...made, kernelSize: between(next, 1, 5) }), x);
  const kinds = [
    () => L.concatenate(),
    () => L.multiply(),
    () => L.average(),
    () => L.maximum(),
    () => L.minimum(),
  ];
  return apply(pick(next, kinds)(), [a, b]);
};

/** Not enlarged: tfjs cpu's gradient mixes up the images of a batch. */
const resized: Block = (next, x) => {
  const kinds = [
    () => L.zeroPadding2d({ padding: between(next, 1, 2) }),
    () => (sideOf(x) < 4 ? L.flatten() : L.cropping2D({ cropping: square(1) })),
  ];
  const y = apply(pick(next, kinds)(), x);
  return y.shape.length === 4 ? y : x;
};

const dropped: Block = (next, x) =>
  apply(L.dropout({ rate: 0.3, seed: between(next, 1, 1000) }), x);

const BLOCKS: readonly Block[] = [
  ...[conv, conv, conv, three, three, three, pool, pool, normalization, nonlinear, residual],
  ...[residual, branches, depthwise, separable, transposed, resized, dropped],
];

function body(next: Next, input: Symbolic): Symbolic {
  let x = input;
  for (let i = between(next, 2, 6); i > 0; i--) x = pick(next, BLOCKS)(next, x);
  const ends = [
    () => L.flatten(),
    () => L.flatten(),
    () => L.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
    () => L.globalMaxPooling2d({ dataFormat: 'channelsLast' }),
  ];
  x = apply(pick(next, ends)(), x);
  for (let i = between(next, 0, 2); i > 0; i--) {
    x = apply(L.dense({ units: between(next, 1, 20), activation: activation(next) }), x);
    if (next() < 0.3) x = apply(L.batchNormalization(), x);
  }
  return x;
}

const OPTIMIZERS: readonly (() => tf.Optimizer)[] = [
  () => tf.train.sgd(0.05),
  () => tf.train.momentum(0.03, 0.9),
  () => tf.train.momentum(0.03, 0.8, true),
  () => tf.train.adam(0.003),
  () => tf.train.adamax(0.003),
  () => tf.train.rmsprop(0.002),
  () => tf.train.rmsprop(0.002, 0.9, 0.5, 1e-7, true),
  () => tf.train.adagrad(0.03),
  () => tf.train.adadelta(0.5),
];

/** What a model is to answer, and how it is held against it. */
interface Task {
  readonly units: number;
  readonly activation: 'softmax' | 'sigmoid' | 'linear';
  readonly loss: string;
  readonly targets: (next: Next, n: number) => tf.Tensor;
}

function taskOf(next: Next): Task {
  const units = between(next, 2, 10);
  const labels = (n: number) => Array.from({ length: n }, () => between(next, 0, units - 1));
  const rows = (n: number) => tf.tensor2d(values(next, [n, units]), [n, units]);
  const oneHot = (n: number): tf.Tensor =>
    tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels(n), 'int32'), units), 'float32'));
  return pick<Task>(next, [
    { units, activation: 'softmax', loss: 'categoricalCrossentropy', targets: (_, n) => oneHot(n) },
    {
      units,
      activation: 'softmax',
      loss: 'sparseCategoricalCrossentropy',
      targets: (_, n) => tf.tensor2d(labels(n), [n, 1]),
    },
    { units, activation: 'sigmoid', loss: 'binaryCrossentropy', targets: (_, n) => oneHot(n) },
    { units, activation: 'linear', loss: 'meanSquaredError', targets: (_, n) => rows(n) },
    { units, activation: 'linear', loss: 'meanAbsoluteError', targets: (_, n) => rows(n) },
  ]);
}

function modelOf(next: Next, task: Task, factor: number): tfl.LayersModel {
  const shape = [between(next, 4, 14), between(next, 4, 14), between(next, 1, 4)];
  const input = tfl.input({ shape });
  const { units, activation: last } = task;
  const output = apply(L.dense({ units, activation: last }), body(next, input));
  const model = tfl.model({ inputs: input, outputs: output });
  // The last is left something to learn.
  for (const layer of model.layers.slice(0, -1)) if (next() < 0.1) layer.trainable = false;
  const weights = model.getWeights().map((w) => {
    const fan = w.shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const drawn = values(next, w.shape);
    // Vectors may be variances.
    const scaled = drawn.map((v) => (w.shape.length === 1 ? 0.5 + 0.3 * v : v / Math.sqrt(fan)));
    return tf.tensor(
      scaled.map((v) => v * factor),
      w.shape,
    );
  });
  model.setWeights(weights);
  tf.dispose(weights);
  return model;
}

/** Losses of two epochs, and what the model says then; images and weights may be others by a last bit. */
async function train(seed: number, factor = 1) {
  const next = random(seed);
  const task = taskOf(next);
  const model = modelOf(next, task, factor);
  const optimizer = pick(next, OPTIMIZERS)();
  model.compile({ optimizer, loss: task.loss, metrics: ['accuracy'] });
  const n = between(next, 5, 12);
  const shape = [n, ...(model.inputs[0]!.shape.slice(1) as number[])];
  const x = tf.tensor(
    values(next, shape).map((v) => v * factor),
    shape,
  );
  const y = task.targets(next, n);
  const batchSize = between(next, 2, 5);
  const { history } = await model.fit(x, y, {
    batchSize,
    epochs: 2,
    shuffle: false,
    verbose: 0,
    ...(next() < 0.5 && { validationData: [x, y] as [tf.Tensor, tf.Tensor] }),
  });
  const predicted = tf.tidy(() => Array.from((model.predict(x) as tf.Tensor).dataSync()));
  const layers = model.layers.map((layer) => `${layer.getClassName()} ${layer.outputShape}`);
  const note = [`seed ${seed}`, task.loss, `batch ${batchSize} of ${n}`, ...layers].join('\n');
  tf.dispose([x, y]);
  model.dispose();
  optimizer.dispose();
  const losses = [...(history.loss ?? []), ...(history.val_loss ?? [])] as number[];
  return { losses, predicted, note };
}

type Trained = Awaited<ReturnType<typeof train>>;

/** How far losses and predictions are from those expected. */
function gapsTo(expected: Trained, received: Trained): [number, number] {
  const { losses, predicted } = received;
  return [largestGap(losses, expected.losses), largestGap(predicted, expected.predicted)];
}

/** How far tfjs cpu strays from itself where numbers differ by a last bit: some models make much of that. */
async function noiseOf(seed: number, expected: Trained): Promise<[number, number]> {
  const noise: [number, number] = [0, 0];
  await tf.setBackend('cpu');
  for (const bits of [1, -1, 2, -2, 3, -3]) {
    const gaps = gapsTo(expected, await train(seed, 1 + bits * 2 ** -23));
    gaps.forEach((gap, i) => {
      noise[i] = Math.max(noise[i]!, gap);
    });
  }
  return noise;
}

async function expectAlike(seed: number) {
  const marks = [tf.memory().numTensors];
  await tf.setBackend('cpu');
  const expected = await train(seed);
  marks.push(tf.memory().numTensors);
  await tf.setBackend('cnnkit');
  const received = await train(seed);
  marks.push(tf.memory().numTensors);
  const { note } = expected;
  expect(marks[2]! - marks[1]!, `tensors left, ${note}`).toBe(marks[1]! - marks[0]!);
  const gaps = gapsTo(expected, received);
  if (Math.max(...gaps) < 1e-4) return;
  const noise = await noiseOf(seed, expected);
  gaps.forEach((gap, i) => {
    expect(gap, `${i ? 'predictions' : 'losses'}, ${note}`).toBeLessThan(10 * noise[i]! + 1e-4);
  });
}

test.each(Array.from({ length: last - first + 1 }, (_, i) => [first + i]))(
  'a model drawn from seed %i trains as on tfjs cpu',
  expectAlike,
  // An emulated machine takes its time.
  600_000,
);
