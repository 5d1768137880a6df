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
type Symbolic = tfl.SymbolicTensor;
const apply = (x: Symbolic, ...stack: Layers) =>
  stack.reduce((y, layer) => layer.apply(y) as Symbolic, x);
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

  const image = () => tfl.input({ shape: [12, 12, 4] });
  /** What decides behind a block's last normalisation, by what is done with its outputs y and its inputs x. */
  function decidedInBlock(
    behind: (y: Symbolic, x: Symbolic) => unknown,
    before: Layers = [conv()],
  ) {
    const norm = layers.batchNormalization();
    const x = apply(image(), relu());
    behind(apply(x, ...before, norm), x);
    return decisionBehind(norm as unknown as LayerInGraph);
  }
  const sum = (...tensors: Symbolic[]) => layers.add().apply(tensors) as Symbolic;
  const projected = (x: Symbolic, kernelSize = 1) =>
    apply(x, conv({ kernelSize }), layers.batchNormalization());

  test.each<[string, (y: Symbolic, x: Symbolic) => unknown]>([
    ["a block's inputs", (y, x) => apply(sum(y, x), relu(), conv())],
    ["a block's inputs in front", (y, x) => apply(sum(x, y), relu(), conv())],
    ['inputs projected', (y, x) => apply(sum(y, projected(x)), relu(), conv())],
    ['inputs projected in front', (y, x) => apply(sum(projected(x), y), relu(), conv())],
    ['another branch that waits', (y, x) => apply(sum(y, projected(x, 3)), relu(), conv())],
    [
      'a block before another',
      (y, x) => {
        const z = apply(sum(y, x), layers.reLU());
        apply(sum(projected(z, 3), z), relu(), layers.globalAveragePooling2d({}));
      },
    ],
  ])('a sum and relu: of %s', (_, behind) => {
    expect(decidedInBlock(behind)).toBe('sum and relu');
  });

  test.each<[string, (y: Symbolic, x: Symbolic) => unknown]>([
    ['no relu follows', (y, x) => apply(sum(y, x), conv())],
    ['another activation follows', (y, x) => apply(sum(y, x), layers.elu(), conv())],
    ['a maximum follows', (y, x) => apply(sum(y, x), relu(), pool(), conv())],
    ['a sum without relu follows', (y, x) => sum(apply(sum(y, x), relu()), x)],
    ['another branch waits already', (y, x) => apply(sum(projected(x, 3), y), relu(), conv())],
    ['three are added', (y, x) => apply(sum(y, x, x), relu(), conv())],
    ['it is added to itself', (y) => apply(sum(y, y), relu(), conv())],
    ['it is not all that reads it', (y, x) => [apply(sum(y, x), relu(), conv()), conv().apply(y)]],
    [
      'the sum is read twice',
      (y, x) => {
        const z = sum(y, x);
        return [apply(z, relu(), conv()), conv().apply(z)];
      },
    ],
    [
      'the layer adds twice',
      (y, x) => {
        const add = layers.add();
        return [apply(add.apply([y, x]) as Symbolic, relu(), conv()), add.apply([x, x])];
      },
    ],
    [
      'it is multiplied',
      (y, x) => apply(layers.multiply().apply([y, x]) as Symbolic, relu(), conv()),
    ],
  ])('no sum that is known: %s', (_, behind) => {
    expect(decidedInBlock(behind)).toBeUndefined();
  });

  test('no sum where no convolution is before', () => {
    const behind = (y: Symbolic, x: Symbolic) => apply(sum(y, x), relu(), conv());
    expect(
      decidedInBlock(behind, [layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' })]),
    ).toBe(undefined);
  });

  test('as soon in a graph of more ways than could be gone one by one', () => {
    const norm = layers.batchNormalization();
    let [x, last] = [image(), image()];
    for (let i = 0; i < 100; i++)
      [x, last] = [apply(sum(i === 0 ? apply(x, conv(), norm) : x, last), relu()), x];
    expect(decisionBehind(norm as unknown as LayerInGraph)).toBeUndefined();
    conv().apply(x);
    expect(decisionBehind(norm as unknown as LayerInGraph)).toBe('sum and relu');
  });

  test('nothing that a layer alone could tell', () => {
    expect(decisionBehind(layers.batchNormalization() as unknown as LayerInGraph)).toBeUndefined();
  });
});

