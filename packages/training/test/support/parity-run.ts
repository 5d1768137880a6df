import { RandomState } from '@cnnkit/random';
import type { ImageData } from '../../src/fit/data.js';
import {
  type Callback,
  createOptimizer,
  fit,
  predict,
  type TrainingData,
} from '../../src/index.js';
import { parityModel } from './parity-models.js';
import { firstTrainingImages } from './real-data.js';

/** A run of Keras's from known weights: what float32 and float64 gave. */
export interface ParityRun {
  model: string;
  optimizer: string;
  config: Record<string, unknown>;
  data: string;
  batch: number;
  steps: number;
  initial: { shape: number[]; sum: number; first5: number[] }[];
  float32: { before: number[][]; loss: number[]; accuracy: number[]; final: Summary[] };
  float64: { loss: number[] };
  noise: { lossByStep: number[]; finalSum: number[]; finalSumOfSquares: number[] };
}

/** How far each step's loss may be from Keras's: fixtures/keras/README.md has why. */
export function lossBounds({ noise }: ParityRun): number[] {
  let largest = 0;
  return noise.lossByStep.map((gap) => {
    largest = Math.max(largest, gap);
    return Math.max(1e-5, 3 * largest);
  });
}

/** What the fixtures keep of a weight after the last step. */
interface Summary {
  sum: number;
  sumOfSquares: number;
}

/** A shorter one, of an optimizer's options. */
export interface OptimizerRun {
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

/**
 * Trains as the fixtures' scripts do: one pass in order; the loss of each step before its update.
 *
 * @param order Above 0: of another order of the images within each batch, which changes nothing but roundings.
 */
export async function train(
  run: Omit<OptimizerRun, 'loss' | 'largestLossGapToFloat64'>,
  steps: number,
  order = 0,
): Promise<Trained> {
  const inOrder = firstTrainingImages(run.data, steps * run.batch);
  const images = order === 0 ? inOrder : reordered(inOrder, run.batch, order);
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

function reordered(data: ImageData, batch: number, seed: number): ImageData {
  const pixels = 784;
  const random = new RandomState(seed);
  const images = data.images.slice();
  const labels = data.labels.slice();
  for (let first = 0; first < labels.length; first += batch) {
    for (const [i, from] of random.permutation(Math.min(batch, labels.length - first)).entries()) {
      const at = (first + from) * pixels;
      images.set(data.images.subarray(at, at + pixels), (first + i) * pixels);
      labels[first + i] = data.labels[first + from]!;
    }
  }
  return { ...data, images, labels };
}
