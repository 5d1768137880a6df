import '@tensorflow/tfjs-backend-cpu';
import { env } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-layers';

// Without it the cpu backend advises on the console to install tfjs-node.
env().set('PROD', true);

/** The models of fixtures/tensorboard/keras_graph.json, by name, as tfjs builds them. */
export function graphModels(): Record<string, tf.LayersModel> {
  return {
    tiny_cnn: tinyCnn(),
    two_branches: twoBranches(),
    outer: outer(),
    nested: nested(),
  };
}

export function tinyCnn(): tf.Sequential {
  return tf.sequential({
    name: 'tiny_cnn',
    layers: [
      tf.layers.inputLayer({ inputShape: [8, 8, 1], name: 'pixels' }),
      tf.layers.conv2d({ filters: 2, kernelSize: 3, activation: 'relu', name: 'conv' }),
      tf.layers.maxPooling2d({ poolSize: 2, name: 'pool' }),
      tf.layers.batchNormalization({ name: 'norm' }),
      tf.layers.flatten({ name: 'flatten' }),
      tf.layers.dropout({ rate: 0.25, name: 'dropout' }),
      tf.layers.dense({ units: 3, activation: 'softmax', name: 'dense' }),
    ],
  });
}

export function twoBranches(): tf.LayersModel {
  const image = tf.input({ shape: [4, 4, 1], name: 'image' });
  const branch = (name: string) =>
    tf.layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', name }).apply(image);
  const sum = tf.layers
    .add({ name: 'sum' })
    .apply([branch('left') as tf.SymbolicTensor, branch('right') as tf.SymbolicTensor]);
  const flat = tf.layers.flatten({ name: 'flat' }).apply(sum);
  const out = tf.layers.dense({ units: 2, name: 'out' }).apply(flat) as tf.SymbolicTensor;
  return tf.model({ inputs: image, outputs: out, name: 'two_branches' });
}

/** Functional in Functional. */
export function outer(): tf.LayersModel {
  const input = tf.input({ shape: [4, 4, 1], name: 'outer_in' });
  const inner = twoBranches().apply(input);
  const out = tf.layers.softmax({ name: 'softmax' }).apply(inner) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: out, name: 'outer' });
}

/** Functional in Sequential, which TensorBoard cannot draw from Keras's own JSON. */
export function nested(): tf.Sequential {
  return tf.sequential({
    name: 'nested',
    layers: [
      tf.layers.inputLayer({ inputShape: [4, 4, 1], name: 'in' }),
      twoBranches(),
      tf.layers.softmax({ name: 'softmax' }),
    ],
  });
}

/** A nested model of two inputs, fed in the order b, a. */
export function twoInputs(): tf.LayersModel {
  const x = tf.input({ shape: [3], name: 'x' });
  const y = tf.input({ shape: [3], name: 'y' });
  const joined = tf.layers.concatenate({ name: 'join' }).apply([x, y]) as tf.SymbolicTensor;
  const inner = tf.model({ inputs: [x, y], outputs: joined, name: 'pair' });
  const a = tf.input({ shape: [3], name: 'a' });
  const b = tf.input({ shape: [3], name: 'b' });
  const pair = inner.apply([b, a]) as tf.SymbolicTensor;
  const out = tf.layers.dense({ units: 1, name: 'out' }).apply(pair) as tf.SymbolicTensor;
  return tf.model({ inputs: [a, b], outputs: out, name: 'two_inputs' });
}

/** Sequential in Functional, one layer used twice. */
export function sequentialInside(): tf.LayersModel {
  const inner = tf.sequential({
    name: 'head',
    layers: [
      tf.layers.dense({ inputShape: [3], units: 3, name: 'first' }),
      tf.layers.dense({ units: 3, name: 'second' }),
    ],
  });
  const input = tf.input({ shape: [3], name: 'in' });
  const shared = tf.layers.dense({ units: 3, name: 'shared' });
  const once = shared.apply(input) as tf.SymbolicTensor;
  const twice = shared.apply(once) as tf.SymbolicTensor;
  const out = inner.apply(twice) as tf.SymbolicTensor;
  return tf.model({ inputs: input, outputs: out, name: 'model_with_head' });
}
