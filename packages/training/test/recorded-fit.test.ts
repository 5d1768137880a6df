import { createModel } from '@cnnkit/models';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import {
  Adam,
  createOptimizer,
  exponentialDecay,
  type FitOptions,
  fit,
  predict,
  SwapEMAWeights,
  type UpdateStep,
} from '../src/index.js';
import { backend, useRecorder, wholes } from './support/recording.js';

useRecorder();

const SIDE = 10;
const layers = tfl.layers;

function data(n: number) {
  const next = wholes(5);
  const images = Uint8Array.from({ length: n * SIDE * SIDE }, () => next() & 255);
  const labels = Int32Array.from({ length: n }, () => next() % 3);
  return {
    images,
    labels,
    shape: [n, SIDE, SIDE, 1] as [number, number, number, number],
    classes: ['a', 'b', 'c'],
  };
}

function build(): tfl.LayersModel {
  const seed = (at: number) => tfl.initializers.glorotUniform({ seed: at });
  const model = tfl.sequential();
  const conv = { filters: 6, kernelSize: 3, inputShape: [SIDE, SIDE, 1] };
  model.add(layers.conv2d({ ...conv, activation: 'relu', kernelInitializer: seed(1) }));
  model.add(layers.batchNormalization());
  model.add(layers.maxPooling2d({ poolSize: 2 }));
  model.add(layers.flatten());
  model.add(layers.dense({ units: 8, activation: 'relu', kernelInitializer: seed(2) }));
  model.add(layers.dense({ units: 3, activation: 'softmax', kernelInitializer: seed(3) }));
  return model;
}

describe('bytes', () => {
  const { images, labels, shape } = data(70);

  test.each([undefined, 0.3])(
    'train as the numbers do that they stand for, scale %s',
    async (scale) => {
      const xs = Float32Array.from(images, (byte) =>
        scale === undefined ? byte / 255 : byte * scale,
      );
      const results = [];
      for (const given of [
        { images, labels, shape },
        { xs, ys: labels, shape },
      ]) {
        const model = build();
        model.compile({
          optimizer: new Adam(),
          loss: 'sparseCategoricalCrossentropy',
          metrics: ['accuracy'],
        });
        const scaled = 'images' in given && scale !== undefined ? { scale } : {};
        const options = { batchSize: 16, ...scaled };
        const { history } = await fit(model, given, {
          epochs: 4,
          validationData: given,
          ...options,
        });
        const { data: outputs } = await predict(model, given, options);
        const weights = model.getWeights().map((weight) => Array.from(weight.dataSync()));
        results.push({ history, outputs, weights });
        model.dispose();
      }
      expect(results[0]).toEqual(results[1]);
      expect(results[0]?.history.val_loss).toHaveLength(4);
    },
  );
});

