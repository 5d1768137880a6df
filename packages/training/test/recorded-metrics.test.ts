import * as metrics from '@cnnkit/metrics/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { type FitOptions, fit, SGD } from '../src/index.js';
import { backend, useRecorder, wholes } from './support/recording.js';

// Metrics that count over the epoch do so in JavaScript, behind each step that is sent again.

useRecorder();

const layers = tfl.layers;
const FEATURES = 6;
const CLASSES = 3;

function samples(n: number, seed = 5) {
  const next = wholes(seed);
  const xs = Float32Array.from({ length: n * FEATURES }, () => next() / 65536 - 0.5);
  const labels = Int32Array.from({ length: n }, () => next() % CLASSES);
  const rows = new Float32Array(n * CLASSES);
  labels.forEach((label, i) => {
    rows[i * CLASSES + label] = 1;
  });
  return { xs, labels, rows, shape: [n, FEATURES] };
}

const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });

function dense(): tfl.LayersModel {
  const model = tfl.sequential();
  const first = { units: 8, activation: 'tanh' as const, inputShape: [FEATURES] };
  model.add(layers.dense({ ...first, kernelInitializer: seeded(1) }));
  const last = { units: CLASSES, activation: 'softmax' as const };
  model.add(layers.dense({ ...last, kernelInitializer: seeded(2) }));
  return model;
}

/** One output of classes, and one of the same classes further up. */
function twoHeads(): tfl.LayersModel {
  const input = tfl.input({ shape: [FEATURES] });
  const head = (seed: number, name: string, x: tfl.SymbolicTensor) =>
    layers
      .dense({ units: CLASSES, activation: 'softmax', kernelInitializer: seeded(seed), name })
      .apply(x) as tfl.SymbolicTensor;
  const first = head(1, 'first', input);
  return tfl.model({ inputs: input, outputs: [first, head(2, 'second', first)] });
}

const macro = () => metrics.f1Score({ average: 'macro' });

/** How many kernels ran while it did. */
async function countKernels(run: () => Promise<void>): Promise<number> {
  const engine = tf.engine() as unknown as { runKernelFunc(params: object): unknown };
  const original = engine.runKernelFunc;
  let kernels = 0;
  engine.runKernelFunc = function (params) {
    kernels++;
    return original.call(this, params);
  };
  try {
    await run();
  } finally {
    engine.runKernelFunc = original;
  }
  return kernels;
}

/** The same with steps recorded and not; `run` gives what is to be equal. */
async function expectSame(
  make: () => tfl.LayersModel,
  run: (model: tfl.LayersModel) => Promise<unknown>,
): Promise<number> {
  const [eager, recorded] = [
    { given: undefined as unknown, weights: [] as number[][], kernels: 0, tensors: 0 },
    { given: undefined as unknown, weights: [] as number[][], kernels: 0, tensors: 0 },
  ];
  for (const [of, recordSteps] of [
    [eager, false],
    [recorded, true],
  ] as const) {
    backend().recordSteps = recordSteps;
    const model = make();
    const { numTensors } = tf.memory();
    of.kernels = await countKernels(async () => {
      of.given = await run(model);
    });
    of.weights = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    of.tensors = tf.memory().numTensors - numTensors;
    model.dispose();
  }
  expect(recorded.given).toEqual(eager.given);
  expect(recorded.weights).toEqual(eager.weights);
  expect(recorded.tensors).toBe(eager.tensors);
  return recorded.kernels / eager.kernels;
}

describe('the same scores where steps are recorded', () => {
  const all = () => [macro(), 'accuracy', metrics.rocAucScore(), metrics.logLoss()];

  async function fitted(model: tfl.LayersModel, options: FitOptions = {}) {
    const { xs, labels, shape } = samples(70);
    const data = { xs, ys: labels, shape };
    const { history } = await fit(model, data, { batchSize: 16, epochs: 5, ...options });
    return history;
  }
  const compiled = (of: () => unknown[]) => () => {
    const model = dense();
    const optimizer = new SGD({ learningRate: 0.1 });
    const loss = 'sparseCategoricalCrossentropy';
    model.compile({ optimizer, loss, metrics: of() as never });
    return model;
  };

  test('in fit, between metrics that are computed in the step', async () => {
    const share = await expectSame(compiled(all), (model) =>
      fitted(model, { validationSplit: 0.2 }),
    );
    expect(share).toBeLessThan(0.6);
  });

  test('in fit, weighted, whose class weights come with each batch', async () => {
    const run = (model: tfl.LayersModel) =>
      fitted(model, {
        weightedMetrics: ['accuracy', macro() as never, metrics.rocAucScore() as never],
        classWeight: { 0: 3, 2: 0.5 },
      });
    expect(await expectSame(compiled(all), run)).toBeLessThan(0.7);
    expect(
      await expectSame(
        compiled(() => []),
        run,
      ),
    ).toBeLessThan(0.7);
  });

  test('in tfjs’s model.fit, with the callback and without', async () => {
    for (const withCallback of [true, false]) {
      const counted = () => [macro(), metrics.rocAucScore(), metrics.logLoss()];
      let own: metrics.EpochMetric[] = [];
      const make = () => {
        const model = dense();
        own = counted();
        const [f1, ...others] = own;
        model.compile({
          optimizer: tf.train.adam(0.05),
          loss: 'categoricalCrossentropy',
          metrics: [f1, 'accuracy', ...others] as never,
        });
        return model;
      };
      const share = await expectSame(make, async (model) => {
        const { xs, rows, shape } = samples(70);
        const [x, y] = [tf.tensor(xs, shape), tf.tensor(rows, [70, CLASSES])];
        const { history } = await model.fit(x, y, {
          ...{ batchSize: 16, epochs: 6, shuffle: false, verbose: 0, validationSplit: 0.2 },
          ...(withCallback ? { callbacks: metrics.resetMetrics(own) } : {}),
        });
        tf.dispose([x, y]);
        return history;
      });
      expect(share).toBeLessThan(0.7);
    }
  });

  test('of two outputs, each with its own, and in steps one by one', async () => {
    const make = () => {
      const model = twoHeads();
      model.compile({
        optimizer: tf.train.sgd(0.2),
        loss: { first: 'categoricalCrossentropy', second: 'meanSquaredError' },
        metrics: {
          first: [metrics.accuracyScore() as never, 'mse'],
          second: ['mae', macro() as never, metrics.logLoss() as never],
        } as never,
      });
      return model;
    };
    const share = await expectSame(make, async (model) => {
      const given: unknown[] = [];
      for (let i = 0; i < 9; i++) {
        const { xs, rows, shape } = samples(12, i);
        const other = samples(12, i + 50).rows;
        const x = tf.tensor(xs, shape);
        const ys = [rows, other].map((values) => tf.tensor(values, [12, CLASSES]));
        given.push(await model.trainOnBatch(x, ys));
        tf.dispose([x, ys]);
      }
      return given;
    });
    expect(share).toBeLessThan(0.7);
  });
});
