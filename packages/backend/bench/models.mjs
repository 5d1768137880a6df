// The models of the bench: A, B, C, D and LeNet of the notebooks, Keras's mnist_convnet, a small
// CIFAR network with batch normalisation.
import * as tfl from '@tensorflow/tfjs-layers';

const { layers: L, initializers, sequential } = tfl;

export const MODELS = {
  A: () => [conv(64, 3), conv(32, 3), L.flatten()],
  B: () => [conv(32, 3), pool(), conv(64, 3), pool(), conv(64, 3), L.flatten(), dense(64)],
  C: () => [
    conv(64, 2, { padding: 'same' }),
    pool(),
    conv(32, 2, { padding: 'same' }),
    pool(),
    L.dropout({ rate: 0.3 }),
    L.flatten(),
    dense(256),
    L.dropout({ rate: 0.5 }),
  ],
  D: () => [
    conv(16, 3),
    conv(32, 3),
    pool(),
    L.dropout({ rate: 0.25 }),
    L.flatten(),
    dense(128),
    L.dropout({ rate: 0.5 }),
  ],
  lenet: () => [
    conv(6, 5, { padding: 'same', activation: 'sigmoid' }),
    average(),
    conv(16, 5, { activation: 'sigmoid' }),
    average(),
    L.flatten(),
    dense(120, 'sigmoid'),
    dense(84, 'sigmoid'),
  ],
  convnet: () => [conv(32, 3), pool(), conv(64, 3), pool(), L.flatten(), L.dropout({ rate: 0.5 })],
  cifar: () => [
    ...normalised(32),
    ...normalised(32),
    pool(),
    ...normalised(64),
    ...normalised(64),
    pool(),
    ...normalised(128),
    L.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
  ],
};

let seed = 1;
const kernel = () => initializers.glorotUniform({ seed: seed++ });
function conv(filters, kernelSize, options = {}) {
  return L.conv2d({
    filters,
    kernelSize,
    activation: 'relu',
    kernelInitializer: kernel(),
    ...options,
  });
}
function dense(units, activation = 'relu') {
  return L.dense({ units, activation, kernelInitializer: kernel() });
}
const pool = () => L.maxPooling2d({ poolSize: 2 });
const average = () => L.averagePooling2d({ poolSize: 2 });
const normalised = (filters) => [
  conv(filters, 3, { padding: 'same', useBias: false, activation: 'linear' }),
  L.batchNormalization(),
  L.reLU(),
];

export const shapeOf = (name) => (name === 'cifar' ? [32, 32, 3] : [28, 28, 1]);

/** A model by name, from the same weights every time; dropout left out on request. */
export function build(name, { dropout = true } = {}) {
  seed = 1;
  const model = sequential();
  model.add(L.inputLayer({ inputShape: shapeOf(name) }));
  for (const layer of MODELS[name]()) {
    if (dropout || layer.getClassName() !== 'Dropout') model.add(layer);
  }
  model.add(dense(10, 'softmax'));
  return model;
}
