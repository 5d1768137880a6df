import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import { readFixture } from '../../test/support/fixtures.js';
import { compiledToy, tensorsLeftBy, toyImages, weightsOf } from '../../test/support/toy.js';
import { SGD } from '../optimizers/sgd.js';
import type { TrainingData } from './data.js';
import { evaluate } from './evaluate.js';
import { type FitOptions, fit } from './fit.js';
import { kerasName } from './keras-name.js';
import type { ClassWeight } from './weights.js';

beforeAll(useCpu);

interface Case {
  title: string;
  ys: number[] | number[][];
  loss: string;
  activation: 'softmax' | 'sigmoid' | 'linear';
  units: number;
  l2: number;
  initial: number[][];
  compiled: { metrics?: string[]; weighted_metrics?: string[] };
  fit: {
    sample_weight?: number[];
    class_weight?: Record<number, number>;
    validation_split?: number;
    validation_data?: [number[][], number[], number[]?];
  };
  history: Record<string, number[]>;
  weights: [number[][], number[]];
  evaluated: Record<string, number>;
}

const fixture = readFixture<{
  xs: number[][];
  batchSize: number;
  epochs: number;
  learningRate: number;
  cases: Case[];
}>('weights.json');

/** Keras's names in the spelling that tfjs's `compile` understands. */
const SPELLED: Record<string, string> = { mean_absolute_error: 'mae', accuracy: 'accuracy' };

function modelOf({ units, activation, loss, l2, initial, compiled }: Case): tfl.LayersModel {
  const kernelRegularizer = l2 > 0 ? { kernelRegularizer: tfl.regularizers.l2({ l2 }) } : {};
  const dense = tfl.layers.dense({ units, activation, inputShape: [4], ...kernelRegularizer });
  const model = tfl.sequential({ layers: [dense] });
  tf.tidy(() => model.setWeights([tf.tensor2d(initial), tf.zeros([units])]));
  model.compile({
    optimizer: new SGD({ learningRate: fixture.learningRate }),
    loss: loss.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    metrics: (compiled.metrics ?? []).map((name) => SPELLED[name] as string),
  });
  return model;
}

function dataOf(xs: number[][], ys: Case['ys'], sampleWeight?: number[]): TrainingData {
  const rows = Array.isArray(ys[0]);
  return {
    xs: Float32Array.from(xs.flat()),
    shape: [xs.length, xs[0]!.length],
    ys: rows ? Float32Array.from(ys.flat()) : Int32Array.from(ys as number[]),
    ...(sampleWeight ? { sampleWeight } : {}),
  };
}

/** tfjs logs `mae` as it is asked for; Keras spells it out. */
const spelledOut = (key: string): string => key.replace(/^(val_)?mae$/, '$1mean_absolute_error');

