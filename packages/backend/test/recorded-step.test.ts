import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Op } from '../src/cnnkit/opcodes.ts';
import { RecordedStep } from '../src/cnnkit/recorded-step.ts';
import { engineBackend, prepare, random, values } from './helpers.ts';

const L = tfl.layers;

beforeAll(() => prepare());
beforeEach(async () => {
  await tf.setBackend('cnnkit');
});
afterEach(() => {
  vi.restoreAllMocks();
  engineBackend().recordSteps = true;
});

const conv = (filters: number, more = {}) =>
  L.conv2d({ filters, kernelSize: 3, activation: 'relu', ...more });

/** Models of all that a step may hold, on images of 10 x 10 x 2 and 4 classes. */
const MODELS: Readonly<Record<string, () => tfl.LayersModel>> = {
  pooled: () =>
    ended([
      conv(8),
      L.maxPooling2d({ poolSize: 2 }),
      conv(6, { padding: 'same' }),
      L.flatten(),
      L.dense({ units: 9, activation: 'tanh' }),
    ]),
  dropout: () =>
    ended([
      conv(5),
      L.dropout({ rate: 0.3 }),
      L.flatten(),
      L.dense({ units: 8, activation: 'relu' }),
      L.dropout({ rate: 0.5 }),
    ]),
  'with seeded dropout': () =>
    ended([
      conv(5),
      L.dropout({ rate: 0.3, seed: 8 }),
      L.flatten(),
      L.dense({ units: 8, activation: 'relu' }),
      L.dropout({ rate: 0.5, seed: 9 }),
    ]),
  normalised: () =>
    ended([
      conv(6, { activation: undefined, useBias: false }),
      L.batchNormalization({ momentum: 0.6 }),
      L.reLU(),
      L.averagePooling2d({ poolSize: 2 }),
      L.flatten(),
      L.layerNormalization(),
    ]),
  dense: () => ended([L.flatten(), L.dense({ units: 12, activation: 'sigmoid' })]),
  regularized: () =>
    ended([
      conv(4, { kernelRegularizer: tfl.regularizers.l1l2({ l1: 0.01, l2: 0.02 }) }),
      L.globalAveragePooling2d({}),
      L.dense({ units: 5, kernelConstraint: tfl.constraints.maxNorm({ maxValue: 0.5 }) }),
    ]),
  separable: () =>
    ended([
      L.separableConv2d({ filters: 6, kernelSize: 3 }),
      L.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2 }),
      L.leakyReLU(),
      L.globalMaxPooling2d({}),
    ]),
  nested: () => {
    const inner = tfl.sequential({ layers: [conv(4, { inputShape: [10, 10, 2] }), L.flatten()] });
    const input = tfl.input({ shape: [10, 10, 2] });
    const features = inner.apply(input) as tfl.SymbolicTensor;
    const two = [L.dense({ units: 6 }), L.dense({ units: 6, activation: 'elu' })];
    const joined = L.add().apply(two.map((layer) => layer.apply(features) as tfl.SymbolicTensor));
    const out = L.dense({ units: 4, activation: 'softmax' }).apply(joined);
    return tfl.model({ inputs: input, outputs: out as tfl.SymbolicTensor });
  },
};

function ended(layers: tfl.layers.Layer[]): tfl.LayersModel {
  const model = tfl.sequential();
  model.add(L.inputLayer({ inputShape: [10, 10, 2] }));
  for (const layer of layers) model.add(layer);
  model.add(L.dense({ units: 4, activation: 'softmax' }));
  return model;
}

function setWeights(model: tfl.LayersModel, seed: number): void {
  const next = random(seed);
  const weights = model.getWeights().map((w) =>
    tf.tensor(
      values(next, w.shape).map((v) => 0.4 + v * 0.3),
      w.shape,
    ),
  );
  model.setWeights(weights);
  tf.dispose(weights);
}

function batchOf(n: number, seed = 3): { x: tf.Tensor; y: tf.Tensor } {
  const next = random(seed);
  const x = tf.tensor(values(next, [n, 10, 10, 2]), [n, 10, 10, 2]);
  const y = tf.tidy(() => {
    const labels = Array.from({ length: n }, () => Math.floor(next() * 4));
    return tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 4), 'float32');
  });
  return { x, y };
}

/** Counts how often steps were captured and sent again. */
function watchSteps() {
  const run = vi.spyOn(RecordedStep.prototype, 'run');
  const kernels = { count: 0 };
  const engine = tf.engine() as unknown as { runKernelFunc(params: object): unknown };
  const original = engine.runKernelFunc;
  vi.spyOn(engine, 'runKernelFunc').mockImplementation(function (this: object, params) {
    kernels.count++;
    return original.call(this, params);
  });
  return { run, kernels };
}

interface Trained {
  readonly history: Record<string, unknown>;
  readonly weights: number[][];
  readonly kernels: number;
}

