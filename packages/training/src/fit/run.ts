import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Callback, TrainingContext } from '../callback.js';
import type { Backup } from './backup.js';
import { CallbackList } from './callback-list.js';
import type { BatchRequest, GeneratedData, TrainingData } from './data.js';
import { gatheredEpochs, type OpenEpoch } from './epoch-batches.js';
import type { evaluateSource } from './evaluate.js';
import type { FitOptions } from './fit.js';
import { HistoryRecorder } from './history.js';
import { labelledSource } from './labelled-source.js';
import { madeEpochs } from './made-epochs.js';
import { type Objective, objectiveOf } from './objective.js';
import { createTrainingContext } from './training-context.js';
import { checkClassWeight, trainingWeights } from './weights.js';

/** Everything a run needs, checked. */
export interface Run {
  readonly model: LayersModel;
  readonly objective: Objective;
  readonly open: OpenEpoch;
  readonly validation:
    | Omit<Parameters<typeof evaluateSource>[0], 'callbacks' | 'signal'>
    | undefined;
  readonly context: TrainingContext;
  readonly recorder: HistoryRecorder;
  readonly callbacks: CallbackList;
  /** What is in the list, the recorder last. */
  readonly all: readonly Callback[];
  readonly seed: number;
  readonly shuffle: boolean;
  readonly initialEpoch: number;
  readonly validationFreq: number;
  readonly signal: AbortSignal | undefined;
  readonly backup: Backup | undefined;
}

/** Checks data, model and options against each other; nothing is trained yet. */
export function prepare(
  model: LayersModel,
  data: TrainingData | GeneratedData,
  options: FitOptions,
): Run {
  const { epochs = 1, batchSize = 32, shuffle = true, seed = 0, classWeight } = options;
  const { initialEpoch = 0, validationFreq = 1, callbacks = [], signal, backup } = options;
  const all = [...callbacks, new HistoryRecorder()];
  requireWhole('epochs', epochs, 0);
  requireWhole('batchSize', batchSize, 1);
  requireWhole('initialEpoch', initialEpoch, 0);
  requireWhole('validationFreq', validationFreq, 1);
  requireWhole('seed', seed, 0);
  const objective = objectiveOf('fit', model, options.weightedMetrics);
  checkClassWeight('fit', classWeight, Math.max(2, model.outputs[0]?.shape.at(-1) ?? 1));
  const training = { model, options, objective, batchSize, request: { batchSize, seed, shuffle } };
  const { kept, open, validation } =
    // Object(): what JavaScript may pass is refused further on, by a message that helps.
    'batches' in Object(data)
      ? generated(data as GeneratedData, training)
      : inMemory(data as TrainingData, training);
  const steps = Math.ceil(kept / batchSize);
  const context = createTrainingContext(model, { epochs, steps, batchSize, samples: kept });
  return {
    model,
    objective,
    open,
    validation,
    context,
    recorder: all.at(-1) as HistoryRecorder,
    callbacks: new CallbackList(all, context),
    all,
    seed,
    shuffle,
    initialEpoch,
    validationFreq,
    signal,
    backup,
  };
}

interface Training {
  readonly model: LayersModel;
  readonly options: FitOptions;
  readonly objective: Objective;
  readonly batchSize: number;
  readonly request: {
    readonly batchSize: number;
    readonly seed: number;
    readonly shuffle: boolean;
  };
}

type Epochs = Pick<Run, 'open' | 'validation'> & { readonly kept: number };

/** Data of which all is there: the batches are gathered out of it, or made by `options.batches`. */
function inMemory(data: TrainingData, training: Training): Epochs {
  const { model, options, objective, batchSize, request } = training;
  const { validationSplit = 0, validationData, classWeight, batches } = options;
  const source = labelledSource('fit', model, data, { ...options, batchSize, objective });
  const { count } = source.samples;
  const kept = splitCount(count, validationSplit, validationData !== undefined);
  const weights = trainingWeights('fit', source.weights, classWeight, source.targets);
  const open =
    batches === undefined
      ? gatheredEpochs({ ...source, weights }, range(0, kept), request)
      : madeEpochs({
          ...training,
          make: batches,
          request: requestOf(training, kept < count ? { indices: range(0, kept) } : {}),
          samples: kept,
          classWeight,
          weights: source.weights,
          signal: options.signal,
        });
  const validation =
    kept < count ? validationOf('fit', data, range(kept, count), training) : undefined;
  return { kept, open, validation: validation ?? givenValidation(training) };
}

/** Data that exist as batches only. */
function generated({ samples, batches }: GeneratedData, training: Training): Epochs {
  const { options } = training;
  requireWhole('samples', samples, 1);
  if (options.validationSplit) {
    throw new RangeError(
      `fit: validationSplit needs data in memory; received ${options.validationSplit} for data made in batches. Give validationData.`,
    );
  }
  if (options.batches !== undefined) {
    throw new TypeError('fit: batches must be given once; received them in data and options.');
  }
  const open = madeEpochs({
    ...training,
    make: batches,
    request: requestOf(training, {}),
    samples,
    classWeight: options.classWeight,
    weights: undefined,
    signal: options.signal,
  });
  return { kept: samples, open, validation: givenValidation(training) };
}

function requestOf(
  { request, options: { scale } }: Training,
  indices: Pick<BatchRequest, 'indices'>,
): Omit<BatchRequest, 'epoch' | 'startBatch'> {
  return { ...request, ...indices, ...(scale === undefined ? {} : { scale }) };
}

function givenValidation(training: Training): Run['validation'] {
  const { validationData } = training.options;
  if (validationData === undefined) return undefined;
  return validationOf('fit: validationData', validationData, undefined, training);
}

function validationOf(
  name: string,
  data: TrainingData,
  order: Int32Array | undefined,
  { model, options, objective, ...training }: Training,
): Run['validation'] {
  const batchSize = options.validationBatchSize ?? training.batchSize;
  // A source of its own, even over the same data: its batches may be larger, and classes do not
  // weigh in it.
  const source = labelledSource(name, model, data, { ...options, batchSize, objective });
  return { source, objective, order: order ?? range(0, source.samples.count), batchSize };
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
