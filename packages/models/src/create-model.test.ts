import { io, randomUniform, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { type KerasLayer, ownKerasModels } from '../test/keras-models.js';
import { onCpuWithoutLeaks } from '../test/tfjs.js';
import {
  basicCnn,
  cifar10Cnn,
  cifarTutorialCnn,
  convOnlyCnn,
  createModel,
  Dropout,
  dropoutCnn,
  fashionCnn,
  lenet,
  mlp,
  mnistCnn,
  mnistConvnet,
  modelNames,
  modelSummary,
} from './index.js';

onCpuWithoutLeaks();

const factories: [string, () => LayersModel][] = [
  ['A convOnlyCnn', convOnlyCnn],
  ['B basicCnn, convolutional part', () => basicCnn({ top: false })],
  ['B basicCnn', basicCnn],
  ['C fashionCnn', fashionCnn],
  ['D dropoutCnn', dropoutCnn],
  ['lenet, padding 2', lenet],
  ['lenet, no padding', () => lenet({ padding: 0 })],
  ['mlp 4-2-10', () => mlp({ inputShape: [4], units: [2] })],
  ['mlp 784-4-2-10', () => mlp({ inputShape: [784], units: [4, 2] })],
  ['mlp 784-512-10', () => mlp({ inputShape: [784] })],
  ['keras mnist_convnet', mnistConvnet],
  ['keras mnist_cnn (D at twice the width)', mnistCnn],
  ['tensorflow tutorial, CIFAR-10', cifarTutorialCnn],
  ['keras cifar10_cnn', cifar10Cnn],
];

describe('factories build what Keras builds', () => {
  const described = ownKerasModels();

  it.each(factories)('%s', (name, create) => {
    const keras = described.get(name)!;
    const model = create();
    expect(model.layers.map(describeLayer)).toEqual(keras.layers.map(comparable));
    expect(model.countParams()).toBe(keras.total);
    const layerNames = keras.layers.map((layer) => layer.name);
    expect(`${modelSummary(model, { layerNames })}\n\n`).toBe(keras.summary);
    expect(model.layers.map((layer) => layer.name)).toEqual(renumbered(layerNames));
    model.dispose();
  });
});

type Described = Omit<KerasLayer, 'name'>;

function describeLayer(layer: LayersModel['layers'][number]): Described {
  const config = layer.getConfig();
  return comparable({
    name: layer.name,
    type: layer.getClassName(),
    outputShape: (layer.outputShape as number[]).slice(1),
    params: layer.countParams(),
    config: {
      filters: config.filters,
      kernel_size: config.kernelSize,
      strides: config.strides,
      padding: config.padding,
      dilation_rate: config.dilationRate,
      activation: config.activation,
      units: config.units,
      rate: config.rate,
      pool_size: config.poolSize,
    },
  });
}

function comparable({ type, outputShape, params, config }: KerasLayer): Described {
  const set = Object.entries(config).filter(([, value]) => value !== undefined);
  return { type, outputShape, params, config: Object.fromEntries(set) };
}

/** Keras's names as a fresh session would have them. */
function renumbered(names: string[]): string[] {
  const counts = new Map<string, number>();
  return names.map((name) => {
    const base = name.replace(/_\d+$/, '');
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  });
}

describe('createModel', () => {
  it.each(modelNames)('%s saves to what plain tfjs loads, with equal predictions', async (name) => {
    const model = createModel(name, { seed: 1 });
    let saved: io.ModelArtifacts | undefined;
    await model.save(
      io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    // Through JSON, as a file would go.
    const modelTopology = JSON.parse(JSON.stringify(saved!.modelTopology)) as object;
    const loaded = await loadLayersModel(io.fromMemory({ ...saved!, modelTopology }));
    expect(loaded.layers.some((layer) => layer instanceof Dropout)).toBe(false);
    tidy(() => {
      const shape = (model.inputs[0]!.shape as number[]).map((axis) => axis ?? 2);
      const xs = randomUniform(shape, 0, 1, 'float32', 3);
      const predict = (m: LayersModel) => (m.predict(xs) as Tensor).dataSync();
      expect(predict(loaded)).toEqual(predict(model));
    });
    loaded.dispose();
    model.dispose();
  });

  it('lists the known names for an unknown one', () => {
    expect(() => createModel('resnet' as never)).toThrow(
      `createModel: name must be one of ${modelNames.join(', ')}; received resnet.`,
    );
    expect(() => createModel('constructor' as never)).toThrow(RangeError);
  });

  it('hands on the options of the factory', () => {
    const model = createModel('lenet', { padding: 0, classes: 3 });
    expect(model.outputs[0]!.shape).toEqual([null, 3]);
    expect(model.layers[0]!.outputShape).toEqual([null, 24, 24, 6]);
    model.dispose();
  });
});

describe('seeds', () => {
  const weights = (model: LayersModel) => {
    const values = model.getWeights().map((weight) => [...weight.dataSync()]);
    model.dispose();
    return values;
  };

  it('decide the initial weights', () => {
    expect(weights(basicCnn({ seed: 1 }))).toEqual(weights(basicCnn({ seed: 1 })));
    expect(weights(basicCnn({ seed: 1 }))).not.toEqual(weights(basicCnn({ seed: 2 })));
    expect(weights(lenet({ seed: 2 ** 40 }))).not.toEqual(weights(lenet({ seed: 0 })));
    expect(weights(lenet())).not.toEqual(weights(lenet()));
  });

  it('are different for every layer, dropout included', () => {
    for (const seed of [0, 1, 42, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
      const model = cifar10Cnn({ seed });
      const seeds = model.layers.flatMap((layer) => {
        const { seed, kernelInitializer } = layer.getConfig() as {
          seed?: number;
          kernelInitializer?: { config: { seed: number } };
        };
        return seed ?? kernelInitializer?.config.seed ?? [];
      });
      expect(seeds).toHaveLength(9);
      expect(new Set(seeds).size).toBe(9);
      model.dispose();
    }
  });

  it('start kernels in the Glorot range', () => {
    const [kernel] = weights(mlp({ inputShape: [50], units: [70], seed: 3 }));
    const limit = Math.sqrt(6 / 120);
    expect(Math.max(...kernel!.map(Math.abs))).toBeLessThanOrEqual(limit);
    expect(Math.max(...kernel!)).toBeGreaterThan(0.98 * limit);
  });
});

describe('options', () => {
  it('shape the networks as the notebooks vary them', () => {
    const shapes = (model: LayersModel) => {
      const found = model.layers.map((layer) => [layer.name, (layer.outputShape as []).slice(1)]);
      model.dispose();
      return Object.fromEntries(found);
    };
    expect(
      shapes(basicCnn({ filters: [8, 16], kernelSize: 5, poolSize: 3, denseUnits: 5 })),
    ).toEqual({
      conv2d: [24, 24, 8],
      max_pooling2d: [8, 8, 8],
      conv2d_1: [4, 4, 16],
      flatten: [256],
      dense: [5],
      dense_1: [10],
    });
    expect(shapes(fashionCnn({ extraDropout: 0.2 }))).toMatchObject({ dropout_2: [256] });
    expect(shapes(lenet({ inputShape: [32, 32, 3], classes: 100 }))).toMatchObject({
      flatten: [576],
      dense_2: [100],
    });
    expect(shapes(mlp())).toMatchObject({ flatten: [784], dense: [512] });
    const named = basicCnn({ name: 'digits' });
    expect(named.name).toBe('digits');
    named.dispose();
  });

  it('that make no network are refused, and nothing is left behind', () => {
    expect(() => basicCnn({ inputShape: [8, 8, 1] })).toThrow(
      /basicCnn: inputShape must leave at least one pixel at every layer; received one that gives \[.*\] at max_pooling2d_1/,
    );
    expect(() => basicCnn({ inputShape: [784] })).toThrow(/\[height, width, channels\]/);
    expect(() => basicCnn({ filters: [] })).toThrow(/filters must hold at least 1/);
    expect(() => basicCnn({ filters: [8, 0] })).toThrow(/filters\[1\] must be at least 1/);
    expect(() => basicCnn({ classes: 2.5 })).toThrow(TypeError);
    expect(() => basicCnn({ seed: 0.5 })).toThrow(/seed must be a whole number/);
    expect(() => lenet({ padding: 1 as never })).toThrow(/padding must be 0 or 2; received 1/);
    expect(() => lenet({ pooling: 'sum' as never })).toThrow(RangeError);
    expect(() => dropoutCnn({ dropout: [2, 0] })).toThrow(/rate must lie in/);
    expect(() => mlp({ units: 3 as never })).toThrow(TypeError);
  });

  it('of logits leave the last layer linear', () => {
    const model = cifarTutorialCnn({ seed: 1 });
    tidy(() => {
      const out = model.predict(zeros([1, 32, 32, 3])) as Tensor;
      expect(out.dataSync()).toEqual(new Float32Array(10));
    });
    model.dispose();
  });
});
