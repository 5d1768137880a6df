import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

/** What an example on training may speak of: a small model and data for it. */
export function trainingScope(): Record<string, unknown> {
  const model = tfl.sequential();
  model.add(tfl.layers.dense({ units: 3, activation: 'softmax', inputShape: [4] }));
  const labels = tf.tensor1d(
    Array.from({ length: 60 }, (_, i) => i % 3),
    'int32',
  );
  return { model, xs: tf.randomNormal([60, 4], 0, 1, 'float32', 3), ys: tf.oneHot(labels, 3) };
}
