import { basicCnn, convOnlyCnn, dropoutCnn, fashionCnn, lenet } from '@cnnkit/models';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';

const FACTORIES: Readonly<Record<string, () => LayersModel>> = {
  A: () => convOnlyCnn(),
  B: () => basicCnn(),
  C: () => fashionCnn({ dropout: [0, 0] }),
  D: () => dropoutCnn({ dropout: [0, 0] }),
  lenet: () => lenet(),
  norm: () => normalizedCnn(),
};

/** What stands between convolution and relu in most newer networks: batch normalisation, and no bias before it. */
function normalizedCnn(): LayersModel {
  const model = sequential({ layers: [layers.inputLayer({ inputShape: [28, 28, 1] })] });
  const convolve = (filters: number) => {
    model.add(layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false }));
    model.add(layers.batchNormalization());
    model.add(layers.reLU());
  };
  convolve(8);
  convolve(16);
  model.add(layers.maxPooling2d({ poolSize: 2 }));
  convolve(16);
  model.add(layers.globalAveragePooling2d({}));
  model.add(layers.dense({ units: 10, activation: 'softmax' }));
  return model;
}

/** A model of the fixtures by its name, dropout left out, with the weights of their formula. */
export function parityModel(name: string): LayersModel {
  const make = Object.hasOwn(FACTORIES, name) ? FACTORIES[name] : undefined;
  if (make === undefined) {
    throw new RangeError(
      `parity: model must be one of ${Object.keys(FACTORIES).join(', ')}; received "${name}".`,
    );
  }
  const model = make();
  tf.tidy(() => {
    model.setWeights(
      model
        .getWeights()
        .map((weight, v) =>
          weight.rank < 2
            ? weight
            : tf.tensor(Float32Array.from(formulaWeights(weight.shape, v)), weight.shape),
        ),
    );
  });
  return model;
}

/** `w = (u / 65536 − 0.5) · 2 · √(6 / (field · (in + out)))`, u from a congruence over the index. */
export function formulaWeights(shape: readonly number[], v: number): Float64Array {
  const field = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const [inputs, outputs] = shape.slice(-2) as [number, number];
  const limit = 2 * Math.sqrt(6 / (field * (inputs + outputs)));
  return Float64Array.from({ length: field * inputs * outputs }, (_, i) => {
    const u = ((Math.imul(i, 1103515245) + (v + 1) * 12345) >>> 0) >>> 16;
    return (u / 65536 - 0.5) * limit;
  });
}