/** Trains, recorded or not, from the same weights and the same random numbers. */
async function train(
  build: () => tfl.LayersModel,
  {
    recorded,
    optimizer = () => tf.train.adam(0.01),
    loss = 'categoricalCrossentropy',
    fit = {},
  }: {
    recorded: boolean;
    optimizer?: () => tf.Optimizer;
    loss?: tfl.ModelCompileArgs['loss'];
    fit?: tfl.ModelFitArgs;
  },
): Promise<Trained> {
  engineBackend().recordSteps = recorded;
  const next = random(77);
  const draw = vi.spyOn(Math, 'random').mockImplementation(next);
  const model = build();
  setWeights(model, 5);
  model.compile({ optimizer: optimizer(), loss, metrics: ['accuracy', 'mse'] });
  const { x, y } = batchOf(45);
  const { kernels } = watchSteps();
  // Batches of 8 and a last one of 5.
  const { history } = await model.fit(x, y, {
    batchSize: 8,
    epochs: 3,
    shuffle: false,
    verbose: 0,
    ...fit,
  });
  const count = kernels.count;
  const weights = model.getWeights().map((w) => Array.from(w.dataSync()));
  draw.mockRestore();
  vi.restoreAllMocks();
  tf.dispose([x, y]);
  model.dispose();
  return { history, weights, kernels: count };
}

async function expectSame(build: () => tfl.LayersModel, options = {}): Promise<void> {
  const [eager, recorded] = [
    await train(build, { recorded: false, ...options }),
    await train(build, { recorded: true, ...options }),
  ];
  expect(recorded.history).toEqual(eager.history);
  expect(recorded.weights).toEqual(eager.weights);
  expect(recorded.weights.flat().every(Number.isFinite)).toBe(true);
  // It would be no test if nothing had been recorded.
  expect(recorded.kernels).toBeLessThan(eager.kernels * 0.7);
}

describe('a recorded step gives the bits that tfjs-layers gives without', () => {
  test.each(Object.entries(MODELS))('model %s', async (_, build) => {
    await expectSame(build);
  });

  test.each<[string, () => tf.Optimizer]>([
    ['sgd', () => tf.train.sgd(0.05)],
    ['momentum', () => tf.train.momentum(0.02, 0.9, true)],
    ['rmsprop', () => tf.train.rmsprop(0.01, 0.9, 0.3)],
    ['adagrad', () => tf.train.adagrad(0.05)],
    ['adadelta', () => tf.train.adadelta(0.5)],
    ['adamax', () => tf.train.adamax(0.01)],
  ])('optimizer %s', async (_, optimizer) => {
    await expectSame(MODELS.normalised!, { optimizer });
  });

  test('with class weights, validation, and a loss of another kind', async () => {
    const { x, y } = batchOf(9, 8);
    const fit = {
      classWeight: { 0: 1, 1: 0.5, 2: 3, 3: 2 },
      validationData: [x, y] as [tf.Tensor, tf.Tensor],
    };
    await expectSame(MODELS.pooled!, { fit });
    await expectSame(MODELS.pooled!, { loss: 'meanSquaredError' });
    tf.dispose([x, y]);
  });

  test('on batches one by one, of two sizes in turns', async () => {
    const losses = async (recorded: boolean) => {
      engineBackend().recordSteps = recorded;
      const model = MODELS.pooled!();
      setWeights(model, 5);
      model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
      const [a, b] = [batchOf(6, 1), batchOf(3, 2)];
      const given: unknown[] = [];
      for (let i = 0; i < 12; i++) {
        const { x, y } = i % 2 === 0 ? a : b;
        given.push(await model.trainOnBatch(x, y));
      }
      tf.dispose([a, b]);
      model.dispose();
      return given;
    };
    expect(await losses(true)).toEqual(await losses(false));
  });

  test('in one fit after another, of other batch sizes, and of two models in turns', async () => {
    const run = async (recorded: boolean) => {
      engineBackend().recordSteps = recorded;
      const update = vi.spyOn(engineBackend(), 'updateVariables');
      const { x, y } = batchOf(24);
      const models = [MODELS.pooled!(), MODELS.dense!()].map((model, i) => {
        setWeights(model, 5 + i);
        model.compile({ optimizer: i ? 'sgd' : 'adam', loss: 'categoricalCrossentropy' });
        return model;
      });
      const histories: unknown[] = [];
      for (const batchSize of [8, 8, 6, 24, 8]) {
        for (const model of models) {
          const options = { batchSize, epochs: 3, shuffle: false, verbose: 0 } as const;
          histories.push((await model.fit(x, y, options)).history);
        }
      }
      const weights = models.map((model) =>
        model.getWeights().map((w) => Array.from(w.dataSync())),
      );
      const updates = update.mock.calls.length;
      update.mockRestore();
      tf.dispose([x, y]);
      for (const model of models) model.dispose();
      return { given: { histories, weights }, updates };
    };
    const [eager, recorded] = [await run(false), await run(true)];
    expect(recorded.given).toEqual(eager.given);
    expect(eager.updates).toBe(2 * (3 * 9 + 12 + 3));
    // Two for each size that is new; the second fit has none to capture.
    expect(recorded.updates).toBeLessThanOrEqual(2 * 2 * 4);
  });

  test('where a callback changes the learning rate, or stops', async () => {
    let model: tfl.LayersModel | undefined;
    let batches = 0;
    const build = () => {
      batches = 0;
      model = MODELS.pooled!();
      return model;
    };
    const onBatchEnd = async () => {
      batches++;
      Object.assign(model!.optimizer, { learningRate: 0.05 / batches });
      if (batches === 15) model!.stopTraining = true;
    };
    for (const optimizer of [() => tf.train.adam(0.1), () => tf.train.rmsprop(0.1)]) {
      await expectSame(build, { optimizer, fit: { callbacks: { onBatchEnd } } });
      expect(batches).toBe(15);
    }
  });

  test('with dropout it draws other masks each step', async () => {
    const model = ended([L.flatten(), L.dropout({ rate: 0.5 })]);
    setWeights(model, 5);
    model.compile({ optimizer: tf.train.sgd(0), loss: 'categoricalCrossentropy' });
    const { x, y } = batchOf(8);
    const losses: number[] = [];
    for (let i = 0; i < 8; i++) losses.push((await model.trainOnBatch(x, y)) as number);
    expect(new Set(losses).size).toBe(8);
    tf.dispose([x, y]);
    model.dispose();
  });
});

