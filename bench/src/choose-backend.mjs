import * as tf from '@tensorflow/tfjs-core';

/**
 * Sets the backend that a single-process bench runs on, and says what it is.
 * @param {string} backend cnnkit, or cpu for tfjs's plain JavaScript
 * @param {number} threads
 */
export async function chooseBackend(backend, threads) {
  if (backend === 'cpu') {
    await import('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
    return `tfjs cpu ${tf.version_core}`;
  }
  if (backend !== 'cnnkit') {
    throw new RangeError(`bench: --backend must be cnnkit or cpu; received ${backend}.`);
  }
  const { useBackend } = await import('@cnnkit/backend');
  return (await useBackend({ backend: 'cnnkit', threads })).description;
}
