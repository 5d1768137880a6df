import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engineBackend, largestGap, prepare, random, values } from './helpers.ts';

beforeAll(() => prepare());
afterAll(() => tf.disposeVariables());

const { layers: L } = tfl;

type Build = (x: tfl.SymbolicTensor) => tfl.SymbolicTensor;
const apply =
  (...layers: tfl.layers.Layer[]): Build =>
  (x) =>
    layers.reduce((t, layer) => layer.apply(t) as tfl.SymbolicTensor, x);
const conv = (filters: number, more: object = {}) =>
  L.conv2d({ filters, kernelSize: 3, padding: 'same', ...more });
const activation = (name: string) => apply(conv(4, { activation: name }));
const merge = (layer: tfl.layers.Layer): Build => {
  const [left, right] = [conv(5), conv(5)];
  return (x) => layer.apply([apply(left)(x), apply(right)(x)]) as tfl.SymbolicTensor;
};
/** The image's rows as a sequence of vectors. */
const rows = () => L.reshape({ targetShape: [8, 24] });
const cube = () => L.reshape({ targetShape: [4, 4, 4, 3] });

/** What convolutional networks are made of, each between an image of 8 x 8 x 3 and a dense layer. */
const LAYERS: Record<string, () => Build> = {
  conv1d: () => apply(rows(), L.conv1d({ filters: 6, kernelSize: 3, activation: 'relu' })),
  'conv2d, strided': () => apply(conv(6, { strides: 2, activation: 'relu' })),
  'conv2d, regularized': () =>
    apply(
      conv(6, {
        kernelRegularizer: tfl.regularizers.l1l2({ l1: 0.01, l2: 0.01 }),
        biasRegularizer: 'l1l2',
      }),
    ),
  'conv2d, constrained': () =>
    apply(
      conv(6, { kernelConstraint: tfl.constraints.maxNorm({ maxValue: 1, axis: 2 }) }),
      conv(6, { kernelConstraint: tfl.constraints.unitNorm({ axis: 2 }) }),
      conv(6, { kernelConstraint: tfl.constraints.nonNeg() }),
    ),
  conv2dTranspose: () =>
    apply(
      L.conv2dTranspose({ filters: 6, kernelSize: 3, strides: 2, padding: 'same' }),
      L.conv2dTranspose({ filters: 4, kernelSize: [2, 3], activation: 'relu' }),
    ),
  conv3d: () => apply(cube(), L.conv3d({ filters: 5, kernelSize: 2, activation: 'relu' })),
  depthwiseConv2d: () =>
    apply(
      L.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same', activation: 'relu' }),
      L.depthwiseConv2d({ kernelSize: 3, strides: 2 }),
    ),
  separableConv2d: () =>
    apply(
      L.separableConv2d({ filters: 6, kernelSize: 3, activation: 'relu', padding: 'same' }),
      L.separableConv2d({ filters: 5, kernelSize: 3, strides: 2, depthMultiplier: 2 }),
    ),
  cropping2D: () =>
    apply(
      L.cropping2D({
        cropping: [
          [1, 2],
          [0, 1],
        ],
      }),
      conv(4),
    ),
  zeroPadding2d: () =>
    apply(
      conv(4),
      L.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 1],
        ],
      }),
      conv(4),
    ),
  'upSampling2d, nearest': () => apply(conv(4), L.upSampling2d({ size: [2, 3] }), conv(4)),
  'upSampling2d, bilinear': () =>
    apply(conv(4), L.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }), conv(4)),
  maxPooling1d: () => apply(rows(), L.maxPooling1d({ poolSize: 2 })),
  averagePooling1d: () => apply(rows(), L.averagePooling1d({ poolSize: 2 })),
  maxPooling2d: () => apply(conv(4), L.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  averagePooling2d: () => apply(conv(4), L.averagePooling2d({ poolSize: 2 })),
  maxPooling3d: () => apply(cube(), L.maxPooling3d({ poolSize: 2, strides: 2 })),
  averagePooling3d: () => apply(cube(), L.averagePooling3d({ poolSize: 2, strides: 2 })),
  globalAveragePooling1d: () => apply(rows(), L.dense({ units: 4 }), L.globalAveragePooling1d({})),
  globalMaxPooling1d: () => apply(rows(), L.dense({ units: 4 }), L.globalMaxPooling1d({})),
  globalAveragePooling2d: () =>
    apply(conv(4), L.globalAveragePooling2d({ dataFormat: 'channelsLast' })),
  globalMaxPooling2d: () => apply(conv(4), L.globalMaxPooling2d({ dataFormat: 'channelsLast' })),
  batchNormalization: () => apply(conv(4), L.batchNormalization(), L.reLU()),
  'batchNormalization of vectors': () =>
    apply(L.flatten(), L.dense({ units: 7 }), L.batchNormalization()),
  layerNormalization: () => apply(conv(4), L.layerNormalization({})),
  dropout: () => apply(conv(4), L.dropout({ rate: 0.3, seed: 5 })),
  spatialDropout1d: () =>
    apply(rows(), L.dense({ units: 4 }), L.spatialDropout1d({ rate: 0.3, seed: 5 })),
  gaussianNoise: () => apply(conv(4), L.gaussianNoise({ stddev: 0.1 })),
  gaussianDropout: () => apply(conv(4), L.gaussianDropout({ rate: 0.3 })),
  alphaDropout: () => apply(conv(4), L.alphaDropout({ rate: 0.3 })),
  ...Object.fromEntries(
    [
      ...['elu', 'selu', 'relu', 'relu6', 'sigmoid', 'hardSigmoid', 'softplus', 'softsign', 'tanh'],
      ...['softmax', 'logSoftmax', 'swish', 'mish', 'gelu', 'gelu_new'],
    ].map((name) => [`activation ${name}`, () => activation(name)]),
  ),
  'elu layer': () => apply(conv(4), L.elu()),
  'leakyReLU layer': () => apply(conv(4), L.leakyReLU({ alpha: 0.2 })),
  'prelu layer': () => apply(conv(4), L.prelu({ alphaInitializer: 'heNormal' })),
  'prelu layer, shared axes': () =>
    apply(conv(4), L.prelu({ alphaInitializer: 'heNormal', sharedAxes: [1, 2] })),
  'reLU layer, capped': () => apply(conv(4), L.reLU({ maxValue: 1 })),
  'softmax layer': () => apply(L.flatten(), L.dense({ units: 4 }), L.softmax()),
  add: () => merge(L.add()),
  average: () => merge(L.average()),
  multiply: () => merge(L.multiply()),
  maximum: () => merge(L.maximum()),
  minimum: () => merge(L.minimum()),
  concatenate: () => merge(L.concatenate()),
  'concatenate, by rows': () => merge(L.concatenate({ axis: 1 })),
  dot: () => {
    const [left, right] = [
      apply(rows(), L.dense({ units: 5 })),
      apply(rows(), L.dense({ units: 5 })),
    ];
    return (x) => L.dot({ axes: [2, 2] }).apply([left(x), right(x)]) as tfl.SymbolicTensor;
  },
  permute: () => apply(conv(4), L.permute({ dims: [3, 1, 2] })),
  repeatVector: () => apply(L.flatten(), L.dense({ units: 5 }), L.repeatVector({ n: 3 })),
  masking: () => apply(rows(), L.masking({ maskValue: 0 }), L.dense({ units: 4 })),
  timeDistributed: () =>
    apply(L.reshape({ targetShape: [2, 4, 8, 3] }), L.timeDistributed({ layer: conv(3) })),
  rescaling: () => apply(L.rescaling({ scale: 2, offset: -0.5 }), conv(4)),
  simpleRNN: () => apply(rows(), L.simpleRNN({ units: 5, recurrentInitializer: 'glorotNormal' })),
  lstm: () => apply(rows(), L.lstm({ units: 5, recurrentInitializer: 'glorotNormal' })),
  gru: () => apply(rows(), L.gru({ units: 5, recurrentInitializer: 'glorotNormal' })),
  'squeeze and excite': () => {
    const main = conv(4, { activation: 'relu' });
    const gate = apply(
      L.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
      L.dense({ units: 2, activation: 'relu' }),
      L.dense({ units: 4, activation: 'sigmoid' }),
      L.reshape({ targetShape: [1, 1, 4] }),
    );
    return (x) => {
      const y = apply(main)(x);
      return L.multiply().apply([y, gate(y)]) as tfl.SymbolicTensor;
    };
  },
};