describe('what changes between two steps counts at once', () => {
  /** Losses of ten steps; `change` runs before the sixth. */
  async function losses(
    recorded: boolean,
    build: () => tfl.LayersModel,
    change: (model: tfl.LayersModel) => void,
  ): Promise<unknown[]> {
    engineBackend().recordSteps = recorded;
    vi.spyOn(Math, 'random').mockImplementation(random(7));
    const model = build();
    setWeights(model, 5);
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
    const { x, y } = batchOf(8);
    const given: unknown[] = [];
    for (let i = 0; i < 12; i++) {
      if (i === 6) change(model);
      given.push(await model.trainOnBatch(x, y));
    }
    vi.restoreAllMocks();
    tf.dispose([x, y]);
    model.dispose();
    return given;
  }
  const layerOf = (model: tfl.LayersModel, name: string) =>
    model.layers.find((layer) => layer.getClassName() === name) as unknown as Record<
      string,
      unknown
    >;

  test.each<[string, string, (model: tfl.LayersModel) => void]>([
    ['nothing', 'pooled', () => {}],
    ['a learning rate', 'pooled', (model) => Object.assign(model.optimizer, { learningRate: 0.1 })],
    [
      'the rate of dropout',
      'dropout',
      (model) => Object.assign(layerOf(model, 'Dropout'), { rate: 0.9 }),
    ],
    [
      'the seed of dropout',
      'with seeded dropout',
      (model) => Object.assign(layerOf(model, 'Dropout'), { seed: 17 }),
    ],
    [
      'whether dropout has a seed',
      'with seeded dropout',
      (model) => Object.assign(layerOf(model, 'Dropout'), { seed: undefined }),
    ],
    ['weights', 'pooled', (model) => setWeights(model, 6)],
    ['moving averages', 'normalised', (model) => setWeights(model, 6)],
    [
      'what is trained',
      'pooled',
      (model) => {
        model.layers[0]!.trainable = false;
        model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
      },
    ],
    [
      'the loss',
      'pooled',
      (model) => model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' }),
    ],
    [
      'an activation',
      'pooled',
      (model) => {
        const layer = layerOf(model, 'Dense');
        layer.activation = layerOf(model, 'Conv2D').activation;
      },
    ],
    [
      "a layer's call",
      'pooled',
      (model) => {
        const layer = layerOf(model, 'Dense') as unknown as tfl.layers.Layer;
        const call = layer.call.bind(layer);
        layer.call = (inputs, kwargs) => tf.mul(call(inputs, kwargs) as tf.Tensor, 0.5);
      },
    ],
    [
      'the weight of a penalty',
      'regularized',
      (model) => Object.assign(layerOf(model, 'Conv2D').kernelRegularizer as object, { l2: 0.9 }),
    ],
    [
      'a loss that a program adds',
      'pooled',
      (model) => model.layers[1]!.addLoss(() => tf.scalar(0.25) as never),
    ],
  ])('%s', async (_, name, change) => {
    const build = MODELS[name]!;
    const [eager, recorded] = [
      await losses(false, build, change),
      await losses(true, build, change),
    ];
    expect(recorded).toEqual(eager);
  });

  test('a snapshot of weights stays what it was, and training goes on', async () => {
    const model = MODELS.normalised!();
    setWeights(model, 5);
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    const { x, y } = batchOf(8);
    for (let i = 0; i < 4; i++) await model.trainOnBatch(x, y);
    const snapshots = model.getWeights().map((w) => w.clone());
    const before = snapshots.map((w) => Array.from(w.dataSync()));
    for (let i = 0; i < 4; i++) await model.trainOnBatch(x, y);
    expect(snapshots.map((w) => Array.from(w.dataSync()))).toEqual(before);
    // Moving averages too, which the step itself assigns.
    model.getWeights().forEach((w, i) => {
      expect(Array.from(w.dataSync()), `weights ${i}`).not.toEqual(before[i]);
    });
    tf.dispose([x, y, snapshots]);
    model.dispose();
  });

  test.each([['normalised'], ['pooled'], ['dense']])(
    'another backend, and back, model %s',
    async (name) => {
      const model = MODELS[name]!();
      setWeights(model, 5);
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy' });
      const losses: number[] = [];
      for (const backend of ['cnnkit', 'cpu', 'cnnkit', 'cpu', 'cnnkit']) {
        await tf.setBackend(backend);
        // Made here, so that only the weights come from the other backend.
        const { x, y } = batchOf(8);
        for (let i = 0; i < 4; i++) losses.push((await model.trainOnBatch(x, y)) as number);
        tf.dispose([x, y]);
      }
      await tf.setBackend('cpu');
      setWeights(model, 5);
      const { x, y } = batchOf(8);
      const expected: number[] = [];
      for (let i = 0; i < losses.length; i++) {
        expected.push((await model.trainOnBatch(x, y)) as number);
      }
      for (const [i, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[i]!, 4);
      expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.1);
      tf.dispose([x, y]);
      model.dispose();
    },
  );
});

