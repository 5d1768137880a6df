import '@tensorflow/tfjs-backend-cpu';
import * as metrics from '@cnnkit/metrics';
import * as epochMetrics from '@cnnkit/metrics/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it, vi } from 'vitest';

beforeAll(async () => {
  tf.env().set('IS_TEST', true); // tfjs's hint at tfjs-node would be a warning
  await tf.setBackend('cpu');
});

const CLASSES = 4;

/** A softmax layer on random inputs: a model that is partly right. */
function setUp(units = CLASSES) {
  const model = tfl.sequential();
  const init = tfl.initializers.randomNormal({ seed: 5, stddev: 0.8 });
  const activation = units === 1 ? 'sigmoid' : 'softmax';
  model.add(tfl.layers.dense({ units, activation, inputShape: [5], kernelInitializer: init }));
  const xs = tf.randomNormal([100, 5], 0, 1, 'float32', 7);
  const labels = Array.from(
    { length: 100 },
    (_, i) => (i * 7 + ((i * i) % 3)) % Math.max(units, 2),
  );
  const ys =
    units === 1 ? tf.tensor2d(labels, [100, 1]) : tf.oneHot(tf.tensor1d(labels, 'int32'), units);
  const proba = model.predict(xs) as tf.Tensor;
  return {
    model,
    xs,
    ys,
    labels,
    rows: { data: proba.dataSync() as Float32Array, shape: proba.shape as [number, number] },
  };
}

const several = () => ({
  accuracyScore: epochMetrics.accuracyScore(),
  zeroOneLoss: epochMetrics.zeroOneLoss(),
  balancedAccuracyScore: epochMetrics.balancedAccuracyScore(),
  matthewsCorrcoef: epochMetrics.matthewsCorrcoef(),
  cohenKappaScore: epochMetrics.cohenKappaScore(),
  precisionScore: epochMetrics.precisionScore({ average: 'macro' }),
  recallScore: epochMetrics.recallScore({ average: 'macro' }),
  f1Score: epochMetrics.f1Score({ average: 'macro' }),
  fbetaScore: epochMetrics.fbetaScore({ average: 'weighted', beta: 2 }),
  jaccardScore: epochMetrics.jaccardScore({ average: 'macro' }),
  logLoss: epochMetrics.logLoss(),
  brierScoreLoss: epochMetrics.brierScoreLoss(),
  topKAccuracyScore: epochMetrics.topKAccuracyScore({ k: 2 }),
  expectedCalibrationError: epochMetrics.expectedCalibrationError({ nBins: 5 }),
  rocAucScore: epochMetrics.rocAucScore(),
  averagePrecisionScore: epochMetrics.averagePrecisionScore({ average: 'weighted' }),
});

function expectedOf(labels: number[], rows: { data: Float32Array; shape: [number, number] }) {
  const guess = metrics.classIndices(rows);
  return {
    accuracyScore: metrics.accuracyScore(labels, guess),
    zeroOneLoss: metrics.zeroOneLoss(labels, guess),
    balancedAccuracyScore: metrics.balancedAccuracyScore(labels, guess),
    matthewsCorrcoef: metrics.matthewsCorrcoef(labels, guess),
    cohenKappaScore: metrics.cohenKappaScore(labels, guess),
    precisionScore: metrics.precisionScore(labels, guess, { average: 'macro' }),
    recallScore: metrics.recallScore(labels, guess, { average: 'macro' }),
    f1Score: metrics.f1Score(labels, guess, { average: 'macro' }),
    fbetaScore: metrics.fbetaScore(labels, guess, { average: 'weighted', beta: 2 }),
    jaccardScore: metrics.jaccardScore(labels, guess, { average: 'macro' }),
    logLoss: metrics.logLoss(labels, rows),
    brierScoreLoss: metrics.brierScoreLoss(labels, rows),
    topKAccuracyScore: metrics.topKAccuracyScore(labels, rows, { k: 2 }),
    expectedCalibrationError: metrics.expectedCalibrationError(labels, rows, { nBins: 5 }).ece,
    rocAucScore: metrics.rocAucScore(labels, rows, { multiClass: 'ovr' }),
    averagePrecisionScore: metrics.averagePrecisionScore(labels, rows, { average: 'weighted' }),
  };
}