describe('training a model with normalised convolutions', () => {
  const next = random(8);
  const [x, labels] = [values(next, [24, 12, 12, 3]), values(next, [24])];

  /** A model of plain layers, or of residual blocks with their inputs as they are and projected. */
  function build(useBias: boolean, residual: boolean) {
    let seed = 0;
    const kernelInitializer = () => tfl.initializers.glorotUniform({ seed: ++seed });
    const normed = (filters: number) => [
      conv({ filters, useBias, kernelInitializer: kernelInitializer() }),
      layers.batchNormalization(),
      layers.reLU(),
    ];
    const projection = (filters: number) => [
      conv({ filters, kernelSize: 1, useBias, kernelInitializer: kernelInitializer() }),
      layers.batchNormalization(),
    ];
    const compile = <Model extends tfl.LayersModel>(model: Model) => {
      model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy' });
      return model;
    };
    if (residual) {
      const input = tfl.input({ shape: [12, 12, 3] });
      let x = apply(input, ...normed(16));
      for (const filters of [16, 20]) {
        const y = apply(x, ...normed(filters), ...normed(filters).slice(0, 2));
        const [one, two] = [y, filters === 16 ? x : apply(x, ...projection(filters))];
        x = apply(layers.add().apply(filters === 16 ? [one, two] : [two, one]) as Symbolic, relu());
      }
      const head = [
        layers.globalAveragePooling2d({}),
        layers.dense({ units: 4, activation: 'softmax', kernelInitializer: kernelInitializer() }),
      ];
      return compile(tfl.model({ inputs: input, outputs: apply(x, ...head) }));
    }
    const model = tfl.sequential();
    const stack = [
      conv({ filters: 16, inputShape: [12, 12, 3], kernelInitializer: kernelInitializer() }),
      ...[...normed(16), ...normed(20), pool(), ...normed(24)],
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 4, activation: 'softmax', kernelInitializer: kernelInitializer() }),
    ];
    for (const layer of stack) model.add(layer);
    return compile(model);
  }

  /** The losses of some steps, and the kernels that ran. */
  async function train(
    use: 'checked' | 'gradients' | 'all',
    { useBias = false, recordSteps = true, residual = false } = {},
  ) {
    const engine = engineBackend();
    const before = engine.winograd;
    engine.winograd = use;
    engine.recordSteps = recordSteps;
    engine.commands.profiling = true;
    const model = build(useBias, residual);
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
      .map(({ command, chunks }) => [command, chunks] as const);
    engine.commands.profiling = false;
    engine.winograd = before;
    engine.recordSteps = true;
    const commands = new Map(kernels);
    const after = model.getWeights().map((w) => Array.from(w.dataSync()));
    model.dispose();
    tf.dispose([xs, ys]);
    return { losses: history.loss as number[], commands, after };
  }

  describe.each([false, true])('in residual blocks: %s', (residual) => {
    test.each([false, true])(
      'gives the losses of direct sums, by other kernels; with a bias: %s',
      async (useBias) => {
        const how = { useBias, residual };
        const [direct, checked] = [await train('gradients', how), await train('checked', how)];
        expect(direct.commands.has('winograd_settle')).toBe(false);
        expect(checked.commands.has('winograd_settle')).toBe(true);
        expect(checked.after).not.toEqual(direct.after);
        // Now and then a relu close to its turn is carried over it by the roundings of layers before: along a
        // residual sum one alone can do that. Steps by other sums than these turn as many.
        for (const [i, loss] of checked.losses.entries())
          expect(Math.abs(loss / direct.losses[i]! - 1)).toBeLessThan(residual ? 2e-4 : 1e-5);
        const all = await train('all', how);
        expect(all.commands.has('winograd_settle')).toBe(false);
        if (residual) expect(checked.commands.get('winograd')).toBe(all.commands.get('winograd'));
      },
    );

    test('gives the same bits whether its steps are recorded or not', async () => {
      const { losses, after } = await train('checked', { residual });
      expect(await train('checked', { residual, recordSteps: false })).toMatchObject({
        losses,
        after,
      });
    });
  });
});

