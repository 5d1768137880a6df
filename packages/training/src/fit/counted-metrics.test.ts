import * as metrics from '@cnnkit/metrics/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import { readFixture } from '../../test/support/fixtures.js';
import { compiledToy, tensorsLeftBy, toyImages } from '../../test/support/toy.js';
import type { Logs } from '../callback.js';
import { SGD } from '../optimizers/sgd.js';
import type { TrainingData } from './data.js';
import { evaluate } from './evaluate.js';
import { type FitOptions, fit } from './fit.js';

beforeAll(useCpu);

interface Case {
  title: string;
  ys: number[][];
  loss: string;
  activation: 'softmax' | 'sigmoid';
  units: number;
  initial: number[][];
  fit: {
    sample_weight?: number[];
    class_weight?: Record<number, number>;
    validation_split?: number;
  };
  history: Record<string, number[]>;
  evaluated: Record<string, number>;
}

const fixture = readFixture<{
  xs: number[][];
  batchSize: number;
  epochs: number;
  learningRate: number;
  cases: Case[];
}>('counted_weights.json');

/** Keras's, in the order of the fixture; the first is asked for without weights too. */
function counted(units: number): metrics.EpochMetric[] {
  if (units === 1) {
    return [
      metrics.precisionScore(),
      metrics.recallScore(),
      metrics.accuracyScore(),
      metrics.logLoss(),
    ];
  }
  return [
    metrics.f1Score({ average: 'macro', labels: [0, 1, 2] }),
    metrics.accuracyScore(),
    metrics.topKAccuracyScore({ k: 2 }),
    metrics.logLoss(),
  ];
}

function modelOf({ units, activation, loss, initial }: Case): tfl.LayersModel {
  const dense = tfl.layers.dense({ units, activation, inputShape: [4] });
  const model = tfl.sequential({ layers: [dense] });
  tf.tidy(() => model.setWeights([tf.tensor2d(initial), tf.zeros([units])]));
  model.compile({
    optimizer: new SGD({ learningRate: fixture.learningRate }),
    loss: loss.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    metrics: counted(units).slice(0, 1),
  });
  return model;
}

function expectLogs(ours: Readonly<Record<string, readonly number[]>>, theirs: typeof ours): void {
  expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
  for (const [key, values] of Object.entries(theirs)) {
    values.forEach((value, epoch) => void expect(ours[key]![epoch], key).toBeCloseTo(value, 5));
  }
}

const lists = (logs: Logs) => Object.fromEntries(Object.entries(logs).map(([k, v]) => [k, [v]]));

describe('metrics that count over the whole epoch, weighted as in Keras', () => {
  for (const withCallback of [false, true]) {
    const how = withCallback ? 'with the callback for tfjs there' : 'alone';
    it.each(fixture.cases)(`$title: the same logs and evaluation, ${how}`, async (given) => {
      const model = modelOf(given);
      const weightedMetrics = counted(given.units);
      const callback = withCallback
        ? metrics.resetMetrics([...(model.metrics as metrics.EpochMetric[]), ...weightedMetrics])
        : undefined;
      const { sample_weight, class_weight, validation_split } = given.fit;
      const data: TrainingData = {
        xs: Float32Array.from(fixture.xs.flat()),
        shape: [fixture.xs.length, 4],
        ys: Float32Array.from(given.ys.flat()),
        ...(sample_weight ? { sampleWeight: sample_weight } : {}),
      };
      const options: FitOptions = {
        ...{ batchSize: fixture.batchSize, epochs: fixture.epochs, shuffle: false },
        ...{ weightedMetrics, callbacks: callback ? [callback] : [] },
        ...(class_weight ? { classWeight: class_weight } : {}),
        ...(validation_split ? { validationSplit: validation_split } : {}),
      };
      const { history } = await fit(model, data, options);
      expectLogs(history, given.history);
      const evaluated = await evaluate(model, data, {
        ...{ batchSize: 4, weightedMetrics, callbacks: callback ? [callback] : [] },
      });
      expectLogs(lists(evaluated), lists(given.evaluated));
    });
  }
});

describe('a metric that counts over the whole epoch', () => {
  const data = toyImages(24);
  const half = Float32Array.from({ length: 24 }, (_, i) => (i % 3 === 0 ? 0 : i / 8));

  it('makes no step wait, and leaves no tensor behind', async () => {
    const model = compiledToy();
    const weightedMetrics = [metrics.f1Score({ average: 'macro' }), metrics.rocAucScore()];
    await fit(model, data);
    const waits = vi.spyOn(tf.Tensor.prototype, 'dataSync');
    const left = await tensorsLeftBy(async () => {
      const options = { weightedMetrics, validationSplit: 0.25, batchSize: 7, epochs: 2 };
      await fit(model, { ...data, sampleWeight: half }, options);
      await evaluate(model, { ...data, sampleWeight: half }, { weightedMetrics });
    });
    expect(waits).not.toHaveBeenCalled();
    waits.mockRestore();
    expect(left).toBe(0);
  });

  it('shows the score so far to a callback that asks within the epoch', async () => {
    const seen: number[] = [];
    const accuracy = metrics.accuracyScore();
    const model = compiledToy();
    model.optimizer = new SGD({ learningRate: 0 });
    await fit(model, data, {
      ...{ batchSize: 6, shuffle: false, weightedMetrics: [accuracy, 'accuracy'] },
      callbacks: [
        {
          onTrainBatchEnd: (_batch, logs) => {
            expect(logs!.accuracy_score).toBeCloseTo(logs!.weighted_accuracy!, 6);
            seen.push(logs!.accuracy_score!);
          },
        },
      ],
    });
    expect(seen).toHaveLength(4);
    expect(accuracy.result()).toBeCloseTo(seen.at(-1)!, 12);
  });

  it('begins anew after a run that threw', async () => {
    const accuracy = metrics.accuracyScore();
    const model = compiledToy();
    const options = { batchSize: 6, weightedMetrics: [accuracy] };
    const failing = fit(model, data, {
      ...options,
      callbacks: [
        {
          onTrainBatchEnd: (batch) => {
            if (batch === 1) throw new Error('enough');
          },
        },
      ],
    });
    await expect(failing).rejects.toThrow('enough');
    const logs = await evaluate(model, data, { weightedMetrics: [accuracy, 'accuracy'] });
    expect(logs.accuracy_score).toBeCloseTo(logs.weighted_accuracy ?? logs.accuracy!, 6);
    // As a function of its own it counts from the next call on.
    accuracy(tf.tensor1d([0]), tf.tensor2d([[0, 1, 0, 0]]));
    expect(accuracy.result()).toBe(0);
  });

  it('tells of what it cannot count', async () => {
    const given = { weightedMetrics: [metrics.f1Score()] };
    await expect(fit(compiledToy(), data, given)).rejects.toThrow(/average/);
    await expect(evaluate(compiledToy(), data, given)).rejects.toThrow(/average/);
  });
});
