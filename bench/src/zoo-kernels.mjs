// The convolutions and matrix products that training the models runs, found by walking their layers.
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { buildModel } from './models.mjs';

/**
 * @typedef {object} KernelCase
 * @property {string} name what is computed, in which shape; the key under which it is recorded
 * @property {number} flops useful ones: two a multiply-add, padding not counted out
 * @property {() => any} run computes it once; the tensor belongs to the caller
 */

/**
 * Every case once, however many models share it. The tensors it works on live as long as the process.
 * @param {readonly string[]} models @param {number} batch @returns {KernelCase[]}
 */
export function zooKernels(models, batch) {
  /** @type {Map<string, KernelCase>} */
  const cases = new Map();
  const add = (/** @type {KernelCase} */ it) => cases.set(it.name, cases.get(it.name) ?? it);
  for (const kernelCase of matMulCases(512, 512, 512).slice(0, 1)) add(kernelCase);
  for (const name of models) {
    const model = buildModel(tfl, name);
    let first = true;
    for (const layer of model.layers) {
      const kind = layer.getClassName();
      const [inputs, outputs] = [layer.input.shape, layer.output.shape];
      if (kind === 'Conv2D') {
        const { kernelSize, padding } = layer;
        const filterShape = [...kernelSize, inputs[3], outputs[3]];
        const found = convolutionCases([batch, ...inputs.slice(1)], filterShape, padding);
        // Nobody asks for the gradient of the images.
        for (const it of found) if (!(first && it.name.startsWith('conv dX'))) add(it);
        first = false;
      } else if (kind === 'Dense') {
        for (const it of matMulCases(batch, inputs[1], outputs[1])) add(it);
      }
    }
    model.dispose();
  }
  return [...cases.values()];
}

/**
 * A convolution of stride 1 and its two gradients.
 * @param {number[]} inputShape @param {number[]} filterShape @param {'valid' | 'same'} pad
 * @returns {KernelCase[]}
 */
function convolutionCases(inputShape, filterShape, pad) {
  const [batch, height, width, inputs] = inputShape;
  const [kernelHeight, kernelWidth, , outputs] = filterShape;
  const outHeight = pad === 'same' ? height : height - kernelHeight + 1;
  const outWidth = pad === 'same' ? width : width - kernelWidth + 1;
  const shape = `${batch}x${height}x${width}x${inputs} * ${kernelHeight}x${kernelWidth}x${outputs} ${pad}`;
  const positions = batch * outHeight * outWidth;
  const flops = 2 * positions * kernelHeight * kernelWidth * inputs * outputs;
  const x = tf.randomUniform(inputShape, -1, 1);
  const filter = tf.randomUniform(filterShape, -1, 1);
  const dy = tf.randomUniform([batch, outHeight, outWidth, outputs], -1, 1);
  const attrs = { strides: [1, 1], pad, dataFormat: 'NHWC', dilations: [1, 1] };
  const run = (/** @type {string} */ kernel, /** @type {any} */ of, /** @type {any} */ more = {}) =>
    tf.engine().runKernel(kernel, of, { ...attrs, ...more });
  return [
    { name: `conv ${shape}`, flops, run: () => run('Conv2D', { x, filter }) },
    {
      name: `conv dX ${shape}`,
      flops,
      run: () => run('Conv2DBackpropInput', { dy, filter }, { inputShape }),
    },
    {
      name: `conv dW ${shape}`,
      flops,
      run: () => run('Conv2DBackpropFilter', { x, dy }, { filterShape }),
    },
  ];
}

/**
 * A dense layer's product and its two gradients.
 * @param {number} rows @param {number} inputs @param {number} outputs @returns {KernelCase[]}
 */
function matMulCases(rows, inputs, outputs) {
  const shape = `${rows}x${inputs} * ${inputs}x${outputs}`;
  const flops = 2 * rows * inputs * outputs;
  const random = (/** @type {[number, number]} */ shape) =>
    /** @type {tf.Tensor2D} */ (tf.randomUniform(shape, -1, 1));
  const x = random([rows, inputs]);
  const weights = random([inputs, outputs]);
  const dy = random([rows, outputs]);
  return [
    { name: `matmul ${shape}`, flops, run: () => product(x, weights) },
    { name: `matmul dX ${shape}`, flops, run: () => product(dy, weights, false, true) },
    { name: `matmul dW ${shape}`, flops, run: () => product(x, dy, true, false) },
  ];
}

/** @param {tf.Tensor2D} a @param {tf.Tensor2D} b */
function product(a, b, transposeA = false, transposeB = false) {
  return tf.matMul(a, b, transposeA, transposeB);
}