describe('the step of the optimizer is recorded too', () => {
  const OPTIMIZERS: readonly [string, () => tf.Optimizer][] = [
    ['sgd', () => tf.train.sgd(0.05)],
    ['momentum', () => tf.train.momentum(0.02, 0.9)],
    ['adam', () => tf.train.adam(0.01)],
    ['rmsprop', () => tf.train.rmsprop(0.01, 0.9, 0.3, 1e-6, true)],
    ['adagrad', () => tf.train.adagrad(0.05)],
    ['adadelta', () => tf.train.adadelta(0.5)],
  ];

  /** Losses and weights of single steps; `between` runs before each of them. */
  async function steps(
    recorded: boolean,
    optimizer: () => tf.Optimizer,
    between: (model: tfl.LayersModel, step: number) => unknown = () => {},
    count = 14,
  ) {
    engineBackend().recordSteps = recorded;
    const update = vi.spyOn(engineBackend(), 'updateVariables');
    const model = MODELS.dense!();
    setWeights(model, 5);
    model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy' });
    const { x, y } = batchOf(8);
    const losses: unknown[] = [];
    for (let i = 0; i < count; i++) {
      await between(model, i);
      losses.push(await model.trainOnBatch(x, y));
    }
    const weights = model.getWeights().map((w) => Array.from(w.dataSync()));
    const { iterations } = model.optimizer as unknown as { iterations: number };
    const updates = update.mock.calls.length;
    update.mockRestore();
    tf.dispose([x, y]);
    model.dispose();
    return { given: { losses, weights, iterations }, updates };
  }

  test.each(OPTIMIZERS)('%s, whose numbers change at each step', async (_, optimizer) => {
    const between = (model: tfl.LayersModel, step: number) => {
      const numbers = { learningRate: 0.01 * (1 + (step % 3)), momentum: 0.5 + 0.02 * step };
      for (const [key, value] of Object.entries(numbers)) {
        if (key in model.optimizer) Object.assign(model.optimizer, { [key]: value });
      }
    };
    const eager = await steps(false, optimizer, between);
    const recorded = await steps(true, optimizer, between);
    expect(recorded.given).toEqual(eager.given);
    expect(eager.updates).toBe(14);
    expect(recorded.updates).toBe(2);
  });

  test('whether nesterov’s formula is taken, and adam’s betas, may change', async () => {
    const cases: [() => tf.Optimizer, object][] = [
      [() => tf.train.momentum(0.02, 0.9), { useNesterov: true }],
      [() => tf.train.adam(0.02), { beta1: 0.5, beta2: 0.9 }],
      [() => tf.train.rmsprop(0.02), { centered: true }],
    ];
    for (const [optimizer, change] of cases) {
      const between = (model: tfl.LayersModel, step: number) => {
        if (step === 6) Object.assign(model.optimizer, change);
      };
      const [eager, recorded, without] = [
        await steps(false, optimizer, between),
        await steps(true, optimizer, between),
        await steps(true, optimizer),
      ];
      expect(recorded.given).toEqual(eager.given);
      expect(without.given.losses).not.toEqual(eager.given.losses);
    }
  });

  test.each(OPTIMIZERS.slice(1))(
    '%s, whose weights are loaded between two',
    async (_, optimizer) => {
      let saved: { name: string; tensor: tf.Tensor }[] = [];
      const between = async ({ optimizer: own }: tfl.LayersModel, step: number) => {
        if (step === 3) {
          saved = (await own.getWeights()).map(({ name, tensor }) => ({
            name,
            tensor: tensor.clone(),
          }));
        }
        if (step === 8) {
          await own.setWeights(saved);
          tf.dispose(saved.map(({ tensor }) => tensor));
        }
      };
      const [eager, recorded] = [
        await steps(false, optimizer, between),
        await steps(true, optimizer, between),
      ];
      expect(recorded.given).toEqual(eager.given);
      expect(recorded.given.iterations).toBe(9);
      expect(recorded.updates).toBeLessThan(8);
    },
  );

  test('snapshots at each step neither change nor stop it', async () => {
    const run = async (recorded: boolean) => {
      const snapshots: tf.Tensor[][] = [];
      const result = await steps(
        recorded,
        () => tf.train.adam(0.01),
        (model) => {
          snapshots.push(model.getWeights().map((w) => w.clone()));
        },
      );
      const values = snapshots.map((all) => all.map((w) => Array.from(w.dataSync())));
      tf.dispose(snapshots);
      return { ...result, values };
    };
    const [eager, recorded] = [await run(false), await run(true)];
    expect(recorded.given).toEqual(eager.given);
    expect(recorded.values).toEqual(eager.values);
    expect(recorded.updates).toBe(2);
  });

  test('a view of a weight keeps what it saw', async () => {
    const run = async (recorded: boolean) => {
      let view: tf.Tensor | undefined;
      const { given } = await steps(
        recorded,
        () => tf.train.sgd(0.1),
        (model, step) => {
          if (step === 6) view = tf.reshape(model.getWeights()[0]!, [-1]);
        },
      );
      const seen = Array.from(view!.dataSync());
      view!.dispose();
      return { given, seen };
    };
    expect(await run(true)).toEqual(await run(false));
  });

  test('adamax, whose commands hold its learning rate, until that changes', async () => {
    const adamax = () => tf.train.adamax(0.01, 0.9, 0.999, 1e-7, 0.1);
    const rates: [(step: number) => number, number][] = [
      [() => 0.01, 2],
      [(step) => (step < 6 ? 0.01 : 0.05), 4],
      [(step) => 0.01 * (step + 1), 14],
    ];
    for (const [rate, updates] of rates) {
      const between = ({ optimizer }: tfl.LayersModel, step: number) => {
        Object.assign(optimizer, { learningRate: rate(step) });
      };
      const eager = await steps(false, adamax, between);
      const recorded = await steps(true, adamax, between);
      expect(recorded.given).toEqual(eager.given);
      expect(recorded.updates).toBe(updates);
    }
  });

  test('but not one of a program’s own', async () => {
    class Halving extends tf.SGDOptimizer {
      static readonly recordable: boolean = true;
      calls = 0;
      override applyGradients(gradients: tf.NamedTensorMap): void {
        this.calls++;
        this.setLearningRate(0.1 / this.calls);
        super.applyGradients(gradients);
      }
    }
    const optimizer = () => new Halving(0.1);
    const [eager, recorded] = [await steps(false, optimizer), await steps(true, optimizer)];
    expect(recorded.given).toEqual(eager.given);
    expect(recorded.updates).toBe(14);
  });

  test('an update that does not tell its numbers is not sent again', () => {
    const own = engineBackend().recordStep();
    const w = tf.variable(tf.fill([6], 1));
    const g = tf.fill([6], 1);
    const run = (learningRate: number) =>
      own.run([g], [], ([gradient]) => {
        const update = { kernel: 'CnnkitSgdUpdate', slots: [], attrs: { learningRate } };
        engineBackend().updateVariables({ ...update, variables: [w], gradients: [gradient!] });
        return { values: [], gradients: [] };
      });
    for (let i = 1; i <= 5; i++) run(i);
    expect(Array.from(w.dataSync())).toEqual(Array(6).fill(1 - 15));
    expect(own.recordings).toBe(0);
    tf.dispose([w, g]);
  });
});

