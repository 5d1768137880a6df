// tfjs's own WebAssembly backend cannot train a convnet: it has no Conv2DBackpropFilter. Here it gets
// one, composed from its own kernels, and a faster Conv2DBackpropInput than its own, so that there is
// something to compare with. In Node it runs on one thread.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { serveLayers } from './layers.mjs';

const folder = /** @type {string} */ (process.env.CNNKIT_BENCH_TFJS_WASM);
const require = createRequire(join(folder, 'package.json'));
/** @type {any} untyped, as it comes from that folder */
const tf = require('@tensorflow/tfjs-core');
const tfl = require('@tensorflow/tfjs-layers');
require('@tensorflow/tfjs-backend-cpu');
require('@tensorflow/tfjs-backend-wasm');

patch('Conv2DBackpropFilter', filterGradient);
patch('Conv2DBackpropInput', inputGradient);
await tf.setBackend('wasm');
// Its Emscripten module installs handlers that turn every error of the process into `undefined`.
process.removeAllListeners('uncaughtException').removeAllListeners('unhandledRejection');
await serveLayers({ tf, tfl, description: `tfjs wasm ${tf.version_core}, patched to train` });

/** @param {string} kernelName @param {(inputs: any, attrs: any) => any} compute */
function patch(kernelName, compute) {
  if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: (/** @type {any} */ { inputs, attrs }) =>
      tf.tidy(() => {
        const tensor = (/** @type {any} */ info) => tf.engine().makeTensorFromTensorInfo(info);
        const tensors = Object.entries(inputs).map(([name, info]) => [name, tensor(info)]);
        return compute(Object.fromEntries(tensors), attrs);
      }),
  });
}

/**
 * dW, one matmul for each offset in the filter. The transpose is explicit: the backend's matmul with
 * `transposeA` is ten times slower.
 * @param {{ x: any, dy: any }} inputs @param {any} attrs
 */
function filterGradient({ x, dy }, { strides, pad, filterShape }) {
  const info = geometry(x.shape, filterShape, strides, pad);
  const { top, bottom, left, right } = info.padInfo;
  const padded = tf.pad(x, [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ]);
  const [height, width, inputs, outputs] = filterShape;
  const rows = info.batchSize * info.outHeight * info.outWidth;
  const gradients = tf.reshape(dy, [rows, outputs]);
  const offsets = [];
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const size = [info.batchSize, info.outHeight, info.outWidth, inputs];
      const window = tf.reshape(tf.slice(padded, [0, i, j, 0], size), [rows, inputs]);
      offsets.push(tf.matMul(tf.transpose(window), gradients));
    }
  }
  return tf.reshape(tf.stack(offsets), filterShape);
}

/**
 * dX as a convolution of the padded gradient with the filter turned round.
 * @param {{ dy: any, filter: any }} inputs @param {any} attrs
 */
function inputGradient({ dy, filter }, { strides, pad, inputShape }) {
  const { top, bottom, left, right } = geometry(inputShape, filter.shape, strides, pad).padInfo;
  const [height, width] = filter.shape;
  const padded = tf.pad(dy, [
    [0, 0],
    [height - 1 - top, height - 1 - bottom],
    [width - 1 - left, width - 1 - right],
    [0, 0],
  ]);
  return tf.conv2d(padded, tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]), 1, 'valid');
}

/** @param {number[]} xShape @param {number[]} filterShape @param {number | number[]} strides @param {any} pad */
function geometry(xShape, filterShape, strides, pad) {
  const info = tf.backend_util.computeConv2DInfo(xShape, filterShape, strides, 1, pad);
  if (info.strideHeight !== 1 || info.strideWidth !== 1) {
    throw new RangeError('tfjs-wasm: the patch computes stride 1 only.');
  }
  return info;
}
