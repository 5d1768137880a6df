import { RandomState } from '@cnnkit/random';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Callback, Logs, TrainingContext } from '../callback.js';
import { yieldToEventLoop } from '../internal/yield-to-event-loop.js';
import { type BatchSource, batchSource, targetsOf } from './batch-source.js';
import { CallbackList } from './callback-list.js';
import { compiledModel } from './compiled-model.js';
import type { ScaleOptions, TrainingData } from './data.js';
import { DropoutSeeds } from './dropout-seeds.js';
import { evaluateSource } from './evaluate.js';
import { type History, HistoryRecorder, type Interruption } from './history.js';
import { type Objective, objectiveOf } from './objective.js';
import { RunningMeans } from './running-means.js';
import { trainStep } from './train-step.js';
import { createTrainingContext } from './training-context.js';

/** Options of {@link fit}, under Keras's names in camelCase. */
export interface FitOptions extends ScaleOptions {
  /** Number of the last epoch, exclusive. Default: 1. With 0 the model stays as it is and the history is empty. */
  readonly epochs?: number;
  /** Samples in a step; more than there are means one step with all. Default: 32. */
  readonly batchSize?: number;
  /** Evaluated after each epoch, and logged as `val_*`. */
  readonly validationData?: TrainingData;
  /** Share of the data, from its end and before shuffling, that validates instead. In [0, 1). Default: 0. */
  readonly validationSplit?: number;
  /** Samples in a batch of the validation. Default: `batchSize`. */
  readonly validationBatchSize?: number;
  /** Validate every so many epochs. Default: 1. */
  readonly validationFreq?: number;
  /** Another order in each epoch. Default: true. */
  readonly shuffle?: boolean;
  /** Decides order and dropout, whole and below 2³². The same seed gives the same run. Default: 0. */
  readonly seed?: number;
  /** Called in this order. Default: none. */
  readonly callbacks?: readonly Callback[];
  /** First epoch to train, to go on with an earlier run. Default: 0. */
  readonly initialEpoch?: number;
  /** Ends the run after the current batch; what is trained stays, and `history.interrupted` says so. */
  readonly signal?: AbortSignal;
}

/**
 * Trains a compiled model, with Keras's semantics of epochs, logs, validation and callbacks.
 *
 * Images stay bytes until their batch, so 60,000 of MNIST take 47 MB and one buffer. Loss and
 * metrics are read from the device only when a callback wants them, at most once a batch.
 *
 * A class that no sample has is no error: the model learns never to predict it. A last batch may
 * be smaller. Any tf.Optimizer will do; those of this package follow Keras's formulas.
 *
 * @param model - One input, one output; compiled. Weights change in place.
 * @param data - Images in bytes with class labels, or arrays of numbers. Borrowed, unchanged.
 * @returns the values of each epoch, plain data
 * @throws RangeError if data, labels, model and options do not fit, or a value is not finite;
 *   then nothing has been trained
 * @example
 * ```ts
 * model.compile({ optimizer: new Adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
 * const { history } = await fit(model, train, { epochs: 5, batchSize: 64, validationSplit: 0.1 });
 * history.val_accuracy; // five numbers
 * ```
 */
export async function fit(
  model: LayersModel,
  data: TrainingData,
  options: FitOptions = {},
): Promise<History> {
  const run = prepare(model, data, options);
  const guard = compiledModel(model) as unknown as { isTraining: boolean };
  if (guard.isTraining) {
    throw new Error('fit: model must not be in training already; await the first run.');
  }
  guard.isTraining = true;
  const dropout = new DropoutSeeds(model, run.seed);
  try {
    return await train(run, dropout);
  } finally {
    dropout.restore();
    guard.isTraining = false;
  }
}

interface Run {
  readonly model: LayersModel;
  readonly source: BatchSource;
  readonly objective: Objective;
  readonly samples: Int32Array;
  readonly validation:
    | Omit<Parameters<typeof evaluateSource>[0], 'callbacks' | 'signal'>
    | undefined;
  readonly context: TrainingContext;
  readonly recorder: HistoryRecorder;
  readonly callbacks: CallbackList;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly initialEpoch: number;
  readonly validationFreq: number;
  readonly signal: AbortSignal | undefined;
}

function prepare(model: LayersModel, data: TrainingData, options: FitOptions): Run {
  const { epochs = 1, batchSize = 32, validationSplit = 0, shuffle = true, seed = 0 } = options;
  const { initialEpoch = 0, validationFreq = 1, callbacks = [], signal } = options;
  requireWhole('epochs', epochs, 0);
  requireWhole('initialEpoch', initialEpoch, 0);
  requireWhole('validationFreq', validationFreq, 1);
  requireWhole('seed', seed, 0);
  const source = batchSource('fit', model, data, batchSize, options);
  const objective = objectiveOf('fit', model, targetsOf('fit', data));
  const kept = splitCount(source.count, validationSplit, options.validationData !== undefined);
  const steps = Math.ceil(kept / batchSize);
  const context = createTrainingContext(model, { epochs, steps, batchSize, samples: kept });
  const recorder = new HistoryRecorder();
  return {
    model,
    source,
    objective,
    samples: range(0, kept),
    validation: validationOf(model, options, { source, objective, kept, batchSize }),
    context,
    recorder,
    callbacks: new CallbackList([...callbacks, recorder], context),
    seed,
    shuffle,
    initialEpoch,
    validationFreq,
    signal,
  };
}