describe('it is not recorded', () => {
  /** A layer that counts its calls, as no recorded step could. */
  class Counting extends L.Layer {
    static readonly className: string = 'Counting';
    calls = 0;
    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      this.calls++;
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      return tf.mul(x, 1 / this.calls);
    }
  }

  async function kernelsPerStep(model: tfl.LayersModel, loss: unknown, metrics: unknown = []) {
    model.compile({ optimizer: 'sgd', loss: loss as never, metrics: metrics as never });
    const { x, y } = batchOf(8);
    const { kernels } = watchSteps();
    const counts: number[] = [];
    for (let i = 0; i < 6; i++) {
      const before = kernels.count;
      await model.trainOnBatch(x, y);
      counts.push(kernels.count - before);
    }
    vi.restoreAllMocks();
    tf.dispose([x, y]);
    return counts;
  }
  const same = (counts: number[]) => new Set(counts).size === 1;

  test('with a layer, a loss or a metric of one’s own', async () => {
    const counting = new Counting({});
    const own = ended([L.flatten(), counting]);
    expect(same(await kernelsPerStep(own, 'categoricalCrossentropy'))).toBe(true);
    expect(counting.calls).toBe(6);
    let called = 0;
    const loss = (y: tf.Tensor, p: tf.Tensor) => {
      called++;
      return tf.losses.meanSquaredError(y, p);
    };
    expect(same(await kernelsPerStep(MODELS.pooled!(), loss))).toBe(true);
    expect(called).toBe(6);
    const metric = (y: tf.Tensor, p: tf.Tensor) => {
      called++;
      return tf.mean(tf.sub(y, p)) as tf.Scalar;
    };
    expect(same(await kernelsPerStep(MODELS.pooled!(), 'meanSquaredError', [metric]))).toBe(true);
    expect(called).toBe(12);
  });

  test('with a hook, with dropout of a shape of its own, or where it is switched off', async () => {
    const hooked = MODELS.pooled!();
    let calls = 0;
    hooked.layers
      .find((layer) => layer.getClassName() === 'Dense')!
      .setCallHook(() => {
        calls++;
      });
    expect(same(await kernelsPerStep(hooked, 'categoricalCrossentropy'))).toBe(true);
    expect(calls).toBe(6);
    const shaped = ended([L.dropout({ rate: 0.5, noiseShape: [8, 1, 1, 2] }), L.flatten()]);
    expect(same(await kernelsPerStep(shaped, 'categoricalCrossentropy'))).toBe(true);
    engineBackend().recordSteps = false;
    expect(same(await kernelsPerStep(MODELS.pooled!(), 'categoricalCrossentropy'))).toBe(true);
    engineBackend().recordSteps = true;
    const counts = await kernelsPerStep(MODELS.pooled!(), 'categoricalCrossentropy');
    expect(counts[3]).toBeLessThan(counts[0]! / 3);
    expect(counts.slice(3)).toEqual(Array(3).fill(counts[3]));
  });

  test('while tfjs watches its operations', async () => {
    const model = MODELS.pooled!();
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const { x, y } = batchOf(8);
    for (let i = 0; i < 4; i++) await model.trainOnBatch(x, y);
    const { kernelNames } = await tf.profile(async () => {
      await model.trainOnBatch(x, y);
      return tf.scalar(0);
    });
    expect(kernelNames).toContain('Conv2DBackpropFilter');
    tf.dispose([x, y]);
    model.dispose();
  });
});