const CLASSES = 3;
const BATCH = 4;

function build(name: string): tfl.LayersModel {
  const input = tfl.input({ shape: [8, 8, 3] });
  const y = LAYERS[name]!()(input);
  const flat = y.shape.length > 2 ? apply(L.flatten())(y) : y;
  const output = apply(L.dense({ units: CLASSES, activation: 'softmax' }))(flat);
  const model = tfl.model({ inputs: input, outputs: output });
  const next = random(17);
  model.setWeights(
    model.getWeights().map((w) => {
      // Vectors may be variances.
      const spread = values(next, w.shape).map((v) =>
        w.shape.length === 1 ? 0.5 + v * 0.2 : v * 0.4,
      );
      return tf.tensor(spread, w.shape);
    }),
  );
  return model;
}

function data() {
  const next = random(23);
  const x = tf.tensor(values(next, [BATCH, 8, 8, 3]), [BATCH, 8, 8, 3]);
  const y = tf.cast(tf.oneHot(tf.tensor1d([0, 2, 1, 2], 'int32'), CLASSES), 'float32');
  return { x, y };
}

/** Loss, weights and predictions of three steps of training, and the fallbacks of the last. */
async function train(backend: string, name: string) {
  await tf.setBackend(backend);
  const model = build(name);
  const optimizer = tf.train.sgd(0.1);
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const { x, y } = data();
  const losses: number[] = [];
  for (let i = 0; i < 3; i++) {
    engineBackend().fallbacks.clear();
    losses.push(((await model.trainOnBatch(x, y)) as number[])[0]!);
  }
  const step = [...engineBackend().fallbacks.keys()].sort();
  engineBackend().fallbacks.clear();
  const predicted = Array.from((model.predict(x) as tf.Tensor).dataSync());
  const prediction = [...engineBackend().fallbacks.keys()].sort();
  const weights = model.getWeights().map((w) => Array.from(w.dataSync()));
  model.dispose();
  return { losses, weights, predicted, step, prediction };
}

