import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Callback, TrainingContext } from '../callback.js';
import type { Backup } from './backup.js';
import { type BatchSource, batchSource, targetsOf } from './batch-source.js';
import { CallbackList } from './callback-list.js';
import type { TrainingData } from './data.js';
import type { evaluateSource } from './evaluate.js';
import type { FitOptions } from './fit.js';
import { HistoryRecorder } from './history.js';
import { type Objective, objectiveOf } from './objective.js';
import { createTrainingContext } from './training-context.js';

/** Everything a run needs, checked. */
export interface Run {
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
export function prepare(model: LayersModel, data: TrainingData, options: FitOptions): Run {
  const { epochs = 1, batchSize = 32, validationSplit = 0, shuffle = true, seed = 0 } = options;
  const { initialEpoch = 0, validationFreq = 1, callbacks = [], signal, backup } = options;
  const all = [...callbacks, new HistoryRecorder()];
  requireWhole('epochs', epochs, 0);
  requireWhole('initialEpoch', initialEpoch, 0);
  requireWhole('validationFreq', validationFreq, 1);
  requireWhole('seed', seed, 0);
  const source = batchSource('fit', model, data, batchSize, options);
  const objective = objectiveOf('fit', model, targetsOf('fit', data));
  const kept = splitCount(source.count, validationSplit, options.validationData !== undefined);
  const steps = Math.ceil(kept / batchSize);
  const context = createTrainingContext(model, { epochs, steps, batchSize, samples: kept });
  return {
    model,
    source,
    objective,
    samples: range(0, kept),
    validation: validationOf(model, data, options, { objective, kept, batchSize }),
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

function validationOf(
  model: LayersModel,
  data: TrainingData,
  options: FitOptions,
  training: { objective: Objective; kept: number; batchSize: number },
): Run['validation'] {
  const { validationData } = options;
  const { kept } = training;
  const batchSize = options.validationBatchSize ?? training.batchSize;
  const count = data.shape[0] as number;
  if (validationData === undefined && kept === count) return undefined;
  const name = validationData === undefined ? 'fit' : 'fit: validationData';
  const given = validationData ?? data;
  return {
    // A source of its own, even over the same data: its batches may be larger.
    source: batchSource(name, model, given, batchSize, options),
    objective:
      validationData === undefined
        ? training.objective
        : objectiveOf(name, model, targetsOf(name, given)),
    order: validationData === undefined ? range(kept, count) : range(0, given.shape[0] as number),
    batchSize,
  };
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
