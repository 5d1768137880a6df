import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients, which tfjs-core alone does not
import * as tf from '@tensorflow/tfjs-core';

/**
 * tfjs's plain backend for a test file's `beforeAll`. IS_TEST stops its advice to install
 * tfjs-node, and makes the engine check every kernel for leaks.
 */
export async function useCpu(): Promise<void> {
  tf.env().set('IS_TEST', true);
  await tf.setBackend('cpu');
}