/** Layers whose random numbers differ from step to step, unless they have a seed. */
const RANDOM = /gaussian|alphaDropout/;
/** Its gradient mixes up the images of a batch on tfjs cpu; `operations.test.ts` has what it is. */
const WRONG_ON_CPU = /upSampling2d, nearest/;

describe('layers', () => {
  test.each(Object.keys(LAYERS))('%s trains without tfjs cpu, and as on it', async (name) => {
    const received = await train('cnnkit', name);
    expect({ step: received.step, prediction: received.prediction }).toEqual({
      step: [],
      prediction: [],
    });
    if (RANDOM.test(name) || WRONG_ON_CPU.test(name)) return;
    const expected = await train('cpu', name);
    expect(largestGap(received.losses, expected.losses)).toBeLessThan(1e-4);
    expected.weights.forEach((w, i) => {
      expect(largestGap(received.weights[i]!, w), `weights ${i}`).toBeLessThan(1e-4);
    });
    expect(largestGap(received.predicted, expected.predicted)).toBeLessThan(1e-4);
  });
});

const OPTIMIZERS: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  nesterov: () => tf.train.momentum(0.1, 0.9, true),
  adagrad: () => tf.train.adagrad(0.1),
  adadelta: () => tf.train.adadelta(0.1),
  adam: () => tf.train.adam(0.01),
  adamax: () => tf.train.adamax(0.01),
  rmsprop: () => tf.train.rmsprop(0.01),
  'rmsprop, centred': () => tf.train.rmsprop(0.01, 0.9, 0.5, 1e-7, true),
};

const LOSSES = [
  ...['meanSquaredError', 'meanAbsoluteError', 'meanAbsolutePercentageError'],
  ...['meanSquaredLogarithmicError', 'squaredHinge', 'hinge', 'categoricalHinge', 'logcosh'],
  ...['categoricalCrossentropy', 'binaryCrossentropy', 'kullbackLeiblerDivergence', 'poisson'],
  ...['cosineProximity', 'sparseCategoricalCrossentropy'],
];

const METRICS = [
  ...['accuracy', 'binaryAccuracy', 'categoricalAccuracy', 'precision', 'categoricalCrossentropy'],
  ...['mse', 'mae', 'mape', 'cosine'],
];

/** Two steps of a small dense model from fixed weights. */
async function fitDense(
  backend: string,
  options: { optimizer?: () => tf.Optimizer; loss?: string; metrics?: string[] },
) {
  await tf.setBackend(backend);
  const { optimizer = OPTIMIZERS.sgd!, loss = 'categoricalCrossentropy', metrics = [] } = options;
  const model = tfl.sequential();
  model.add(L.flatten({ inputShape: [8, 8, 3] }));
  model.add(L.dense({ units: 5, activation: 'relu' }));
  model.add(L.dense({ units: CLASSES, activation: 'softmax' }));
  const next = random(29);
  model.setWeights(
    model.getWeights().map((w) =>
      tf.tensor(
        values(next, w.shape).map((v) => v * 0.3),
        w.shape,
      ),
    ),
  );
  model.compile({ optimizer: optimizer(), loss, metrics });
  const { x, y } = data();
  const target = loss.startsWith('sparse') ? tf.expandDims(tf.argMax(y, -1), 1) : y;
  const logs: number[] = [];
  for (let i = 0; i < 2; i++) {
    engineBackend().fallbacks.clear();
    logs.push(...[await model.trainOnBatch(x, tf.cast(target, 'float32'))].flat());
  }
  const fallbacks = [...engineBackend().fallbacks.keys()].sort();
  const weights = model.getWeights().map((w) => Array.from(w.dataSync()));
  return { logs, weights, fallbacks };
}

async function expectDenseAsCpu(options: Parameters<typeof fitDense>[1]): Promise<void> {
  const received = await fitDense('cnnkit', options);
  expect(received.fallbacks).toEqual([]);
  const expected = await fitDense('cpu', options);
  expect(largestGap(received.logs, expected.logs)).toBeLessThan(1e-4);
  expected.weights.forEach((w, i) => {
    expect(largestGap(received.weights[i]!, w), `weights ${i}`).toBeLessThan(1e-4);
  });
}

test.each(Object.keys(OPTIMIZERS))('optimizer %s steps without tfjs cpu, and as on it', (name) =>
  expectDenseAsCpu({ optimizer: OPTIMIZERS[name]! }),
);

test.each(LOSSES)('loss %s trains without tfjs cpu, and as on it', (loss) =>
  expectDenseAsCpu({ loss }),
);

test.each(METRICS)('metric %s is counted without tfjs cpu, and as on it', (metric) =>
  expectDenseAsCpu({ metrics: [metric] }),
);
