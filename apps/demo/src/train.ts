import { join } from 'node:path';
import type { ImageDataset } from '@cnnkit/datasets';
import { createModel, type ModelName, modelSummary } from '@cnnkit/models';
import {
  cosineDecay,
  createOptimizer,
  EarlyStopping,
  evaluate,
  fit,
  type History,
  type Predictions,
  predict,
  progressBar,
} from '@cnnkit/training';
import { TensorBoard } from '@cnnkit/training/tensorboard';
import { nodeLogs } from '@cnnkit/training/tensorboard/node';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { DemoData } from './load-data.js';
import type { DemoOptions } from './options.js';

/** What training and testing gave. */
export interface TrainingResult {
  readonly model: LayersModel;
  readonly history: History;
  readonly trainingMs: number;
  /** Training images a second, validation left out of the images but not of the time. */
  readonly samplesPerSecond: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** Test images x classes. */
  readonly probabilities: Predictions;
}

export interface TrainingHooks {
  readonly folder: string;
  readonly print: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Builds and compiles the model that the options name, for the shape of the data. */
export function buildModel(options: DemoOptions, data: ImageDataset): LayersModel {
  const [, height, width, channels] = data.shape;
  const model = createModel(options.model as ModelName, {
    inputShape: [height, width, channels],
    classes: data.classNames.length,
    seed: options.seed,
  });
  // Down a half cosine to 0 over the run: the last steps settle, and a few epochs are enough.
  const batches = Math.ceil((data.shape[0] * (1 - options.validationSplit)) / options.batchSize);
  const initialLearningRate =
    options.learningRate ?? createOptimizer(options.optimizer).learningRate;
  const learningRate = cosineDecay({
    initialLearningRate,
    decaySteps: Math.max(1, batches * options.epochs),
  });
  model.compile({
    optimizer: createOptimizer(options.optimizer, { learningRate }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return model;
}

/**
 * Trains and tests. An abort ends the training after the step at work; what is trained so far is
 * tested and returned like a whole run.
 */
export async function train(
  model: LayersModel,
  data: DemoData,
  options: DemoOptions,
  { folder, print, signal }: TrainingHooks,
): Promise<TrainingResult> {
  print(`${modelSummary(model)}\n`);
  const validated = options.validationSplit > 0;
  const start = performance.now();
  const history = await fit(model, data.train, {
    epochs: options.epochs,
    batchSize: options.batchSize,
    validationSplit: options.validationSplit,
    seed: options.seed,
    signal,
    callbacks: [
      progressBar({
        write: (text) => process.stdout.write(text),
        dynamic: process.stdout.isTTY,
        columns: process.stdout.columns ?? 100,
      }),
      new TensorBoard(nodeLogs(join(folder, 'logs'))),
      // The weights of the best epoch are kept; five epochs are too few to stop early.
      ...(validated
        ? [
            new EarlyStopping({
              monitor: 'val_loss',
              patience: options.epochs,
              restoreBestWeights: true,
            }),
          ]
        : []),
    ],
  });
  const trainingMs = performance.now() - start;
  const trained =
    Math.round(data.train.shape[0] * (1 - options.validationSplit)) * history.epoch.length;

  const test = await evaluate(model, data.test, { batchSize: 256 });
  const probabilities = await predict(model, data.test, { batchSize: 256 });
  return {
    model,
    history,
    trainingMs,
    samplesPerSecond: (trained * 1000) / trainingMs,
    testLoss: test.loss ?? Number.NaN,
    testAccuracy: test.accuracy ?? Number.NaN,
    probabilities,
  };
}