/** How far a value from histograms and float32 sums may be off. */
const TOLERANCE: Record<string, number> = { rocAucScore: 1e-3, averagePrecisionScore: 5e-3 };

describe('a metric of compile', () => {
  for (const withCallback of [true, false]) {
    const how = withCallback ? 'read between the steps' : 'read at each step';
    it(`logs the score of the whole epoch, in training and in validation, ${how}`, async () => {
      const { model, xs, ys, labels, rows } = setUp();
      const used = several();
      model.compile({
        optimizer: tf.train.sgd(0),
        loss: 'categoricalCrossentropy',
        metrics: Object.values(used),
      });
      const { history } = await model.fit(xs, ys, {
        epochs: 2,
        batchSize: 32,
        shuffle: true,
        verbose: 0,
        validationData: [xs, ys],
        ...(withCallback && { callbacks: epochMetrics.resetMetrics(Object.values(used)) }),
      });
      for (const [name, value] of Object.entries(expectedOf(labels, rows))) {
        for (const key of [name, `val_${name}`]) {
          expect(history[key]?.length, key).toBe(2);
          for (const logged of history[key] as number[]) {
            expect(Math.abs(logged - value), `${key}: ${logged} for ${value}`).toBeLessThan(
              TOLERANCE[name] ?? 2e-6,
            );
          }
        }
      }
    });
  }

  it('makes no step wait when the callback is there', async () => {
    const { model, xs, ys, labels, rows } = setUp();
    const used = [epochMetrics.f1Score({ average: 'macro' }), epochMetrics.rocAucScore()];
    model.compile({ optimizer: tf.train.sgd(0), loss: 'categoricalCrossentropy', metrics: used });
    const waits = vi.spyOn(tf.Tensor.prototype, 'dataSync');
    const before = tf.memory().numTensors;
    const { history } = await model.fit(xs, ys, {
      epochs: 2,
      batchSize: 20,
      verbose: 0,
      validationData: [xs, ys],
      callbacks: epochMetrics.resetMetrics(used),
    });
    expect(waits).not.toHaveBeenCalled();
    waits.mockRestore();
    expect(history.val_f1Score?.[1]).toBeCloseTo(expectedOf(labels, rows).f1Score, 12);
    // What fit itself keeps: the iterations of the optimizer.
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(1);
  });

  it('gives exact areas where it keeps every output', async () => {
    const { model, xs, ys, labels, rows } = setUp();
    const used = [
      epochMetrics.rocAucScore({ exact: true }),
      epochMetrics.averagePrecisionScore({ exact: true, average: 'weighted' }),
    ];
    model.compile({ optimizer: tf.train.sgd(0), loss: 'categoricalCrossentropy', metrics: used });
    const { scores } = await epochMetrics.deferMetrics(used, () =>
      tf.dispose(model.evaluate(xs, ys, { batchSize: 30 })),
    );
    const { rocAucScore, averagePrecisionScore } = expectedOf(labels, rows);
    expect(scores[0]).toBeCloseTo(rocAucScore, 6);
    expect(scores[1]).toBeCloseTo(averagePrecisionScore, 6);
    expect(() => epochMetrics.rocAucScore({ exact: true, bins: 64 })).toThrow(
      'rocAucScore: bins must not be given with exact, which keeps every output; received 64.',
    );
  });

  it('makes no evaluation wait inside deferMetrics, and tells the same scores', async () => {
    const { model, xs, ys, labels, rows } = setUp();
    const used = several();
    const all = Object.values(used);
    model.compile({ optimizer: tf.train.sgd(0), loss: 'categoricalCrossentropy', metrics: all });
    const waits = vi.spyOn(tf.Tensor.prototype, 'dataSync');
    const before = tf.memory().numTensors;
    // Twice: each counts its own.
    for (const batchSize of [30, 32]) {
      const evaluate = () => model.evaluate(xs, ys, { batchSize }) as tf.Scalar[];
      const { result, scores } = await epochMetrics.deferMetrics(all, evaluate);
      const expected = Object.values(expectedOf(labels, rows));
      for (const [i, name] of Object.keys(expectedOf(labels, rows)).entries()) {
        const score = scores[Object.keys(used).indexOf(name)]!;
        expect(Math.abs(score - expected[i]!), name).toBeLessThan(TOLERANCE[name] ?? 2e-6);
      }
      tf.dispose(result);
    }
    expect(waits).not.toHaveBeenCalled();
    waits.mockRestore();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is free again after an evaluation in deferMetrics that threw', async () => {
    const metric = epochMetrics.accuracyScore();
    const batch = () => metric(tf.tensor1d([1]), tf.tensor2d([[0.75]]));
    const failing = epochMetrics.deferMetrics([metric], () => {
      batch();
      throw new Error('enough');
    });
    await expect(failing).rejects.toThrow('enough');
    expect(batch().dataSync()[0]).toBe(1);
    expect(metric.result()).toBe(1);
    const wrong = epochMetrics.deferMetrics([epochMetrics.rocAucScore(), metric], () => {
      batch();
    });
    expect((await wrong).scores).toEqual([Number.NaN, 1]);
  });

  it('scores an evaluate after a fit from its own batches', async () => {
    const { model, xs, ys, labels, rows } = setUp();
    const f1 = epochMetrics.f1Score({ average: 'macro' });
    model.compile({ optimizer: tf.train.sgd(0), loss: 'categoricalCrossentropy', metrics: [f1] });
    await model.fit(tf.slice(xs, [0, 0], [40, 5]), tf.slice(ys, [0, 0], [40, CLASSES]), {
      verbose: 0,
      callbacks: epochMetrics.resetMetrics([f1]),
    });
    const [, score] = model.evaluate(xs, ys, { batchSize: 30 }) as tf.Scalar[];
    expect(score?.dataSync()[0]).toBeCloseTo(expectedOf(labels, rows).f1Score, 5);
  });

  it('counts each epoch on its own without validation data', async () => {
    const { model, xs, ys, labels, rows } = setUp();
    const f1 = epochMetrics.f1Score({ average: 'macro' });
    model.compile({ optimizer: tf.train.sgd(0), loss: 'categoricalCrossentropy', metrics: [f1] });
    const { history } = await model.fit(xs, ys, {
      epochs: 3,
      batchSize: 16,
      verbose: 0,
      callbacks: epochMetrics.resetMetrics([f1]),
    });
    const value = expectedOf(labels, rows).f1Score;
    for (const logged of history.f1Score as number[]) expect(logged).toBeCloseTo(value, 5);
    expect(f1.result()).toBeCloseTo(value, 12);
  });

  it('scores evaluate, and a single sigmoid output as two classes', async () => {
    const { model, xs, ys, labels, rows } = setUp(1);
    const used = [epochMetrics.f1Score(), epochMetrics.rocAucScore(), epochMetrics.logLoss()];
    model.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy', metrics: used });
    const [, f1, auc, loss] = model.evaluate(xs, ys, { batchSize: 30 }) as tf.Scalar[];
    const guess = Array.from(rows.data, (p) => Number(p > 0.5));
    expect(f1?.dataSync()[0]).toBeCloseTo(metrics.f1Score(labels, guess), 5);
    expect(auc?.dataSync()[0]).toBeCloseTo(metrics.rocAucScore(labels, rows.data), 2);
    expect(loss?.dataSync()[0]).toBeCloseTo(metrics.logLoss(labels, rows.data), 5);
  });

  it('takes class indices as targets', () => {
    const metric = epochMetrics.accuracyScore();
    const proba = tf.tensor2d([
      [0.2, 0.7, 0.1],
      [0.6, 0.3, 0.1],
    ]);
    metric(tf.tensor2d([[1], [2]]), proba);
    expect(metric.result()).toBe(0.5);
    metric(tf.tensor1d([1, 0]), proba);
    expect(metric.result()).toBe(0.75);
    metric.reset();
    expect(() => metric(tf.zeros([2, 4]), proba)).toThrow(
      /accuracyScore: yTrue must be class indices/,
    );
  });

  it('leaves no tensor behind but the one it returns', () => {
    const metric = epochMetrics.f1Score({ average: 'macro' });
    const proba = tf.tensor2d([
      [0.2, 0.7, 0.1],
      [0.6, 0.3, 0.1],
    ]);
    const labels = tf.tensor1d([1, 0]);
    const before = tf.memory().numTensors;
    metric(labels, proba).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes sample weights from a loop that has them', () => {
    const { ys, labels, rows } = setUp();
    const weights = labels.map((_, i) => ((i * 5) % 7) + 0.5);
    const options = { sampleWeight: weights };
    const guess = metrics.classIndices(rows);
    const output = tf.tensor2d(rows.data, rows.shape);
    const f1 = epochMetrics.f1Score({ average: 'macro' });
    const loss = epochMetrics.logLoss();
    for (const metric of [f1, loss]) {
      for (const [from, size] of [
        [0, 60],
        [60, 40],
      ] as const) {
        metric(
          tf.slice(ys, [from, 0], [size, CLASSES]),
          tf.slice(output, [from, 0], [size, CLASSES]),
          tf.tensor1d(weights.slice(from, from + size)),
        );
      }
    }
    expect(f1.result()).toBeCloseTo(
      metrics.f1Score(labels, guess, { ...options, average: 'macro' }),
      12,
    );
    expect(loss.result()).toBeCloseTo(metrics.logLoss(labels, rows, options), 12);
    expect(() => f1(ys, output, tf.tensor1d([1, 2]))).toThrow(
      /sampleWeight must have one entry a sample, 100; received 2/,
    );
  });

  it('scores several labels a sample', async () => {
    const model = tfl.sequential();
    const init = tfl.initializers.randomNormal({ seed: 9, stddev: 1 });
    model.add(
      tfl.layers.dense({
        ...{ units: 3, activation: 'sigmoid', inputShape: [5], kernelInitializer: init },
      }),
    );
    const xs = tf.randomNormal<tf.Rank.R2>([90, 5], 0, 1, 'float32', 11);
    const rows = Array.from({ length: 90 }, (_, i) => [i % 2, Number(i % 3 === 0), (i >> 2) % 2]);
    const proba = (model.predict(xs) as tf.Tensor2D).arraySync();
    const given = proba.map((row) => row.map((p) => Number(p > 0.4)));
    const options = { multilabel: true, threshold: 0.4 };
    const used = {
      accuracyScore: epochMetrics.accuracyScore(options),
      zeroOneLoss: epochMetrics.zeroOneLoss(options),
      hammingLoss: epochMetrics.hammingLoss(options),
      precisionScore: epochMetrics.precisionScore({ ...options, average: 'macro' }),
      recallScore: epochMetrics.recallScore({ ...options, average: 'samples', zeroDivision: 0 }),
      f1Score: epochMetrics.f1Score({ ...options, average: 'micro' }),
      jaccardScore: epochMetrics.jaccardScore({ ...options, average: 'weighted' }),
      rocAucScore: epochMetrics.rocAucScore({ multilabel: true }),
      averagePrecisionScore: epochMetrics.averagePrecisionScore({
        ...{ multilabel: true, average: 'micro' },
      }),
    };
    const expected = {
      accuracyScore: metrics.accuracyScore(rows, given),
      zeroOneLoss: metrics.zeroOneLoss(rows, given),
      hammingLoss: metrics.hammingLoss(rows, given),
      precisionScore: metrics.precisionScore(rows, given, { average: 'macro' }),
      recallScore: metrics.recallScore(rows, given, { average: 'samples', zeroDivision: 0 }),
      f1Score: metrics.f1Score(rows, given, { average: 'micro' }),
      jaccardScore: metrics.jaccardScore(rows, given, { average: 'weighted' }),
      rocAucScore: metrics.rocAucScore(rows, proba),
      averagePrecisionScore: metrics.averagePrecisionScore(rows, proba, { average: 'micro' }),
    };
    model.compile({
      optimizer: tf.train.sgd(0),
      loss: 'binaryCrossentropy',
      metrics: Object.values(used),
    });
    const { history } = await model.fit(xs, tf.tensor2d(rows), {
      ...{ epochs: 1, batchSize: 32, verbose: 0 },
      callbacks: epochMetrics.resetMetrics(Object.values(used)),
    });
    for (const [name, value] of Object.entries(expected)) {
      const off = Math.abs((history[name]?.[0] as number) - value);
      expect(off, name).toBeLessThan(TOLERANCE[name] ?? 1e-12);
    }
    expect(() => used.f1Score(tf.tensor1d([0, 1]), tf.zeros([2, 3]))).toThrow(
      /f1Score: yTrue must be rows of 0 and 1 and yPred \[batch, classes\]; received shapes/,
    );
  });
});

