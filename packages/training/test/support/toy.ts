import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { ImageData } from '../../src/fit/data.js';
import { Adam } from '../../src/optimizers/adam.js';

/** Images of 4x4: class k is bright in quadrant k, over noise that depends on the seed alone. */
export function toyImages(count: number, seed = 1): ImageData {
  let state = seed * 2654435761;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 24) / 4;
  };
  const images = new Uint8Array(count * 16);
  const labels = new Int32Array(count);
  for (let n = 0; n < count; n++) {
    const label = n % 4;
    labels[n] = label;
    for (let i = 0; i < 16; i++) {
      const quadrant = (i >> 3) * 2 + ((i >> 1) & 1);
      images[n * 16 + i] = Math.round(noise() + (quadrant === label ? 120 : 0));
    }
  }
  return { images, labels, shape: [count, 4, 4, 1] };
}

/** A small convnet with fixed weights; uncompiled. */
export function toyModel(options: { dropout?: number; softmax?: boolean } = {}): tfl.LayersModel {
  const { dropout = 0, softmax = true } = options;
  const init = (seed: number) => tfl.initializers.glorotUniform({ seed });
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        inputShape: [4, 4, 1],
        filters: 3,
        kernelSize: 2,
        activation: 'relu',
        kernelInitializer: init(1),
      }),
      tfl.layers.flatten(),
      ...(dropout > 0 ? [tfl.layers.dropout({ rate: dropout })] : []),
      tfl.layers.dense({
        units: 4,
        kernelInitializer: init(2),
        ...(softmax ? { activation: 'softmax' as const } : {}),
      }),
    ],
  });
}

export function compiledToy(
  options: Parameters<typeof toyModel>[0] & { loss?: string } = {},
): tfl.LayersModel {
  const { loss = 'sparseCategoricalCrossentropy', ...rest } = options;
  const model = toyModel(rest);
  model.compile({ optimizer: new Adam({ learningRate: 0.02 }), loss, metrics: ['accuracy'] });
  return model;
}

export function weightsOf(model: tfl.LayersModel): number[][] {
  return model.getWeights().map((weight) => [...weight.dataSync()]);
}

/** Tensors alive before and after `work`, which must leave none. */
export async function tensorsLeftBy(work: () => Promise<void>): Promise<number> {
  const before = tf.memory().numTensors;
  await work();
  return tf.memory().numTensors - before;
}
