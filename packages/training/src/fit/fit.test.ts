import { RandomState } from '@cnnkit/random';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import {
  compiledToy as compiled,
  tensorsLeftBy,
  toyImages,
  toyModel,
  weightsOf,
} from '../../test/support/toy.js';
import type { Callback, Logs } from '../callback.js';
import { Adam } from '../optimizers/adam.js';
import { SGD } from '../optimizers/sgd.js';
import { epochOrder } from './epoch-order.js';
import { evaluate } from './evaluate.js';
import { type FitOptions, fit } from './fit.js';
import { predict } from './predict.js';

beforeAll(useCpu);

const data = toyImages(50);

async function weightsAfter(options: FitOptions, dropout = 0): Promise<number[][]> {
  const model = compiled({ dropout });
  await fit(model, data, { batchSize: 16, epochs: 3, ...options });
  return weightsOf(model);
}

describe('fit', () => {
  it('learns, and logs loss and accuracy of training and validation for each epoch', async () => {
    const model = compiled();
    const { epoch, history, params } = await fit(model, data, {
      epochs: 12,
      batchSize: 8,
      validationData: toyImages(20, 7),
    });
    expect(epoch).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(Object.keys(history)).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss']);
    expect(params).toEqual({ epochs: 12, steps: 7, batchSize: 8, samples: 50 });
    expect(history.accuracy!.at(-1)).toBeGreaterThan(0.95);
    expect(history.val_accuracy!.at(-1)).toBeGreaterThan(0.95);
    expect(history.loss!.at(-1)).toBeLessThan(history.loss![0]! / 2);
  });

  it('steps as tfjs’s own trainOnBatch does on the same batches with the same optimizer', async () => {
    const ours = compiled({ loss: 'categoricalCrossentropy' });
    const theirs = compiled({ loss: 'categoricalCrossentropy' });
    const { history } = await fit(ours, data, { batchSize: 20, shuffle: false });
    const losses: number[] = [];
    for (const [start, n] of [
      [0, 20],
      [20, 20],
      [40, 10],
    ] as const) {
      const xs = tf.tensor4d(
        Float32Array.from(data.images.subarray(start * 16, (start + n) * 16), (b) => b / 255),
        [n, 4, 4, 1],
      );
      const ys = tf.oneHot(tf.tensor1d(data.labels.slice(start, start + n), 'int32'), 4);
      const [loss] = (await theirs.trainOnBatch(xs, ys)) as number[];
      losses.push(loss! * n);
    }
    weightsOf(ours).forEach((weights, i) => {
      weights.forEach((w, j) => void expect(w).toBeCloseTo(weightsOf(theirs)[i]![j]!, 5));
    });
    expect(history.loss![0]).toBeCloseTo(losses.reduce((a, b) => a + b) / 50, 6);
  });

  it('gives batch hooks the running means over the samples so far, read only when wanted', async () => {
    const seen: Logs[] = [];
    const all: Callback = { onTrainBatchEnd: (_batch, logs) => void seen.push(logs) };
    await fit(compiled(), data, { batchSize: 20, callbacks: [all] });
    expect(seen).toHaveLength(3);
    expect(seen[1]!.accuracy! * 40).toBeCloseTo(Math.round(seen[1]!.accuracy! * 40), 4);
    expect(seen[2]!.accuracy! * 50).toBeCloseTo(Math.round(seen[2]!.accuracy! * 50), 4);

    const some: [number, number][] = [];
    const last: Callback = {
      needsBatchLogs: (batch) => batch === 2,
      onTrainBatchEnd: (batch, logs) => void some.push([batch, Object.keys(logs).length]),
    };
    await fit(compiled(), data, { batchSize: 20, callbacks: [last] });
    expect(some).toEqual([
      [0, 0],
      [1, 0],
      [2, 2],
    ]);
  });

  it('calls hooks in Keras’s order', async () => {
    const calls: string[] = [];
    const spy = new Proxy({} as Callback, {
      get: (_target, name) =>
        name === 'needsBatchLogs'
          ? () => false
          : (...args: unknown[]) => {
              calls.push(typeof args[0] === 'number' ? `${String(name)} ${args[0]}` : String(name));
            },
    });
    await fit(compiled(), data, {
      batchSize: 32,
      epochs: 1,
      validationSplit: 0.2,
      callbacks: [spy],
    });
    expect(calls).toEqual([
      'setContext',
      'onTrainBegin',
      'onEpochBegin 0',
      'onTrainBatchBegin 0',
      'onTrainBatchEnd 0',
      'onTrainBatchBegin 1',
      'onTrainBatchEnd 1',
      'onTestBegin',
      'onTestEnd',
      'onEpochEnd 0',
      'onTrainEnd',
    ]);
  });

  it('gives bit-identical weights for one seed, others for another, dropout included', async () => {
    const first = await weightsAfter({ seed: 5 }, 0.5);
    expect(await weightsAfter({ seed: 5 }, 0.5)).toEqual(first);
    expect(await weightsAfter({ seed: 6 }, 0.5)).not.toEqual(first);
    expect(await weightsAfter({ seed: 5, shuffle: false }, 0.5)).not.toEqual(first);
  });

  it('can replay any epoch: later epochs of a run equal a run that starts with them', async () => {
    const straight = await weightsAfter({ seed: 3, epochs: 4 }, 0.3);
    const model = compiled({ dropout: 0.3 });
    await fit(model, data, { batchSize: 16, seed: 3, epochs: 2 });
    await fit(model, data, { batchSize: 16, seed: 3, epochs: 4, initialEpoch: 2 });
    expect(weightsOf(model)).toEqual(straight);
  });

  it('shuffles each epoch by NumPy’s generator seeded with seed and epoch', () => {
    const expected = Int32Array.from({ length: 9 }, (_, i) => i);
    new RandomState([7, 2]).shuffle(expected);
    expect(
      epochOrder(
        Int32Array.from({ length: 9 }, (_, i) => i),
        7,
        2,
      ),
    ).toEqual(expected);
  });

  it('leaves the seeds of dropout layers as they were', async () => {
    const model = compiled({ dropout: 0.5 });
    const config = JSON.stringify(model.getConfig());
    await fit(model, data);
    expect(JSON.stringify(model.getConfig())).toBe(config);
  });

  it('validates on the last share of the data, as it was before shuffling', async () => {
    const model = compiled();
    const { history, params } = await fit(model, data, { validationSplit: 0.2, epochs: 1 });
    expect(params.samples).toBe(40);
    const tail = {
      images: data.images.slice(40 * 16),
      labels: data.labels.slice(40),
      shape: [10, 4, 4, 1] as const,
    };
    const { loss, accuracy } = await evaluate(model, tail);
    expect(history.val_loss).toEqual([loss]);
    expect(history.val_accuracy).toEqual([accuracy]);
  });

  it('validates every validationFreq epochs', async () => {
    const { history } = await fit(compiled(), data, {
      epochs: 5,
      validationSplit: 0.2,
      validationFreq: 2,
    });
    expect(history.loss).toHaveLength(5);
    expect(history.val_loss).toHaveLength(2);
  });

  it('leaks no tensor, over epochs, validation and abort', async () => {
    const model = compiled({ dropout: 0.2 });
    await fit(model, data, { epochs: 1 });
    const left = await tensorsLeftBy(async () => {
      await fit(model, data, { epochs: 3, validationSplit: 0.2, batchSize: 7 });
      await evaluate(model, data);
      await predict(model, data);
      const controller = new AbortController();
      const abort: Callback = { onTrainBatchEnd: () => controller.abort() };
      await fit(model, data, { batchSize: 5, callbacks: [abort], signal: controller.signal });
    });
    expect(left).toBe(0);
  });

  it('ends after the current batch when its signal aborts, says so, and keeps what is trained', async () => {
    const controller = new AbortController();
    const ended: string[] = [];
    const abort: Callback = {
      onTrainBatchEnd: (batch) => {
        if (batch === 1) controller.abort();
      },
      onEpochEnd: () => void ended.push('epoch'),
      onTrainEnd: () => void ended.push('train'),
    };
    const model = compiled();
    const before = weightsOf(model);
    const { epoch, interrupted } = await fit(model, data, {
      epochs: 3,
      batchSize: 10,
      callbacks: [abort],
      signal: controller.signal,
    });
    expect(epoch).toEqual([]);
    expect(interrupted).toMatchObject({ epoch: 0, batches: 2 });
    expect(interrupted!.logs.loss).toBeGreaterThan(0);
    expect(ended).toEqual(['train']);
    expect(weightsOf(model)).not.toEqual(before);
  });

  it('lets an abort from outside in between batches', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const { interrupted } = await fit(compiled(), data, {
      epochs: 100_000,
      batchSize: 5,
      signal: controller.signal,
    });
    expect(interrupted!.epoch).toBeLessThan(99_999);
  });

  it('stops within an epoch when a callback says so, and still ends the epoch, as Keras does', async () => {
    let context: Parameters<NonNullable<Callback['setContext']>>[0];
    const batches: number[] = [];
    const stop: Callback = {
      setContext: (given) => {
        context = given;
      },
      onTrainBatchEnd: (batch) => {
        batches.push(batch);
        context.stopTraining = batch === 1;
      },
    };
    const { epoch } = await fit(compiled(), data, { epochs: 3, batchSize: 10, callbacks: [stop] });
    expect(batches).toEqual([0, 1]);
    expect(epoch).toEqual([0]);
  });

  it('trains nothing and returns an empty history for zero epochs', async () => {
    const model = compiled();
    const before = weightsOf(model);
    const { epoch, history } = await fit(model, data, { epochs: 0 });
    expect([epoch, history]).toEqual([[], {}]);
    expect(weightsOf(model)).toEqual(before);
  });

  it('makes one step with all samples if the batch is larger than the data', async () => {
    const { params } = await fit(compiled(), data, { batchSize: 1000 });
    expect(params.steps).toBe(1);
  });

  it('trains on data that lacks a class', async () => {
    const some = toyImages(8);
    some.labels.fill(2);
    const { history } = await fit(compiled(), some, { epochs: 20, batchSize: 4 });
    expect(history.accuracy!.at(-1)).toBe(1);
  });

  it('takes arrays of numbers, with class indices or target rows', async () => {
    const xs = Float32Array.from(data.images, (byte) => byte / 255);
    const rows = new Float32Array(50 * 4);
    for (const [i, label] of data.labels.entries()) rows[i * 4 + label] = 1;
    const shape = data.shape;
    const runs: number[][][] = [];
    for (const given of [data, { xs, shape, ys: data.labels }, { xs, shape, ys: rows }]) {
      const model = compiled({ loss: 'categoricalCrossentropy' });
      await fit(model, given, { epochs: 2 });
      runs.push(weightsOf(model));
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });

  it('trains a regression with any loss of tfjs and names its metrics as Keras does', async () => {
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [2] })] });
    model.compile({
      optimizer: new SGD({ learningRate: 0.1 }),
      loss: 'meanSquaredError',
      metrics: ['mae', 'cosine'],
    });
    const xs = Float32Array.from({ length: 40 }, (_, i) => ((i * 7) % 11) / 11);
    const ys = Float32Array.from({ length: 20 }, (_, i) => xs[2 * i]! - 2 * xs[2 * i + 1]! + 0.5);
    const { history } = await fit(model, { xs, shape: [20, 2], ys }, { epochs: 150, batchSize: 5 });
    expect(Object.keys(history).sort()).toEqual(['cosine', 'loss', 'mae']);
    expect(history.loss!.at(-1)).toBeLessThan(0.01);
  });

  it('trains a single sigmoid on two classes', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.flatten({ inputShape: [4, 4, 1] }),
        tfl.layers.dense({ units: 1, activation: 'sigmoid' }),
      ],
    });
    model.compile({
      optimizer: new Adam({ learningRate: 0.1 }),
      loss: 'binaryCrossentropy',
      metrics: ['accuracy'],
    });
    const two = toyImages(40);
    const labels = two.labels.map((label) => label & 1);
    const { history } = await fit(model, { ...two, labels }, { epochs: 40 });
    expect(history.accuracy!.at(-1)).toBeGreaterThan(0.9);
  });

  it('adds the penalties of regularizers to the loss, in training and in evaluation', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.flatten({ inputShape: [4, 4, 1] }),
        tfl.layers.dense({
          units: 4,
          activation: 'softmax',
          kernelInitializer: 'ones',
          kernelRegularizer: tfl.regularizers.l2({ l2: 1 }),
        }),
      ],
    });
    model.compile({ optimizer: new SGD({ learningRate: 0 }), loss: 'categoricalCrossentropy' });
    const { history } = await fit(model, data);
    const expected = Math.log(4) + 64;
    expect(history.loss![0]).toBeCloseTo(expected, 4);
    expect((await evaluate(model, data)).loss).toBeCloseTo(expected, 4);
  });

  it('keeps the gradient of a sample that is wrong by a large margin, which tfjs clips away', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({
          units: 2,
          inputShape: [1],
          useBias: false,
          activation: 'softmax',
          kernelInitializer: 'zeros',
        }),
      ],
    });
    model.setWeights([tf.tensor2d([[50, -50]])]);
    model.compile({
      optimizer: new SGD({ learningRate: 1 }),
      loss: 'sparseCategoricalCrossentropy',
    });
    const wrong = { xs: Float32Array.of(1), shape: [1, 1], ys: Int32Array.of(1) };
    const { history } = await fit(model, wrong);
    expect(history.loss).toEqual([100]);
    expect(weightsOf(model)[0]).toEqual([49, -49]);
  });

  it('applies constraints after each step', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.flatten({ inputShape: [4, 4, 1] }),
        tfl.layers.dense({ units: 4, activation: 'softmax', kernelConstraint: 'nonNeg' }),
      ],
    });
    model.compile({ optimizer: new SGD({ learningRate: 1 }), loss: 'categoricalCrossentropy' });
    await fit(model, data);
    expect(Math.min(...weightsOf(model)[0]!)).toBeGreaterThanOrEqual(0);
  });

  it('puts the moving averages of weights into the model at the end', async () => {
    const model = toyModel();
    const optimizer = new Adam({ useEma: true, emaMomentum: 0.9 });
    model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
    let last: number[][] = [];
    await fit(model, data, {
      epochs: 2,
      callbacks: [
        {
          onEpochEnd: () => {
            last = weightsOf(model);
          },
        },
      ],
    });
    expect(weightsOf(model)).not.toEqual(last);
  });
});