/** What a run leaves, and how many kernels it ran. */
async function run(
  recorded: boolean,
  optimizer: () => tf.Optimizer,
  options: FitOptions = {},
  make: () => tfl.LayersModel = build,
) {
  backend().recordSteps = recorded;
  const model = make();
  model.compile({
    optimizer: optimizer(),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const engine = tf.engine() as unknown as { runKernelFunc(params: object): unknown };
  const original = engine.runKernelFunc;
  let kernels = 0;
  engine.runKernelFunc = function (params) {
    kernels++;
    return original.call(this, params);
  };
  try {
    const { history } = await fit(model, data(70), { batchSize: 16, epochs: 4, ...options });
    const weights = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    return { result: { history, weights }, kernels };
  } finally {
    engine.runKernelFunc = original;
    model.dispose();
  }
}

async function expectSame(...rest: [() => tf.Optimizer, FitOptions?, (() => tfl.LayersModel)?]) {
  const eager = await run(false, ...rest);
  const recorded = await run(true, ...rest);
  expect(recorded.result).toEqual(eager.result);
  expect(recorded.result.weights.flat().every(Number.isFinite)).toBe(true);
  return recorded.kernels / eager.kernels;
}

describe('fit gives the same bits where the backend records its steps', () => {
  test.each([
    ['SGD', {}],
    ['SGD', { momentum: 0.9, nesterov: true, clipnorm: 1 }],
    ['Adam', {}],
    ['Adam', { weightDecay: 0.01 }],
    ['Adam', { amsgrad: true, weightDecay: 0.01 }],
    ['Adam', { useEma: true, emaMomentum: 0.8 }],
    ['Nadam', {}],
    ['Adamax', {}],
    ['RMSprop', {}],
    ['RMSprop', { momentum: 0.9 }],
    ['RMSprop', { centered: true }],
    ['RMSprop', { centered: true, momentum: 0.5, useEma: true }],
    ['Adagrad', {}],
    ['Adadelta', {}],
    ['Lion', {}],
    ['AdamW', { clipvalue: 0.1 }],
    [
      'SGD',
      {
        learningRate: exponentialDecay({ initialLearningRate: 0.1, decaySteps: 3, decayRate: 0.8 }),
      },
    ],
  ])('%s %o', async (name, options) => {
    const share = await expectSame(() => createOptimizer(name, { learningRate: 0.01, ...options }));
    // Of 20 steps the first two of each batch size run every kernel.
    expect(share).toBeLessThan(0.6);
  });

  test.each([
    ['Adam', { useEma: true, gradientAccumulationSteps: 2 }, 0.6],
    // Weights that are other variables' values now have to be recorded anew.
    ['SGD', { useEma: true, emaOverwriteFrequency: 3 }, 1],
  ])('%s %o, which steps by itself', async (name, options, most) => {
    const share = await expectSame(() => createOptimizer(name, { learningRate: 0.01, ...options }));
    expect(share).toBeLessThan(most);
  });

  test('with class weights, weighted metrics by name, and a last batch of another size', async () => {
    const options = { classWeight: { 1: 3 }, weightedMetrics: ['accuracy'], epochs: 6 };
    expect(await expectSame(() => tf.train.adam(0.01), options)).toBeLessThan(0.6);
  });

  test('with the dropout of tfjs-layers, whose masks depend on seed and step', async () => {
    const make = () => {
      const model = tfl.sequential();
      const seed = (at: number) => tfl.initializers.glorotUniform({ seed: at });
      const conv = { filters: 6, kernelSize: 3, inputShape: [SIDE, SIDE, 1] };
      model.add(layers.conv2d({ ...conv, activation: 'relu', kernelInitializer: seed(1) }));
      model.add(layers.dropout({ rate: 0.25 }));
      model.add(layers.flatten());
      model.add(layers.dropout({ rate: 0.5 }));
      model.add(layers.dense({ units: 3, activation: 'softmax', kernelInitializer: seed(3) }));
      return model;
    };
    const share = await expectSame(() => createOptimizer('Adam', {}), { epochs: 3, seed: 9 }, make);
    expect(share).toBeLessThan(0.6);
  });

  test('with the dropout of @cnnkit/models, whose masks depend on seed and step', async () => {
    const make = () =>
      createModel('dropout-cnn', { inputShape: [SIDE, SIDE, 1], classes: 3, seed: 4 });
    const share = await expectSame(() => createOptimizer('Adam', {}), { epochs: 3, seed: 9 }, make);
    expect(share).toBeLessThan(0.8);
  });
});

describe('constraints are applied in the recorded step', () => {
  type Constraint = ReturnType<typeof tfl.constraints.nonNeg>;
  // tfjs-layers exports no base class.
  const NonNegative = tfl.constraints.nonNeg().constructor as new () => Constraint;
  const make = (constraint: () => Constraint) => () => {
    const model = tfl.sequential();
    const kernelConstraint = constraint();
    const seed = (at: number) => tfl.initializers.glorotUniform({ seed: at });
    const first = { inputShape: [SIDE, SIDE, 1], filters: 4, kernelSize: 3, activation: 'relu' };
    model.add(
      layers.conv2d({
        ...(first as object),
        kernelInitializer: seed(1),
        kernelConstraint,
      } as never),
    );
    model.add(layers.flatten());
    const last = { units: 3, activation: 'softmax', kernelInitializer: seed(2) };
    model.add(layers.dense({ ...last, kernelConstraint, biasConstraint: 'nonNeg' } as never));
    return model;
  };
  const { maxNorm, minMaxNorm, unitNorm } = tfl.constraints;

  test.each([
    ['maxNorm', () => maxNorm({ maxValue: 0.3 })],
    ['minMaxNorm', () => minMaxNorm({ minValue: 0.2, maxValue: 0.4, rate: 0.7 })],
    ['unitNorm', () => unitNorm({ axis: 0 })],
  ])('%s', async (_, constraint) => {
    for (const name of ['Adam', 'SGD']) {
      const optimizer = () => createOptimizer(name, { learningRate: 0.05 });
      expect(await expectSame(optimizer, {}, make(constraint))).toBeLessThan(0.6);
    }
  });

  test('and one that changes counts at once', async () => {
    const results = [];
    for (const recorded of [false, true]) {
      const constraint = maxNorm({ maxValue: 0.6 });
      const callbacks = [
        {
          onEpochBegin: (epoch: number) =>
            void Object.assign(constraint, { maxValue: 0.6 - 0.1 * epoch }),
        },
      ];
      const optimizer = () => createOptimizer('SGD', {});
      results.push(
        (
          await run(
            recorded,
            optimizer,
            { callbacks },
            make(() => constraint),
          )
        ).result,
      );
    }
    expect(results[1]).toEqual(results[0]);
  });

  test('but not one of a program’s own, unless it says so', async () => {
    class Shrinking extends NonNegative {
      static readonly className: string = 'Shrinking';
      calls = 0;
      override apply(w: tf.Tensor): tf.Tensor {
        this.calls++;
        return tf.mul(w, 1 - 0.01 / this.calls);
      }
      override getConfig() {
        return {};
      }
    }
    let made: Shrinking[] = [];
    const shrinking = () => {
      made.push(new Shrinking());
      return made.at(-1) as Shrinking;
    };
    expect(await expectSame(() => createOptimizer('SGD', {}), {}, make(shrinking))).toBe(1);
    // Of two weights, in twenty steps.
    expect(made.map(({ calls }) => calls)).toEqual([40, 40]);
    made = [];
    class Halving extends Shrinking {
      static readonly recordable: boolean = true;
      override apply(w: tf.Tensor): tf.Tensor {
        return tf.mul(w, 0.5);
      }
    }
    const share = await expectSame(
      () => createOptimizer('SGD', {}),
      {},
      make(() => new Halving()),
    );
    expect(share).toBeLessThan(0.6);
  });
});

test('a loss and metrics of a program’s own take part where they say so', async () => {
  let calls = 0;
  const own = (recordable: boolean) => {
    const loss = (yTrue: tf.Tensor, yPred: tf.Tensor) => {
      calls++;
      return tf.sum(tf.abs(tf.sub(yTrue, yPred)), -1);
    };
    const metric = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.mean(tf.mul(yTrue, yPred), -1);
    return recordable
      ? [Object.assign(loss, { recordable }), Object.assign(metric, { recordable })]
      : [loss, metric];
  };
  const results = [];
  for (const [recorded, marked] of [
    [false, true],
    [true, false],
    [true, true],
  ] as const) {
    backend().recordSteps = recorded;
    calls = 0;
    const model = build();
    const [loss, metric] = own(marked);
    model.compile({ optimizer: 'sgd', loss: loss as never, metrics: [metric as never] });
    const weightedMetrics = [metric as never];
    const options = { batchSize: 16, epochs: 3, weightedMetrics, classWeight: { 1: 2 } };
    const { history } = await fit(model, data(64), options);
    const weights = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    results.push({ history, weights });
    expect(calls).toBe(recorded && marked ? 2 : 12);
    model.dispose();
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

test('what may do more than compute runs at each step', async () => {
  let calls = 0;
  const model = build();
  const metric = (yTrue: tf.Tensor, yPred: tf.Tensor) => {
    calls++;
    return tfl.metrics.categoricalAccuracy(yTrue, yPred);
  };
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy', metrics: [metric as never] });
  await fit(model, data(64), { batchSize: 16, epochs: 2 });
  expect(calls).toBe(8);
  model.dispose();
});

test('a learning rate and a layer that change between epochs count at once', async () => {
  const change = (model: () => tfl.LayersModel) => ({
    onEpochBegin(epoch: number) {
      if (epoch !== 2) return;
      (model().optimizer as unknown as { learningRate: number }).learningRate = 0.2;
      model().layers[0]!.trainable = false;
    },
  });
  const results = [];
  for (const recorded of [false, true]) {
    let model: tfl.LayersModel | undefined;
    const make = () => {
      model = build();
      return model;
    };
    const callbacks = [change(() => model as tfl.LayersModel)];
    results.push((await run(recorded, () => tf.train.sgd(0.01), { callbacks }, make)).result);
  }
  expect(results[1]).toEqual(results[0]);
});

describe('a second run over the same model', () => {
  /** Losses of three runs; `change` runs before the last. */
  async function runs(
    recorded: boolean,
    change: (model: tfl.LayersModel) => unknown = () => {},
    options: FitOptions = {},
    optimizer: tf.Optimizer = new Adam({ learningRate: 0.01, weightDecay: 0.01 }),
  ) {
    backend().recordSteps = recorded;
    const model = build();
    const metrics = ['accuracy'];
    model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics });
    const losses: unknown[] = [];
    const counts: number[] = [];
    const { updateVariables } = backend();
    let updates = 0;
    backend().updateVariables = function (update) {
      updates++;
      updateVariables.call(this, update);
    };
    for (let i = 0; i < 3; i++) {
      if (i === 2) await change(model);
      const { history } = await fit(model, data(48), { batchSize: 16, epochs: 3, ...options });
      losses.push(history);
      counts.push(updates);
    }
    delete (backend() as Partial<ReturnType<typeof backend>>).updateVariables;
    const weights = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    const before = backend().memory().usedBytes;
    model.dispose();
    const givenBack = before - backend().memory().usedBytes;
    return { given: { losses, weights }, counts, givenBack };
  }

  test('sends what the first recorded, until the model is disposed', async () => {
    const [eager, recorded] = [await runs(false), await runs(true)];
    expect(recorded.given).toEqual(eager.given);
    // Two updates a step: of the weights' decay, and of the weights.
    expect(eager.counts).toEqual([18, 36, 54]);
    expect(recorded.counts).toEqual([4, 4, 4]);
    expect(recorded.givenBack).toBeGreaterThan(eager.givenBack);
  });

  test.each<[string, (model: tfl.LayersModel) => unknown]>([
    [
      'other weights are trained',
      (model) => {
        // Of a weight alone, which its layer does not show.
        (model.trainableWeights[0] as unknown as { trainable: boolean }).trainable = false;
      },
    ],
    [
      'the optimizer is put back to where it was',
      async ({ optimizer }) => {
        const own = optimizer as Adam;
        const weights = await own.getWeights();
        const changed = weights.map(({ name, tensor }) => ({ name, tensor: tf.mul(tensor, 0.5) }));
        await own.setWeights(changed);
        tf.dispose([weights, changed].flatMap((all) => all.map(({ tensor }) => tensor)));
      },
    ],
    [
      'it is compiled anew',
      (model) => {
        const optimizer = new Adam({ learningRate: 0.05 });
        model.compile({ optimizer, loss: 'meanSquaredError', metrics: ['mse'] });
      },
    ],
    [
      'its last layer has another activation',
      (model) => {
        const [last, dense] = [model.layers.at(-1), model.layers[4]] as unknown as {
          activation: unknown;
        }[];
        last!.activation = dense!.activation;
      },
    ],
  ])('is right where %s', async (_, change) => {
    const [eager, recorded] = [await runs(false, change), await runs(true, change)];
    expect(recorded.given).toEqual(eager.given);
    expect(recorded.counts[1]).toBe(4);
  });

  test.each([
    ['Adam', { amsgrad: true }],
    ['Adam', { useEma: true, emaMomentum: 0.8 }],
    ['RMSprop', { momentum: 0.9 }],
    ['RMSprop', { centered: true, momentum: 0.5 }],
  ])('is right where the state of %s %o is saved and loaded', async (name, options) => {
    const saved: number[][][] = [];
    const reload = async ({ optimizer }: tfl.LayersModel) => {
      const weights = await optimizer.getWeights();
      saved.push(weights.map(({ tensor }) => Array.from(tensor.dataSync())));
      const changed = weights.map(({ name: key, tensor }) => ({
        name: key,
        tensor: tf.mul(tensor, 0.5),
      }));
      await optimizer.setWeights(changed);
      tf.dispose([weights, changed].flatMap((all) => all.map(({ tensor }) => tensor)));
    };
    const make = () => createOptimizer(name, { learningRate: 0.01, ...options });
    const eager = await runs(false, reload, {}, make());
    const recorded = await runs(true, reload, {}, make());
    expect(recorded.given).toEqual(eager.given);
    expect(saved[1]).toEqual(saved[0]);
    // A run ends with the averages in the weights' place, and the next one records anew.
    expect(recorded.counts[2]).toBeLessThan(eager.counts[0]!);
  });

  test('is right where weights and averages change places for each evaluation', async () => {
    const results: unknown[] = [];
    const updates: number[] = [];
    for (const recorded of [false, true]) {
      const callbacks = [new SwapEMAWeights({ swapOnEpoch: true })];
      const optimizer = new Adam({ learningRate: 0.01, useEma: true, emaMomentum: 0.8 });
      const options = { callbacks, validationSplit: 0.25 };
      const { given, counts } = await runs(recorded, () => {}, options, optimizer);
      results.push(given);
      updates.push(counts[2]!);
    }
    expect(results[1]).toEqual(results[0]);
    expect(updates[1]).toBeLessThan(updates[0]!);
  });

  test('is right with other metrics, weights and batch sizes', async () => {
    const model = () => {};
    for (const options of [
      { weightedMetrics: ['accuracy' as const], classWeight: { 1: 2 } },
      { batchSize: 20 },
    ]) {
      const [eager, recorded] = [
        await runs(false, model, options),
        await runs(true, model, options),
      ];
      expect(recorded.given).toEqual(eager.given);
    }
  });
});

test('a class that derives from an optimizer here steps by itself', async () => {
  let steps = 0;
  class Shrinking extends Adam {
    static override readonly recordable: boolean = true;
    protected override update(step: UpdateStep): void {
      steps++;
      for (const variable of step.variables) variable.assign(tf.mul(variable, 1 - 0.01 / steps));
      super.update(step);
    }
  }
  const results = [];
  for (const recorded of [false, true]) {
    steps = 0;
    results.push((await run(recorded, () => new Shrinking({ learningRate: 0.01 }))).result);
    expect(steps).toBe(20);
  }
  expect(results[1]).toEqual(results[0]);
});

test('its memory is back when the model is disposed', async () => {
  const optimizer = () => createOptimizer('Adam', {});
  await run(true, optimizer);
  const { usedBytes } = backend().memory();
  const tensors = tf.memory().numTensors;
  await run(true, optimizer);
  // What tfjs keeps of an optimizer that nobody disposes is the same either way.
  const grown = backend().memory().usedBytes - usedBytes;
  const kept = tf.memory().numTensors - tensors;
  const before = backend().memory().usedBytes;
  const tensorsBefore = tf.memory().numTensors;
  await run(false, optimizer);
  expect(backend().memory().usedBytes - before).toBe(grown);
  expect(tf.memory().numTensors - tensorsBefore).toBe(kept);
});
