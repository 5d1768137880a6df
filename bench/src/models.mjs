// The models that are measured. `engines/keras_engine.py` and `engines/torch_engine.py` hold the same
// ones; the driver refuses to compare engines whose trainable parameters differ in number.

/** Shape of one image of a model: height, width, channels. @param {string} name */
export function imageShape(name) {
  return name === 'cifar' ? [32, 32, 3] : [28, 28, 1];
}

export const CLASSES = 10;

/**
 * The layers below the last one, which is always a softmax over ten classes. `l` is tfjs-layers'
 * `layers` namespace.
 * @type {Record<string, (l: any) => any[]>}
 */
const BODIES = {
  // CNNs 101: two convolutions, no pooling.
  A: (l) => [relu(l, 64, 3), relu(l, 32, 3), l.flatten()],
  // The convnet of Deep Learning with Python, 5.1.
  B: (l) => [
    relu(l, 32, 3),
    maxPool(l),
    relu(l, 64, 3),
    maxPool(l),
    relu(l, 64, 3),
    l.flatten(),
    dense(l, 64, 'relu'),
  ],
  // Fashion-MNIST with 2x2 kernels and dropout.
  C: (l) => [
    relu(l, 64, 2, 'same'),
    maxPool(l),
    relu(l, 32, 2, 'same'),
    maxPool(l),
    l.dropout({ rate: 0.3 }),
    l.flatten(),
    dense(l, 256, 'relu'),
    l.dropout({ rate: 0.5 }),
  ],
  // Wide dense layer behind two convolutions.
  D: (l) => [
    relu(l, 16, 3),
    relu(l, 32, 3),
    maxPool(l),
    l.dropout({ rate: 0.25 }),
    l.flatten(),
    dense(l, 128, 'relu'),
    l.dropout({ rate: 0.5 }),
  ],
  // LeNet as d2l has it: sigmoid, average pooling, padded first convolution.
  lenet: (l) => [
    l.conv2d({ filters: 6, kernelSize: 5, padding: 'same', activation: 'sigmoid' }),
    l.averagePooling2d({ poolSize: 2 }),
    l.conv2d({ filters: 16, kernelSize: 5, activation: 'sigmoid' }),
    l.averagePooling2d({ poolSize: 2 }),
    l.flatten(),
    dense(l, 120, 'sigmoid'),
    dense(l, 84, 'sigmoid'),
  ],
  // Keras's mnist_convnet example.
  convnet: (l) => [
    relu(l, 32, 3),
    maxPool(l),
    relu(l, 64, 3),
    maxPool(l),
    l.flatten(),
    l.dropout({ rate: 0.5 }),
  ],
  // Small residual-free CIFAR CNN with batch normalisation and same padding.
  cifar: (l) => [
    ...normalized(l, 32),
    ...normalized(l, 32),
    maxPool(l),
    ...normalized(l, 64),
    ...normalized(l, 64),
    maxPool(l),
    ...normalized(l, 128),
    l.globalAveragePooling2d({}),
  ],
};

export const MODEL_NAMES = Object.keys(BODIES);

/**
 * A compiled model: categorical cross-entropy and accuracy.
 * @param {any} tfl tfjs-layers, or the whole of tfjs (tfjs-node brings its own)
 * @param {string} name one of `MODEL_NAMES`
 * @param {unknown} optimizer tfjs's Adam with its defaults if not given
 */
export function buildModel(tfl, name, optimizer = 'adam') {
  const input = tfl.input({ shape: imageShape(name) });
  const stack = [...BODIES[name](tfl.layers), dense(tfl.layers, CLASSES, 'softmax')];
  const outputs = stack.reduce((x, layer) => layer.apply(x), input);
  const model = tfl.model({ inputs: input, outputs });
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** @param {any} l @param {number} filters @param {number} kernelSize @param {'valid' | 'same'} padding */
function relu(l, filters, kernelSize, padding = 'valid') {
  return l.conv2d({ filters, kernelSize, padding, activation: 'relu' });
}

/** @param {any} l */
function maxPool(l) {
  return l.maxPooling2d({ poolSize: 2 });
}

/** @param {any} l @param {number} units @param {string} activation */
function dense(l, units, activation) {
  return l.dense({ units, activation });
}

/** @param {any} l @param {number} filters */
function normalized(l, filters) {
  return [
    l.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false }),
    l.batchNormalization({}),
    l.reLU({}),
  ];
}
