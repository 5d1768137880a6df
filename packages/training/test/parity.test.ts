import { useBackend } from '@cnnkit/backend';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Callback, createOptimizer, fit, predict, type TrainingData } from '../src/index.js';
import { parityFiles, readFixture } from './support/fixtures.js';
import { parityModel } from './support/parity-models.js';
import { firstTrainingImages, noRealData, skippedWithoutData } from './support/real-data.js';

interface ParityRun {
  model: string;
  optimizer: string;
  config: Record<string, unknown>;
  data: string;
  batch: number;
  steps: number;
  initial: { shape: number[]; sum: number; first5: number[] }[];
  float32: { before: number[][]; loss: number[]; accuracy: number[]; final: Summary[] };
  noise: { lossByStep: number[]; finalSum: number[]; finalSumOfSquares: number[] };
}

/** What the fixtures keep of a weight after the last step. */
interface Summary {
  sum: number;
  sumOfSquares: number;
}

interface OptimizerRun {
  model: string;
  optimizer: string;
  config: Record<string, unknown>;
  data: string;
  batch: number;
  labelSmoothing: number;
  loss: number[];
  largestLossGapToFloat64: number;
}

interface Trained {
  before: Float32Array;
  first5: number[][];
  loss: number[];
  accuracy: number[];
  final: Summary[];
  /** How many of `final` are of weights that are trained; batch normalisation's moving ones follow. */
  trainable: number;
}

/** Trains as the fixtures' scripts do: one pass in order; the loss of each step before its update. */
async function train(
  run: Omit<OptimizerRun, 'loss' | 'largestLossGapToFloat64'>,
  steps: number,
): Promise<Trained> {
  const images = firstTrainingImages(run.data, steps * run.batch);
  const model = parityModel(run.model);
  // "adam amsgrad", "rmsprop centered momentum": the config says the rest.
  const [name = ''] = run.optimizer.split(' ');
  const optimizer = createOptimizer(name, run.config);
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const first5 = model.getWeights().map((weight) => [...weight.dataSync().slice(0, 5)]);
  const first = { images: images.images.subarray(0, 4 * 784), shape: [4, 28, 28, 1] as const };
  const { data: before } = await predict(model, first);
  const loss: number[] = [];
  const accuracy: number[] = [];
  let [lossSum, hits] = [0, 0];
  const record: Callback = {
    onTrainBatchEnd: (batch, logs) => {
      loss.push(logs.loss! * (batch + 1) - lossSum);
      accuracy.push(logs.accuracy! * (batch + 1) - hits);
      lossSum = logs.loss! * (batch + 1);
      hits = logs.accuracy! * (batch + 1);
    },
  };
  const data = run.labelSmoothing > 0 ? smoothed(images, run.labelSmoothing) : images;
  await fit(model, data, { batchSize: run.batch, shuffle: false, callbacks: [record] });
  const final = model.getWeights().map((weight) => summarize(weight.dataSync()));
  const trainable = model.trainableWeights.length;
  optimizer.dispose();
  model.dispose();
  return { before, first5, loss, accuracy, final, trainable };
}

function summarize(weight: ArrayLike<number>): Summary {
  const values = Float64Array.from(weight);
  const sum = values.reduce((total, value) => total + value, 0);
  return { sum, sumOfSquares: values.reduce((total, value) => total + value * value, 0) };
}

function smoothed(images: ReturnType<typeof firstTrainingImages>, smoothing: number): TrainingData {
  const ys = new Float32Array(images.labels.length * 10).fill(smoothing / 10);
  for (const [i, label] of images.labels.entries())
    ys[10 * i + label] = 1 - smoothing + smoothing / 10;
  return { xs: Float32Array.from(images.images, (byte) => byte / 255), shape: images.shape, ys };
}

describe.skipIf(noRealData !== undefined)(
  `20 steps from known weights${skippedWithoutData}`,
  () => {
    beforeAll(async () => {
      await useBackend({ backend: 'cnnkit' });
    });

    it.each(parityFiles())(
      '%s: each loss equals Keras’s within what float32 itself strays',
      async (file) => {
        const run = readFixture<ParityRun>(`parity/${file}`);
        const tensors = tf.memory().numTensors;
        const { before, first5, loss, accuracy, final, trainable } = await train(
          { ...run, labelSmoothing: 0 },
          run.steps,
        );
        run.initial.forEach((initial, v) => {
          initial.first5.forEach((w, i) => void expect(first5[v]![i]).toBe(w));
        });
        run.float32.before.flat().forEach((p, i) => void expect(before[i]).toBeCloseTo(p, 5));
        expect(loss).toHaveLength(run.float32.loss.length);
        let noise = 0;
        run.float32.loss.forEach((expected, t) => {
          noise = Math.max(noise, run.noise.lossByStep[t]!);
          const gap = Math.abs(loss[t]! - expected);
          expect(gap, `step ${t}`).toBeLessThanOrEqual(Math.max(1e-5, 3 * noise));
        });
        expect(accuracy[0]).toBeCloseTo(run.float32.accuracy[0]!, 6);
        // Batch normalisation's moving means and variances, which no loss of training depends on.
        for (const [v, { sum, sumOfSquares }] of final.entries()) {
          if (v < trainable) continue;
          const expected = run.float32.final[v]!;
          const { finalSum, finalSumOfSquares } = run.noise;
          const bound = (of: number, noise: number) => Math.max(1e-5 * Math.max(1, of), 3 * noise);
          expect(Math.abs(sum - expected.sum), `weight ${v}`).toBeLessThanOrEqual(
            bound(Math.abs(expected.sum), finalSum[v]!),
          );
          expect(Math.abs(sumOfSquares - expected.sumOfSquares), `weight ${v}`).toBeLessThanOrEqual(
            bound(expected.sumOfSquares, finalSumOfSquares[v]!),
          );
        }
        expect(tf.memory().numTensors).toBe(tensors);
      },
    );

    const runs = readFixture<OptimizerRun[]>('parity_optimizers.json');
    it.each(runs)(
      'model $model with $optimizer, label smoothing $labelSmoothing: each loss equals Keras’s',
      async (run) => {
        const { loss } = await train(run, run.loss.length);
        expect(loss).toHaveLength(run.loss.length);
        run.loss.forEach((expected, t) => {
          const gap = Math.abs(loss[t]! - expected);
          expect(gap, `step ${t}`).toBeLessThanOrEqual(
            Math.max(1e-5, 3 * run.largestLossGapToFloat64),
          );
        });
      },
    );
  },
);