describe('weights as in Keras', () => {
  it.each(fixture.cases)('$title: the same logs, weights and evaluation', async (given) => {
    const { sample_weight, class_weight, validation_split, validation_data } = given.fit;
    const model = modelOf(given);
    const weightedMetrics = given.compiled.weighted_metrics ?? [];
    const data = dataOf(fixture.xs, given.ys, sample_weight);
    const options: FitOptions = {
      batchSize: fixture.batchSize,
      epochs: fixture.epochs,
      shuffle: false,
      weightedMetrics,
      ...(class_weight ? { classWeight: class_weight } : {}),
      ...(validation_split ? { validationSplit: validation_split } : {}),
      ...(validation_data ? { validationData: dataOf(...validation_data) } : {}),
    };
    const { history } = await fit(model, data, options);
    // The regression's metrics are asked for as `mae`, its weighted ones by their long names; so the
    // latter do not collide here, and Keras's `weighted_` is missing.
    const renamed = (key: string): string =>
      given.title === 'regression' && key === 'mean_absolute_error'
        ? 'weighted_mean_absolute_error'
        : spelledOut(key);
    const ours = Object.fromEntries(Object.entries(history).map(([k, v]) => [renamed(k), v]));
    expect(Object.keys(ours).sort()).toEqual(Object.keys(given.history).sort());
    for (const [key, values] of Object.entries(given.history)) {
      values.forEach((value, epoch) => void expect(ours[key]![epoch], key).toBeCloseTo(value, 5));
    }
    given.weights.forEach((expected, i) => {
      expected.flat().forEach((w, j) => void expect(weightsOf(model)[i]![j]).toBeCloseTo(w, 5));
    });
    const evaluated = await evaluate(model, data, { batchSize: 4, weightedMetrics });
    for (const [key, value] of Object.entries(evaluated)) {
      expect(value, key).toBeCloseTo(given.evaluated[renamed(key)]!, 5);
    }
    expect(Object.keys(evaluated)).toHaveLength(Object.keys(given.evaluated).length);
  });

  it('names a second weighted metric of one name as Keras does', async () => {
    const { loss, accuracy, weighted_accuracy, weighted_accuracy_1 } = await evaluate(
      compiledToy(),
      toyImages(8),
      { weightedMetrics: ['accuracy', 'accuracy'] },
    );
    expect(loss).toBeGreaterThan(0);
    expect([weighted_accuracy, weighted_accuracy_1]).toEqual([accuracy, accuracy]);
    expect(kerasName('meanSquaredError')).toBe('mean_squared_error');
  });
});