describe('a step of one’s own', () => {
  const step = () => engineBackend().recordStep();
  const square = ([x]: tf.Tensor[]) => ({ values: [tf.square(x!)], gradients: [] });

  test('runs, is captured, and is sent again; its results are the caller’s', () => {
    const own = step();
    const compute = vi.fn(square);
    const kept: tf.Tensor[] = [];
    for (let i = 1; i <= 5; i++) {
      const x = tf.fill([1000], i);
      kept.push(own.run([x], [], compute).values[0]!);
      x.dispose();
    }
    expect(compute).toHaveBeenCalledTimes(2);
    expect(own.recordings).toBe(1);
    expect(kept.map((t) => t.dataSync()[999])).toEqual([1, 4, 9, 16, 25]);
    tf.dispose(kept);
    own.forget();
  });

  test('computes again where an assumption is another', () => {
    const own = step();
    const x = tf.fill([10], 3);
    let factor = 2;
    const run = () =>
      tf.tidy(() => {
        const compute = ([a]: tf.Tensor[]) => ({ values: [tf.mul(a!, factor)], gradients: [] });
        return own.run([x], [factor], compute).values[0]!.dataSync()[0];
      });
    expect([run(), run(), run()]).toEqual([6, 6, 6]);
    factor = 5;
    expect([run(), run(), run()]).toEqual([15, 15, 15]);
    x.dispose();
    own.forget();
  });

  test.each<[string, (x: tf.Tensor) => tf.Tensor, RegExp]>([
    ['reads values back', (x) => tf.mul(x, x.dataSync()[0]!), /read back/],
    ['gives what was there before', () => before, /not computed in the step/],
    [
      'keeps a tensor',
      (x) => {
        leaked.push(tf.keep(tf.exp(x)));
        return tf.mul(leaked.at(-1)!, 2);
      },
      /keeps tensors/,
    ],
  ])('goes on computing where it %s', (_, compute, problem) => {
    const own = step();
    const results: number[] = [];
    for (let i = 1; i <= 6; i++) {
      tf.tidy(() => {
        const x = tf.fill([40], i);
        const run = (inputs: tf.Tensor[]) => ({ values: [compute(inputs[0]!)], gradients: [] });
        results.push(own.run([x], [], run).values[0]!.dataSync()[0]!);
        if (i === 2) expect(own.problem).toMatch(problem);
      });
      // The tidy disposed what `compute` gave.
      if (before.isDisposed) before = tf.keep(tf.fill([40], 7));
    }
    const expected = [1, 2, 3, 4, 5, 6].map((i) =>
      tf.tidy(() => compute(tf.fill([40], i)).dataSync()[0]!),
    );
    expect(results).toEqual(expected);
    expect(own.recordings).toBe(0);
    tf.dispose(leaked.splice(0));
  });
  const leaked: tf.Tensor[] = [];
  let before: tf.Tensor;
  beforeEach(() => {
    before = tf.keep(tf.fill([40], 7));
  });

  test('passes an error on, and works after it', () => {
    const own = step();
    const x = tf.fill([10], 3);
    let calls = 0;
    const compute = ([a]: tf.Tensor[]) => {
      calls++;
      const half = tf.mul(a!, 0.5);
      if (calls === 2) throw new Error('in the second');
      return { values: [half], gradients: [] };
    };
    const run = () => tf.tidy(() => own.run([x], [], compute).values[0]!.dataSync()[0]);
    expect(run()).toBe(1.5);
    const { usedBytes } = engineBackend().memory();
    expect(run).toThrow('in the second');
    expect(engineBackend().memory().usedBytes).toBe(usedBytes);
    expect([run(), run(), run()]).toEqual([1.5, 1.5, 1.5]);
    expect(calls).toBe(3);
    own.forget();
    expect(engineBackend().memory().usedBytes).toBe(usedBytes);
    x.dispose();
  });

  test('a class that is marked may be part of it', async () => {
    class Halving extends L.Layer {
      static readonly className: string = 'Halving';
      static readonly recordable: boolean = true;
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.mul(Array.isArray(inputs) ? inputs[0]! : inputs, 0.5);
      }
    }
    await expectSame(() => ended([L.flatten(), new Halving({})]));
  });
});