function validationOf(
  model: LayersModel,
  options: FitOptions,
  training: { source: BatchSource; objective: Objective; kept: number; batchSize: number },
): Run['validation'] {
  const { validationData } = options;
  const { source, objective, kept } = training;
  const batchSize = options.validationBatchSize ?? training.batchSize;
  if (validationData !== undefined) {
    const validation = batchSource(
      'fit: validationData',
      model,
      validationData,
      batchSize,
      options,
    );
    const targets = targetsOf('fit: validationData', validationData);
    return {
      source: validation,
      objective: objectiveOf('fit: validationData', model, targets),
      order: range(0, validation.count),
      batchSize,
    };
  }
  if (kept === source.count) return undefined;
  const order = range(kept, source.count);
  if (batchSize <= training.batchSize) return { source, objective, order, batchSize };
  // The training source's buffer is too small for larger batches.
  throw new RangeError(
    `fit: validationBatchSize must be at most batchSize (${training.batchSize}) with validationSplit; received ${batchSize}.`,
  );
}

async function train(run: Run, dropout: DropoutSeeds): Promise<History> {
  const { model, context, callbacks, recorder, signal } = run;
  const { epochs } = context.params;
  let logs: Logs = {};
  let interrupted: Interruption | undefined;
  await callbacks.onTrainBegin();
  for (let epoch = run.initialEpoch; epoch < epochs; epoch++) {
    if (signal?.aborted) interrupted = { epoch, batches: 0, logs: {} };
    if (interrupted !== undefined) break;
    await callbacks.onEpochBegin(epoch);
    const trained = await trainEpoch(run, dropout, epoch);
    interrupted = trained.interrupted;
    if (interrupted !== undefined) break;
    logs = trained.logs;
    if (run.validation !== undefined && (epoch + 1) % run.validationFreq === 0) {
      const validation = await evaluateUnlessAborted(run, run.validation);
      if (validation === undefined) {
        interrupted = { epoch, batches: context.params.steps, logs };
        break;
      }
      for (const [key, value] of Object.entries(validation)) logs[`val_${key}`] = value;
    }
    await callbacks.onEpochEnd(epoch, logs);
    if (context.stopTraining) break;
  }
  const optimizer = model.optimizer as { finalizeVariableValues?(): void };
  if (epochs > 0) optimizer.finalizeVariableValues?.();
  await callbacks.onTrainEnd(logs);
  return recorder.toHistory(interrupted);
}

async function trainEpoch(
  run: Run,
  dropout: DropoutSeeds,
  epoch: number,
): Promise<{ logs: Logs; interrupted: Interruption | undefined }> {
  const { model, source, objective, context, callbacks, signal } = run;
  const { batchSize, steps } = context.params;
  const order = run.shuffle ? epochOrder(run.samples, run.seed, epoch) : run.samples;
  const means = new RunningMeans(objective.names);
  try {
    let yieldedAt = Date.now();
    for (let batch = 0; batch < steps; batch++) {
      await callbacks.onTrainBatchBegin(batch);
      const start = batch * batchSize;
      const end = Math.min(start + batchSize, order.length);
      dropout.set(epoch * steps + batch);
      const values = trainStep(model, model.optimizer, objective, source, order, start, end);
      means.add(values, end - start);
      const wanted = callbacks.needsBatchLogs(batch);
      if (wanted || means.full) await means.flush();
      await callbacks.onTrainBatchEnd(batch, wanted ? means.logs() : {});
      if (Date.now() - yieldedAt > 20) {
        await yieldToEventLoop();
        yieldedAt = Date.now();
      }
      if (context.stopTraining) break;
      if (signal?.aborted && batch + 1 < steps) {
        await means.flush();
        const logs = means.logs();
        return { logs, interrupted: { epoch, batches: batch + 1, logs } };
      }
    }
    await means.flush();
    return { logs: means.logs(), interrupted: undefined };
  } finally {
    means.dispose();
  }
}

async function evaluateUnlessAborted(
  { callbacks, signal }: Run,
  validation: NonNullable<Run['validation']>,
): Promise<Logs | undefined> {
  try {
    return await evaluateSource({ ...validation, callbacks, signal });
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}

/** The order of one epoch, from seed and epoch alone, so that any epoch can be run again. */
export function epochOrder(samples: Int32Array, seed: number, epoch: number): Int32Array {
  const order = samples.slice();
  new RandomState([seed, epoch]).shuffle(order);
  return order;
}

function splitCount(count: number, validationSplit: number, hasData: boolean): number {
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw new RangeError(`fit: validationSplit must lie in [0, 1); received ${validationSplit}.`);
  }
  // Given both, Keras takes the data and does not split.
  if (validationSplit === 0 || hasData) return count;
  const kept = Math.floor(count * (1 - validationSplit));
  if (kept === 0 || kept === count) {
    throw new RangeError(
      `fit: validationSplit ${validationSplit} of ${count} samples leaves ${kept} to train and ${count - kept} to validate; both need one.`,
    );
  }
  return kept;
}

function range(start: number, end: number): Int32Array {
  return Int32Array.from({ length: end - start }, (_, i) => start + i);
}

function requireWhole(key: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min) {
    throw new RangeError(
      `fit: ${key} must be a whole number of at least ${min}; received ${value}.`,
    );
  }
}
