import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers'; // registers the gradients, which tfjs-core alone does not
import * as tf from '@tensorflow/tfjs-core';

/** tfjs's plain backend, for a test file's `beforeAll`, without its advice to install tfjs-node. */
export async function useCpu(): Promise<void> {
  await tf.setBackend('cpu');
  // The advice comes with the first tensor, unless a test is running. Nothing after may think so:
  // under IS_TEST the engine takes what a custom gradient saves for a leak.
  tf.env().set('IS_TEST', true);
  tf.scalar(0).dispose();
  tf.env().set('IS_TEST', false);
}