describe('a batch that weighs nothing', () => {
  const rows = [
    [0, 1],
    [1, 0],
  ];
  const outputs = [
    [0.25, 0.75],
    [0.25, 0.75],
  ];
  const made: Record<string, () => epochMetrics.EpochMetric> = {
    f1Score: epochMetrics.f1Score,
    accuracyScore: epochMetrics.accuracyScore,
    logLoss: epochMetrics.logLoss,
    expectedCalibrationError: epochMetrics.expectedCalibrationError,
    rocAucScore: epochMetrics.rocAucScore,
    averagePrecisionScore: epochMetrics.averagePrecisionScore,
    'f1Score of several labels': () => epochMetrics.f1Score({ average: 'micro', multilabel: true }),
    'rocAucScore of several labels': () => epochMetrics.rocAucScore({ multilabel: true }),
  };
  for (const [name, make] of Object.entries(made)) {
    it(`changes no ${name}, and alone it has none`, () => {
      const [some, none] = [make(), make()];
      const add = (metric: epochMetrics.EpochMetric, weights: number[], flip = false) => {
        const targets = flip ? rows.toReversed() : rows;
        metric(tf.tensor2d(targets), tf.tensor2d(outputs), tf.tensor1d(weights));
      };
      add(none, [0, 0]);
      expect(none.result()).toBeNaN();
      add(some, [1, 2]);
      const before = some.result();
      add(some, [0, 0], true);
      expect(some.result()).toBe(before);
      expect(before).not.toBeNaN();
    });
  }
});