describe('rows gathered for a step', () => {
  const rows = (from: tf.Tensor) => tf.tidy(() => tf.gather(from, tf.tensor1d([3, 0, 3], 'int32')));
  const expected = (from: number[], n: number) =>
    [3, 0, 3].flatMap((row) => from.slice(row * n, (row + 1) * n));

  test('come right into their place, and can be read beside it', () => {
    const own = engineBackend().recordStep();
    const copies = vi.spyOn(engineBackend().commands, 'send');
    const n = 2000;
    for (let i = 0; i < 5; i++) {
      tf.tidy(() => {
        const x = tf.reshape(tf.mul(tf.range(0, 4 * n), i + 1), [4, n]);
        const batch = rows(x);
        copies.mockClear();
        const run = ([a]: tf.Tensor[]) => ({ values: [tf.neg(a!)], gradients: [] });
        const [value] = own.run([batch], [], run).values;
        // A copy to the caller is in what is sent at once.
        if (i > 1) expect(copies.mock.calls.map(([op]) => op)).toEqual([Op.gather]);
        const wanted = expected(Array.from(x.dataSync()), n);
        expect(Array.from(value!.dataSync())).toEqual(wanted.map((v) => -v));
        expect(Array.from(batch.dataSync())).toEqual(wanted);
      });
    }
    expect(own.recordings).toBe(1);
    own.forget();
  });

  test('are those of when they were gathered, whatever becomes of the rest', () => {
    const n = 2000;
    const { numTensors } = tf.memory();
    const { usedBytes } = engineBackend().memory();
    const x = tf.tidy(() => tf.variable(tf.reshape(tf.range(0, 4 * n), [4, n])));
    const before = Array.from(x.dataSync());
    const [kept, unread, late] = [rows(x), rows(x), rows(x)];
    const g = tf.onesLike(x);
    tf.train.sgd(0.5).applyGradients({ [x.name]: g });
    expect(Array.from(kept.dataSync())).toEqual(expected(before, n));
    x.dispose();
    const other = tf.fill([4, n], 7);
    expect(Array.from(late.dataSync())).toEqual(expected(before, n));
    tf.dispose([kept, unread, late, g, other]);
    expect(tf.memory().numTensors - numTensors).toBe(1); // of the optimizer
    expect(engineBackend().memory().usedBytes - usedBytes).toBeLessThan(1024);
  });
});

test('a loss and a metric of one’s own that say they are pure are recorded', async () => {
  const losses = async (recorded: boolean) => {
    engineBackend().recordSteps = recorded;
    let calls = 0;
    const pure = <F extends object>(of: F) => Object.assign(of, { recordable: true });
    const loss = pure((y: tf.Tensor, p: tf.Tensor) => {
      calls++;
      return tf.mean(tf.square(tf.sub(y, p)), -1);
    });
    const metric = pure((y: tf.Tensor, p: tf.Tensor) => tf.mean(tf.mul(y, p), -1));
    const model = MODELS.pooled!();
    setWeights(model, 5);
    model.compile({ optimizer: 'adam', loss: loss as never, metrics: [metric as never] });
    const { x, y } = batchOf(8);
    const given: unknown[] = [];
    for (let i = 0; i < 8; i++) given.push(await model.trainOnBatch(x, y));
    tf.dispose([x, y]);
    model.dispose();
    return { given, calls };
  };
  const [eager, recorded] = [await losses(false), await losses(true)];
  expect(recorded.given).toEqual(eager.given);
  expect([eager.calls, recorded.calls]).toEqual([8, 2]);
});

describe('a metric that counts in JavaScript', () => {
  /** Sums what is right so far; says whether it was called behind the step. */
  function counting(failAt = Number.POSITIVE_INFINITY) {
    const calls = { within: 0, behind: 0 };
    let sum = 0;
    const count = (y: tf.Tensor, p: tf.Tensor) => {
      if (calls.within + calls.behind === failAt) throw new RangeError('no such batch');
      const [truth, guess] = [y.dataSync(), p.dataSync()];
      truth.forEach((value, i) => {
        sum += value * guess[i]!;
      });
      return tf.tensor1d([sum, sum + 1]);
    };
    const metric = (y: tf.Tensor, p: tf.Tensor) => {
      const value = count(y, p);
      calls.within++;
      return value;
    };
    const afterStep = (y: tf.Tensor, p: tf.Tensor) => {
      const value = count(y, p);
      calls.behind++;
      return value;
    };
    return { metric: Object.assign(metric, { afterStep }) as never, calls };
  }

  test.each([
    ['sgd', () => tf.train.sgd(0.05)],
    [
      'an optimizer that steps by itself',
      () => {
        class Own extends tf.SGDOptimizer {
          static readonly recordable: boolean = true;
        }
        return new Own(0.05);
      },
    ],
  ])('is called behind each step, with %s', async (_, optimizer) => {
    const run = async (recorded: boolean) => {
      engineBackend().recordSteps = recorded;
      const model = MODELS.pooled!();
      setWeights(model, 5);
      const [one, other] = [counting(), counting()];
      const metrics = [one.metric, 'accuracy', other.metric];
      model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy', metrics });
      const { numTensors } = tf.memory();
      const losses: unknown[] = [];
      const { kernels } = watchSteps();
      const perStep: number[] = [];
      for (let i = 0; i < 8; i++) {
        const { x, y } = batchOf(8, i);
        const before = kernels.count;
        losses.push(await model.trainOnBatch(x, y));
        perStep.push(kernels.count - before);
        tf.dispose([x, y]);
      }
      vi.restoreAllMocks();
      expect(tf.memory().numTensors).toBe(numTensors);
      const weights = model.getWeights().map((w) => Array.from(w.dataSync()));
      model.dispose();
      return { given: { losses, weights }, calls: [one.calls, other.calls], perStep };
    };
    const [eager, recorded] = [await run(false), await run(true)];
    expect(recorded.given).toEqual(eager.given);
    expect(eager.calls).toEqual(Array(2).fill({ within: 8, behind: 0 }));
    expect(recorded.calls).toEqual(Array(2).fill({ within: 0, behind: 8 }));
    expect(recorded.perStep[7]).toBeLessThan(eager.perStep[7]! / 3);
  });

  test('may throw, and training goes on with what was compiled', async () => {
    const model = MODELS.pooled!();
    for (const failAt of [0, 1, 4]) {
      const { metric, calls } = counting(failAt);
      model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: [metric] });
      const { x, y } = batchOf(8);
      for (let i = 0; i < failAt; i++) await model.trainOnBatch(x, y);
      const { numTensors } = tf.memory();
      await expect(model.trainOnBatch(x, y)).rejects.toThrow('no such batch');
      expect(tf.memory().numTensors).toBe(numTensors);
      calls.behind++;
      expect(await model.trainOnBatch(x, y)).toHaveLength(2);
      expect(calls).toEqual({ within: 0, behind: failAt + 2 });
      tf.dispose([x, y]);
    }
    model.dispose();
  });

  test('stays in the step where a trainer does not call it, which is not recorded then', () => {
    const model = MODELS.pooled!();
    const { metric } = counting();
    const optimizer = tf.train.sgd(0.1);
    model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: [metric] });
    expect(engineBackend().stepAssumptions(model, optimizer)).toBeUndefined();
    expect(engineBackend().stepAssumptions(model, optimizer, true)).toBeDefined();
    model.compile({ optimizer, loss: metric, metrics: [metric] });
    expect(engineBackend().stepAssumptions(model, optimizer, true)).toBeUndefined();
    model.dispose();
  });
});