describe('a convolution, its normalisation, and relu of their sum with what makes it close', () => {
  const next = random(21);
  const shape = [8, 14, 14, 24];
  const x = values(next, shape);

  /** The model's layers, and their outputs: of convolution, normalisation and relu. */
  function build(other?: (x: Symbolic) => Symbolic) {
    const [input, added] = [
      tfl.input({ shape: shape.slice(1) }),
      tfl.input({ shape: shape.slice(1) }),
    ];
    const kernelInitializer = tfl.initializers.glorotUniform({ seed: 3 });
    const y = conv({ filters: 24, useBias: false, kernelInitializer }).apply(input) as Symbolic;
    const normed = layers.batchNormalization().apply(y) as Symbolic;
    const sum = layers.add().apply([other?.(added) ?? added, normed]) as Symbolic;
    const out = relu().apply(sum) as Symbolic;
    conv().apply(out);
    return tfl.model({ inputs: [input, added], outputs: [y, normed, out] });
  }

  /** What the outputs at `read` are, in that order, while gradients are taped. */
  function outputs(
    model: tfl.LayersModel,
    use: 'checked' | 'gradients' | 'all',
    read: readonly number[],
    addend: Float32Array,
  ): Float32Array[] {
    const engine = engineBackend();
    const before = engine.winograd;
    engine.winograd = use;
    const got: Float32Array[] = [];
    tf.tidy(() => {
      const [a, b] = [tf.tensor(x, shape), tf.tensor(addend, shape)];
      tf.grad((v) => {
        const tensors = model.apply([v, b], { training: true }) as tf.Tensor[];
        for (const i of read) got.push(tensors[i]!.dataSync() as Float32Array);
        return tf.sum(v);
      })(a);
    });
    engine.winograd = before;
    return got;
  }

  const model = build();
  const zero = new Float32Array(x.length);
  /** Less than Winograd's method rounds by, more than mean and variance differ by. */
  const close = () => {
    const [z] = outputs(model, 'gradients', [1], zero);
    return z!.map((v) => (next() < 0.5 ? 1e-6 : -1e-6) - v);
  };
  const on = (y: Float32Array | undefined) => Array.from(y!, (v) => v > 0);

  test('is decided as by direct sums, by another kernel', () => {
    const addend = close();
    const [want] = outputs(model, 'gradients', [2], addend);
    const [got] = outputs(model, 'checked', [2], addend);
    expect(on(got)).toEqual(on(want));
    expect(new Set(on(want)).size).toBe(2);
    const far = zero.map(() => next() * 2 - 1);
    expect(outputs(model, 'checked', [2], far)).not.toEqual(outputs(model, 'gradients', [2], far));
    expect(on(outputs(model, 'all', [2], addend)[0])).not.toEqual(on(want));
  });

  test('is summed directly where somebody reads what is normalised before it is added', () => {
    const addend = zero.map(() => next() * 2 - 1);
    const [normed, out, y] = outputs(model, 'checked', [1, 2, 0], addend);
    expect(y).toEqual(outputs(model, 'gradients', [0], addend)[0]);
    // In the order of relu and normalisation it is not.
    expect(outputs(model, 'checked', [2, 0], addend)[1]).not.toEqual(y);
    expect(out).toEqual(normed!.map((v, i) => Math.max(0, Math.fround(v + addend[i]!))));
  });

  test('gives memory back that nobody reads, and that was settled', () => {
    const { arena } = engineBackend();
    for (const read of [[], [1], [2], [0, 1, 2]]) {
      const used = arena.usedBytes;
      outputs(model, 'checked', read, zero);
      // A filter's transform stays as long as the filter.
      if (read.length > 0) expect(arena.usedBytes).toBe(used);
    }
  });

  test('of which two could wait, one is summed directly', () => {
    const engine = engineBackend();
    const two = build((added) =>
      apply(added, conv({ filters: 24, useBias: false }), layers.batchNormalization()),
    );
    engine.commands.profiling = true;
    outputs(two, 'checked', [2], x);
    const commands = new Map(
      engine.commands.profile().map(({ command, chunks }) => [command, chunks]),
    );
    engine.commands.profiling = false;
    expect(commands.get('winograd')).toBeGreaterThan(0);
    expect(commands.get('conv2d')).toBeGreaterThan(0);
    expect(commands.get('winograd_settle')).toBeGreaterThan(0);
  });
});