describe('weights', () => {
  const data = toyImages(24);
  const half = Float32Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? 0 : i / 8));

  it('of 1 change nothing that is seen at float32', async () => {
    const [plain, weighted] = [compiledToy(), compiledToy()];
    await fit(plain, data, { epochs: 2 });
    await fit(weighted, { ...data, sampleWeight: new Float32Array(24).fill(1) }, { epochs: 2 });
    const theirs = weightsOf(plain);
    weightsOf(weighted).forEach((w, i) => {
      w.forEach((value, j) => void expect(value).toBeCloseTo(theirs[i]![j]!, 6));
    });
  });

  it('move with their samples when the order is shuffled and the last ones validate', async () => {
    const losses = async (order: readonly number[]) => {
      const chosen: TrainingData = {
        images: Uint8Array.from(
          order.flatMap((i) => [...data.images.subarray(i * 16, i * 16 + 16)]),
        ),
        labels: Int32Array.from(order, (i) => data.labels[i]!),
        shape: [24, 4, 4, 1],
        sampleWeight: order.map((i) => half[i]!),
      };
      // One step over all, so that the order cannot matter.
      const model = compiledToy();
      const options = { batchSize: 20, epochs: 2, validationSplit: 1 / 6, seed: 4 };
      return (await fit(model, chosen, options)).history.loss!;
    };
    const straight = Array.from({ length: 24 }, (_, i) => i);
    const swapped = [...straight.slice(0, 20).reverse(), ...straight.slice(20)];
    const [a, b] = [await losses(straight), await losses(swapped)];
    expect(a.length).toBe(2);
    a.forEach((loss, i) => void expect(loss).toBeCloseTo(b[i]!, 5));
  });

  it('give the gradient of the weighted loss, by finite differences', async () => {
    // SGD at rate 1 moves a weight by its gradient. Those of the last layer: the others have kinks.
    const model = compiledToy();
    model.optimizer = new SGD({ learningRate: 1 });
    const weighted = { ...data, sampleWeight: half };
    const before = model.getWeights().map((w) => w.clone());
    const lossAt = async (v: number, i: number, by: number): Promise<number> => {
      const moved = before.map((w, at) => {
        const values = w.dataSync().slice();
        if (at === v) values[i]! += by;
        return tf.tensor(values, w.shape);
      });
      model.setWeights(moved);
      tf.dispose(moved);
      return (await evaluate(model, weighted)).loss!;
    };
    const slopes: [number, number, number][] = [];
    for (const [v, i] of [
      [2, 5],
      [2, 66],
      [3, 2],
    ] as const) {
      const step = 1e-2;
      slopes.push([v, i, ((await lossAt(v, i, step)) - (await lossAt(v, i, -step))) / (2 * step)]);
    }
    model.setWeights(before);
    await fit(model, weighted, { shuffle: false });
    const after = weightsOf(model);
    for (const [v, i, slope] of slopes) {
      expect(before[v]!.dataSync()[i]! - after[v]![i]!).toBeCloseTo(slope, 3);
    }
    tf.dispose(before);
  });

  it('of classes may be a list, or name only some', async () => {
    const weightsAfter = async (classWeight: ClassWeight) => {
      const model = compiledToy();
      await fit(model, data, { classWeight });
      return weightsOf(model);
    };
    const listed = await weightsAfter([1, 0.5, 1, 4]);
    expect(await weightsAfter({ 1: 0.5, 3: 4 })).toEqual(listed);
    expect(await weightsAfter({})).not.toEqual(listed);
  });

  it('take a function that gives a value for each sample as a metric', async () => {
    function surprise(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
      return tf.neg(tf.log(tf.sum(tf.mul(yTrue, yPred), -1)));
    }
    const model = compiledToy();
    const weighted = { ...data, sampleWeight: half };
    const { loss, surprise: mean } = await evaluate(model, weighted, {
      weightedMetrics: [surprise],
    });
    // The loss divides by the samples, the metric by their weights.
    const total = half.reduce((a, b) => a + b);
    expect((mean! * total) / 24).toBeCloseTo(loss!, 5);
  });

  it('leave no tensor behind', async () => {
    const model = compiledToy();
    await fit(model, data);
    const left = await tensorsLeftBy(async () => {
      const options = { classWeight: { 1: 3 }, weightedMetrics: ['accuracy', 'mse'] };
      await fit(model, data, { ...options, validationSplit: 0.25, batchSize: 7 });
      await evaluate(model, { ...data, sampleWeight: half }, { weightedMetrics: ['mae'] });
    });
    expect(left).toBe(0);
  });

  it('are refused where they cannot be meant', async () => {
    const refusal = async (given: TrainingData, options: FitOptions = {}) => {
      const model = compiledToy();
      const before = weightsOf(model);
      const error = await fit(model, given, options).catch((e: unknown) => e as Error);
      expect(weightsOf(model)).toEqual(before);
      return error instanceof Error ? `${error.name} ${error.message}` : 'no error';
    };
    const weighted = { ...data, sampleWeight: half };
    expect(await refusal({ ...data, sampleWeight: [1, 2] })).toMatch(
      /RangeError fit: sampleWeight must hold a number for each of 24 samples; received 2/,
    );
    expect(await refusal({ ...data, sampleWeight: half.map(() => Number.NaN) })).toMatch(
      /sampleWeight must be finite; received NaN in sample 0/,
    );
    expect(await refusal(weighted, { classWeight: { 0: 2 } })).toMatch(
      /TypeError fit: only one of sampleWeight and classWeight/,
    );
    expect(await refusal(data, { classWeight: { 4: 2 } })).toMatch(
      /classes from 0 to 3; received 4/,
    );
    expect(await refusal(data, { classWeight: { 1: Number.POSITIVE_INFINITY } })).toMatch(
      /classWeight must be finite; received Infinity for class 1/,
    );
    expect(await refusal(data, { weightedMetrics: ['f1'] })).toMatch(
      /weightedMetrics must be functions or of accuracy, .*; received f1/,
    );
    expect(await refusal(data, { weightedMetrics: [(_, yPred) => yPred] })).toMatch(
      /TypeError fit: weightedMetrics must be named/,
    );
    const mean = (_: tf.Tensor, yPred: tf.Tensor) => tf.mean(yPred);
    await expect(evaluate(compiledToy(), weighted, { weightedMetrics: [mean] })).rejects.toThrow(
      /weightedMetrics: mean must give a value for each sample/,
    );
  });
});