describe('the callback, called as a loop of passes calls it', () => {
  const right = () => tf.tensor1d([1]);
  const output = () => tf.tensor2d([[0.75]]);

  it('writes scores into the logs of an evaluation, and of an epoch around one', async () => {
    const metric = epochMetrics.accuracyScore();
    const callback = epochMetrics.resetMetrics([metric]);
    const alone = { accuracy_score: 0 };
    await callback.onTestBegin();
    metric(right(), output());
    await callback.onTestEnd(alone);
    expect(alone).toEqual({ accuracy_score: 1 });
    expect(metric.result()).toBe(1);

    await callback.onEpochBegin();
    metric(tf.tensor1d([0]), output());
    await callback.onTestBegin();
    metric(right(), output());
    const test = { accuracy_score: 0 };
    await callback.onTestEnd(test);
    const logs = { accuracy_score: 0, val_accuracy_score: 0 };
    await callback.onEpochEnd(0, logs);
    expect(test).toEqual({ accuracy_score: 1 });
    expect(logs).toEqual({ accuracy_score: 0, val_accuracy_score: 1 });
    expect(metric.result()).toBe(0);
  });

  it('writes two metrics of one name under the two names that a loop gives them', async () => {
    const [plain, weighted] = [epochMetrics.accuracyScore(), epochMetrics.accuracyScore()];
    const callback = epochMetrics.resetMetrics([plain, weighted]);
    await callback.onEpochBegin();
    for (const metric of [plain, weighted]) {
      const weights = metric === weighted ? tf.tensor1d([1, 3]) : undefined;
      metric(tf.tensor1d([1, 0]), tf.tensor2d([[0.75], [0.75]]), weights);
    }
    const logs = { weighted_accuracy_score: 0, accuracy_score: 0 };
    await callback.onEpochEnd(0, logs);
    expect(logs).toEqual({ accuracy_score: 0.5, weighted_accuracy_score: 0.25 });
  });

  it('tells of batches that cannot be counted, and of metrics that nobody logs', async () => {
    const metric = epochMetrics.rocAucScore();
    const callback = epochMetrics.resetMetrics([metric]);
    const before = tf.memory().numTensors;
    await callback.onEpochBegin();
    tf.tidy(() => void metric(tf.tensor1d([5]), output()));
    await expect(callback.onEpochEnd(0, { rocAucScore: 0 })).rejects.toThrow(
      /rocAucScore: yTrue must hold class indices below 2; received 5/,
    );
    expect(tf.memory().numTensors).toBe(before);
    await callback.onEpochBegin();
    await expect(callback.onEpochEnd(0, { loss: 1 })).rejects.toThrow(
      /metrics must be among those of compile; received rocAucScore, logged were loss/,
    );
  });
});

