import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import { decisionBehind, type LayerInGraph } from '../src/cnnkit/decisions.ts';
import { engineBackend, prepare, random, values } from './helpers.ts';

beforeAll(async () => {
  await prepare();
  await tf.setBackend('cnnkit');
});

const { layers } = tfl;
type Layers = readonly tfl.layers.Layer[];
const conv = (args: Partial<Parameters<typeof layers.conv2d>[0]> = {}) =>
  layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', ...args });
const relu = () => layers.activation({ activation: 'relu' });
const pool = (args: Parameters<typeof layers.maxPooling2d>[0] = {}) =>
  layers.maxPooling2d({ poolSize: 2, ...args });

/** What decides behind the normalisation, of a model that begins with a convolution and it. */
function decided(behind: Layers, before: Layers = [conv()]) {
  const norm = layers.batchNormalization();
  const input = tfl.input({ shape: [12, 12, 3] });
  [...before, norm, ...behind].reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, input);
  return decisionBehind(norm as unknown as LayerInGraph);
}

describe('behind a convolution and its normalisation decides', () => {
  class PureDropout extends layers.Layer {
    static className = 'Dropout';
    static readonly recordable = true;
  }

  test.each<[string, Layers]>([
    ['relu', [relu(), conv()]],
    ["a library's dropout behind", [relu(), new PureDropout({}), conv()]],
    ['ReLU', [layers.reLU(), conv()]],
    ['dropout behind', [relu(), layers.dropout({ rate: 0.5 }), conv()]],
    ['a mean', [relu(), layers.globalAveragePooling2d({}), layers.dense({ units: 2 })]],
    ['a dense layer', [relu(), layers.flatten(), layers.dense({ units: 2 })]],
  ])('relu alone: %s', (_, behind) => {
    expect(decided(behind)).toBe('relu');
  });

  test.each<[string, Layers]>([
    ['of 2 x 2', [relu(), pool(), conv()]],
    ['and dropout', [relu(), pool(), layers.dropout({ rate: 0.5 }), conv()]],
  ])('relu and a pool %s', (_, behind) => {
    expect(decided(behind)).toBe('relu and pool');
  });

  class Own extends layers.Layer {
    static className = 'Own';
    override call(inputs: tf.Tensor | tf.Tensor[]) {
      return inputs;
    }
  }
  const hooked = relu();
  Object.defineProperty(hooked, 'call', { value: (x: tf.Tensor) => x });

  test.each<[string, Layers, Layers?]>([
    ['nothing follows', []],
    ['the model ends', [relu()]],
    ['another activation follows', [layers.activation({ activation: 'tanh' }), conv()]],
    ['relu is cut off', [layers.reLU({ maxValue: 6 }), conv()]],
    ['a convolution follows at once', [conv()]],
    ['the pool is of 3 x 3', [relu(), pool({ poolSize: 3 }), conv()]],
    ['the pool overlaps', [relu(), pool({ strides: 1 }), conv()]],
    ['the pool is padded', [relu(), pool({ padding: 'same' }), conv()]],
    ['a second pool follows', [relu(), pool(), pool(), conv()]],
    ['a maximum follows', [relu(), layers.globalMaxPooling2d({})]],
    ['a layer of a program follows', [relu(), new Own(), conv()]],
    ['a layer was changed by a program', [hooked, conv()]],
    ['the convolution is by depth', [relu(), conv()], [layers.depthwiseConv2d({ kernelSize: 3 })]],
    ['no convolution is before', [relu(), conv()], [layers.dense({ units: 3 })]],
  ])('something that is not known: %s', (_, behind, before) => {
    expect(decided(behind, before)).toBeUndefined();
  });

  test('something that is not known: a sum with what another layer gives, or two readers', () => {
    const [first, norm, act] = [conv(), layers.batchNormalization(), relu()];
    const y = first.apply(tfl.input({ shape: [12, 12, 4] })) as tfl.SymbolicTensor;
    const z = act.apply(norm.apply(y)) as tfl.SymbolicTensor;
    conv().apply(z);
    expect(decisionBehind(norm as unknown as LayerInGraph)).toBe('relu');
    layers.add().apply([z, z]);
    expect(decisionBehind(norm as unknown as LayerInGraph)).toBeUndefined();
    expect(decided([relu(), conv()])).toBe('relu');
    const [one, two] = [conv(), layers.batchNormalization()];
    const shared = one.apply(tfl.input({ shape: [12, 12, 4] })) as tfl.SymbolicTensor;
    conv().apply(relu().apply(two.apply(shared)));
    expect(decisionBehind(two as unknown as LayerInGraph)).toBe('relu');
    relu().apply(shared);
    expect(decisionBehind(two as unknown as LayerInGraph)).toBeUndefined();
  });

  test('nothing that a layer alone could tell', () => {
    expect(decisionBehind(layers.batchNormalization() as unknown as LayerInGraph)).toBeUndefined();
  });
});