describe('memory', () => {
  test('nothing grows from one fit to the next, and all is back with the model', async () => {
    const run = async (recorded: boolean) => {
      engineBackend().recordSteps = recorded;
      const { usedBytes } = engineBackend().memory();
      const { numTensors } = tf.memory();
      const model = MODELS.normalised!();
      const optimizer = tf.train.adam();
      model.compile({ optimizer, loss: 'categoricalCrossentropy' });
      const { x, y } = batchOf(45);
      const used: number[] = [];
      const tensors: number[] = [];
      for (let i = 0; i < 4; i++) {
        await model.fit(x, y, { batchSize: 8, epochs: 2, verbose: 0 });
        used.push(engineBackend().memory().usedBytes - usedBytes);
        tensors.push(tf.memory().numTensors - numTensors);
      }
      model.dispose();
      optimizer.dispose();
      tf.dispose([x, y]);
      const left = engineBackend().memory().usedBytes - usedBytes;
      return { used, tensors, left, leftTensors: tf.memory().numTensors - numTensors };
    };
    const [eager, recorded] = [await run(false), await run(true)];
    expect(new Set(recorded.used).size).toBe(1);
    expect(recorded.used[0]).toBeGreaterThan(eager.used[3]!);
    expect(recorded.tensors).toEqual(eager.tensors);
    expect(recorded.left).toBe(eager.left);
    expect(recorded.leftTensors).toBe(eager.leftTensors);
  });

  test('a thousand steps take what a few do', async () => {
    const model = MODELS.dropout!();
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const { x, y } = batchOf(16);
    const fit = (epochs: number) => model.fit(x, y, { batchSize: 4, epochs, verbose: 0 });
    await fit(3);
    const { usedBytes, reservedBytes } = engineBackend().memory();
    const { numTensors, numDataBuffers } = tf.memory();
    await fit(250);
    expect(engineBackend().memory().usedBytes).toBe(usedBytes);
    // Small uploads take other blocks while commands are under way, of which the ring holds so many.
    expect(engineBackend().memory().reservedBytes - reservedBytes).toBeLessThan(1024 * 128);
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
    tf.dispose([x, y]);
    model.dispose();
  });

  test('steps one by one leave no tensors, and few models keep their memory', async () => {
    const { x, y } = batchOf(8);
    const models = Array.from({ length: 8 }, () => {
      const model = MODELS.pooled!();
      model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
      return model;
    });
    const tensors = tf.memory().numTensors;
    const used: number[] = [];
    for (const model of models) {
      for (let i = 0; i < 5; i++) await model.trainOnBatch(x, y);
      used.push(engineBackend().memory().usedBytes);
    }
    expect(tf.memory().numTensors).toBe(tensors);
    expect(used[7]! - used[6]!).toBeLessThanOrEqual(used[1]! - used[0]!);
    expect(used[7]!).toBe(used[4]!);
    tf.dispose([x, y]);
    for (const model of models) model.dispose();
  });

  test('it is given back where there is no room left', async () => {
    const model = MODELS.pooled!();
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const { x, y } = batchOf(8);
    const { arena } = engineBackend();
    arena.reclaim?.();
    for (let i = 0; i < 4; i++) await model.trainOnBatch(x, y);
    const { usedBytes } = arena;
    expect(arena.reclaim?.()).toBe(true);
    expect(arena.usedBytes).toBeLessThan(usedBytes);
    expect(arena.reclaim?.()).toBe(false);
    for (let i = 0; i < 4; i++) expect(Number.isFinite(await model.trainOnBatch(x, y))).toBe(true);
    expect(arena.usedBytes).toBe(usedBytes);
    tf.dispose([x, y]);
    model.dispose();
  });
});