describe('called behind a step of training', () => {
  const [right, wrong] = [() => tf.tensor1d([1]), () => tf.tensor1d([0])];
  const output = () => tf.tensor2d([[0.75]]);

  it('gives what a call within the step gives, and an evaluation begins a pass', () => {
    const metric = epochMetrics.accuracyScore();
    const shown = [wrong(), right()].map((y) => metric.afterStep(y, output()).dataSync()[0]);
    expect(shown).toEqual([0, 1]);
    expect(metric.result()).toBe(0.5);
    metric(right(), output());
    expect(metric.result()).toBe(1);
    metric.afterStep(wrong(), output(), tf.tensor1d([2]));
    expect(metric.result()).toBe(0);
  });

  it('keeps the passes of an epoch apart, where batches are read later', async () => {
    const metric = epochMetrics.accuracyScore();
    metric.defer('training');
    expect(metric.afterStep(wrong(), output()).dataSync()[0]).toBe(0);
    metric.afterStep(right(), output());
    metric(right(), output());
    expect(await metric.settle()).toEqual({ training: 0.5, evaluation: 1 });
  });
});

describe('a pass whose batches are read later', () => {
  const step = (metric: epochMetrics.EpochMetric, right: boolean, n = 1) =>
    tf.tidy(() => void metric(tf.fill([n], right ? 1 : 0), tf.fill([n, 1], 0.75)));

  it('reads sixteen at once, and the rest in the end', async () => {
    const metric = epochMetrics.accuracyScore();
    const data = vi.spyOn(tf.Tensor.prototype, 'data');
    metric.defer('training');
    const read: number[] = [];
    for (let i = 0; i < 40; i++) {
      step(metric, i < 10);
      read.push(data.mock.calls.length);
    }
    // Targets and outputs of each batch.
    expect(read).toEqual([...Array(15).fill(0), ...Array(16).fill(32), ...Array(9).fill(64)]);
    expect(await metric.settle()).toEqual({ training: 0.25, evaluation: undefined });
    expect(data).toHaveBeenCalledTimes(80);
    data.mockRestore();
  });

  it('reads large batches sooner, so that few are kept', async () => {
    const metric = epochMetrics.accuracyScore();
    const data = vi.spyOn(tf.Tensor.prototype, 'data');
    metric.defer('evaluation');
    for (let i = 0; i < 6; i++) step(metric, i > 0, 1 << 17);
    expect(data).toHaveBeenCalledTimes(12);
    expect(await metric.settle()).toEqual({ training: undefined, evaluation: 5 / 6 });
    data.mockRestore();
  });

  it('lets go of what nobody will count', async () => {
    const { numTensors } = tf.memory();
    for (const end of ['reset', 'defer'] as const) {
      const metric = epochMetrics.accuracyScore();
      metric.defer('training');
      step(metric, false);
      expect(tf.memory().numTensors).toBe(numTensors + 2);
      metric[end]('training');
      expect(tf.memory().numTensors).toBe(numTensors);
      step(metric, true);
      expect(await metric.settle()).toEqual(
        end === 'defer'
          ? { training: 1, evaluation: undefined }
          : { training: undefined, evaluation: undefined },
      );
      expect(metric.result()).toBe(1);
      expect(tf.memory().numTensors).toBe(numTensors);
    }
  });
});