describe('training a model with normalised convolutions', () => {
  const next = random(8);
  const [x, labels] = [values(next, [24, 12, 12, 3]), values(next, [24])];

  function build(useBias: boolean) {
    let seed = 0;
    const kernelInitializer = () => tfl.initializers.glorotUniform({ seed: ++seed });
    const normed = (filters: number) => [
      conv({ filters, useBias, kernelInitializer: kernelInitializer() }),
      layers.batchNormalization(),
      layers.reLU(),
    ];
    const model = tfl.sequential();
    const stack = [
      conv({ filters: 16, inputShape: [12, 12, 3], kernelInitializer: kernelInitializer() }),
      ...[...normed(16), ...normed(20), pool(), ...normed(24)],
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 4, activation: 'softmax', kernelInitializer: kernelInitializer() }),
    ];
    for (const layer of stack) model.add(layer);
    model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy' });
    return model;
  }

  /** The losses of some steps, and the kernels that ran. */
  async function train(use: 'checked' | 'gradients' | 'all', useBias = false, recordSteps = true) {
    const engine = engineBackend();
    const before = engine.winograd;
    engine.winograd = use;
    engine.recordSteps = recordSteps;
    engine.commands.profiling = true;
    const model = build(useBias);
    const xs = tf.tensor4d(x, [24, 12, 12, 3]);
    const ys = tf.oneHot(
      tf.tensor1d(
        Array.from(labels, (v) => Math.floor(v * 2 + 2)),
        'int32',
      ),
      4,
    );
    const { history } = await model.fit(xs, ys, {
      epochs: 4,
      batchSize: 8,
      shuffle: false,
      verbose: 0,
    });
    const kernels = engine.commands
      .profile()
      .map(({ command }) => command)
      .sort();
    engine.commands.profiling = false;
    engine.winograd = before;
    engine.recordSteps = true;
    const after = model.getWeights().map((w) => Array.from(w.dataSync()));
    model.dispose();
    tf.dispose([xs, ys]);
    return { losses: history.loss as number[], kernels, after };
  }

  test.each([false, true])(
    'gives the losses of direct sums, by other kernels; with a bias: %s',
    async (bias) => {
      const [direct, checked] = [await train('gradients', bias), await train('checked', bias)];
      expect(direct.kernels).not.toContain('winograd_settle');
      expect(checked.kernels).toContain('winograd_settle');
      expect(checked.after).not.toEqual(direct.after);
      for (const [i, loss] of checked.losses.entries())
        expect(Math.abs(loss / direct.losses[i]! - 1)).toBeLessThan(1e-5);
      expect((await train('all', bias)).kernels).not.toContain('winograd_settle');
    },
  );

  test('gives the same bits whether its steps are recorded or not', async () => {
    const { losses, after } = await train('checked');
    expect(await train('checked', false, false)).toMatchObject({ losses, after });
  });
});
