import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import { readFixture } from '../../test/support/fixtures.js';
import type { Callback, Logs, TrainingContext } from '../callback.js';
import { CallbackList } from '../fit/callback-list.js';
import { HistoryRecorder } from '../fit/history.js';
import { createTrainingContext } from '../fit/training-context.js';
import { SGD } from '../optimizers/sgd.js';
import { CSVLogger } from './csv-logger.js';
import { EarlyStopping } from './early-stopping.js';
import { LearningRateScheduler } from './learning-rate-scheduler.js';
import { ModelCheckpoint } from './model-checkpoint.js';
import { ReduceLROnPlateau } from './reduce-lr-on-plateau.js';
import { TerminateOnNaN } from './terminate-on-nan.js';

beforeAll(useCpu);

type Options = Record<string, unknown>;
type RawLogs = Record<string, number | string>;

interface EpochRecord {
  epoch: number;
  learningRate?: number;
  learningRateAtBegin?: number;
  learningRateAtEnd?: number;
  logsAfter?: RawLogs;
  stopTraining: boolean;
  newFiles?: string[];
  filesAfterBatch?: { batch: number; files: string[] }[];
  [state: string]: unknown;
}

interface Case {
  callback?: string;
  name?: string;
  options: Options;
  logs: RawLogs[];
  batchesPerEpoch?: number;
  expected?: { epochs: EpochRecord[]; finalWeight: number; warnings: string[]; stdout: string };
  epochs?: EpochRecord[];
  error?: { type: string; message: string };
  finalWeight?: number;
  warnings?: string[];
  stdout?: string;
  history?: Record<string, (number | string)[]>;
  csv?: string;
  file?: string;
  filesAfterEachEpoch?: string[][];
}

const read = (name: string): Case[] => readFixture<Case[]>(name);
const number = (value: unknown): number => (typeof value === 'number' ? value : Number(value)); // "NaN" and "Infinity" as they are written
const logsOf = (raw: RawLogs): Logs =>
  Object.fromEntries(
    // A text stays one: CSVLogger writes what it is given.
    Object.entries(raw).map(([key, value]) => [
      key,
      typeof value === 'string' && Number.isNaN(Number(value)) && value !== 'NaN'
        ? (value as never)
        : number(value),
    ]),
  );
const camel = (options: Options): Options =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key.replace(/_(\w)/g, (_m, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

/** What a callback said, wrote and warned of while it was driven. */
class Sink {
  readonly warnings = new Set<string>();
  said = '';
  csv = '';
  readonly files = new Set<string>();
  say(message: string): void {
    this.said += `${message}\n`;
  }
}

const SCHEDULES: Record<string, (epoch: number, rate: number) => number> = {
  '(epoch, lr) => epoch > 1 ? lr * 0.5 : lr': (epoch, rate) => (epoch > 1 ? rate * 0.5 : rate),
  '(epoch, lr) => lr * 0.5': (_epoch, rate) => rate * 0.5,
  'LearningRateScheduler lr * 0.5': (_epoch, rate) => rate * 0.5,
  'LearningRateScheduler lr * 2': (_epoch, rate) => rate * 2,
};

function make(kind: string, options: Options, sink: Sink): Callback {
  const { verbose, schedule, filepath, ...rest } = camel(options);
  const told = {
    onWarning: (message: string) => void sink.warnings.add(message),
    ...(verbose === 1 ? { onMessage: (message: string) => sink.say(message) } : {}),
  };
  switch (kind) {
    case 'EarlyStopping':
      return new EarlyStopping({ ...rest, ...told });
    case 'ReduceLROnPlateau':
      return new ReduceLROnPlateau({ ...rest, ...told });
    case 'LearningRateScheduler':
      return new LearningRateScheduler(SCHEDULES[schedule as string]!, told);
    case 'TerminateOnNaN':
      return new TerminateOnNaN({ ...rest, onMessage: (message) => sink.say(message) });
    case 'CSVLogger':
      return new CSVLogger({
        ...rest,
        ...(rest.append === true ? { read: () => sink.csv } : {}),
        write: (text) => {
          sink.csv = text;
        },
      });
    case 'ModelCheckpoint':
      return new ModelCheckpoint(filepath as string, {
        ...rest,
        ...told,
        save: async (_model, path) => void sink.files.add(path),
      });
    default:
      throw new Error(`no callback is known for ${kind}`);
  }
}

/** The callbacks a case of either file names, first the one whose state is recorded. */
function callbacksOf(given: Case, sink: Sink): Callback[] {
  const kinds = given.options.callbacks as string[] | undefined;
  if (kinds === undefined) {
    const kind = given.callback ?? given.name!.split(/[,:]/)[0]!;
    return [make(kind, given.options, sink)];
  }
  return kinds.map((kind) => {
    const [name = '', ...words] = kind.split(' ');
    if (name === 'ReduceLROnPlateau') {
      return make(name, { patience: Number(words[1]), factor: Number(words[3]) }, sink);
    }
    return make(name, name === 'LearningRateScheduler' ? { schedule: kind } : {}, sink);
  });
}

interface Driven {
  epochs: EpochRecord[];
  finalWeight: number;
  history: Record<string, number[]>;
  error?: Error;
}

/** Epoch e sets the only weight to e + 1, as the scripts that made the fixtures do. */
async function drive(given: Case, sink: Sink): Promise<Driven> {
  const { logs, batchesPerEpoch: batches = 1 } = given;
  const dense = tfl.layers.dense({ units: 1, useBias: false, inputShape: [1] });
  const model = tfl.sequential({ layers: [dense] });
  model.compile({ optimizer: new SGD({ learningRate: 0.1 }), loss: 'meanSquaredError' });
  const context: TrainingContext = createTrainingContext(model, {
    epochs: logs.length,
    steps: batches,
    batchSize: 1,
    samples: batches,
  });
  const recorder = new HistoryRecorder();
  const driven: Driven = {
    epochs: [],
    finalWeight: Number.NaN,
    history: recorder.history,
  };
  try {
    const callbacks = callbacksOf(given, sink);
    const list = new CallbackList([...callbacks, recorder], context);
    await list.onTrainBegin();
    for (const [epoch, raw] of logs.entries()) {
      const before = new Set(sink.files);
      await list.onEpochBegin(epoch);
      const learningRateAtBegin = context.learningRate;
      tf.tidy(() => model.setWeights([tf.tensor2d([[epoch + 1]])]));
      const after = logsOf(raw);
      const filesAfterBatch: { batch: number; files: string[] }[] = [];
      for (let batch = 0; batch < batches; batch++) {
        const seen = new Set(sink.files);
        await list.onTrainBatchBegin(batch);
        await list.onTrainBatchEnd(batch, 'loss' in after ? { loss: after.loss! } : { loss: 0.5 });
        const files = [...sink.files].filter((file) => !seen.has(file));
        if (files.length > 0) filesAfterBatch.push({ batch, files });
        if (context.stopTraining) break;
      }
      await list.onEpochEnd(epoch, after);
      driven.epochs.push({
        epoch,
        learningRate: context.learningRate,
        learningRateAtBegin,
        learningRateAtEnd: context.learningRate,
        logsAfter: after,
        stopTraining: context.stopTraining,
        newFiles: [...sink.files].filter((file) => !before.has(file)),
        filesAfterBatch,
        ...stateOf(callbacks[0]!),
      });
      if (context.stopTraining) break;
    }
    await list.onTrainEnd({});
  } catch (error) {
    driven.error = error as Error;
  }
  driven.finalWeight = model.getWeights()[0]!.dataSync()[0]!;
  model.dispose();
  return driven;
}

function stateOf(callback: Callback): Record<string, unknown> {
  const { wait, best, bestEpoch, stoppedEpoch, cooldownCounter } = callback as EarlyStopping &
    ReduceLROnPlateau;
  return {
    wait,
    best,
    best_epoch: bestEpoch,
    stopped_epoch: stoppedEpoch,
    cooldown_counter: cooldownCounter,
  };
}

/** Keras's paths end in its own formats, and an int is not a float there: neither has a meaning here. */
const KERAS_ONLY = /must end in|should be a float|'NoneType' object is not callable/;

// NumPy's complaint about TensorFlow, which the first script did not leave out.
const isKeras = (warning: string): boolean => !warning.startsWith('__array__');

const sameNumber = (a: unknown, b: unknown): boolean => Object.is(number(a), number(b));

/** Cells are equal as text, or as numbers: Keras writes an int that a script logged as one. */
function sameCsv(ours: string, theirs: string): void {
  const cells = (text: string) => text.split(/[,;\r\n]/);
  expect(cells(ours)).toHaveLength(cells(theirs).length);
  cells(ours).forEach((cell, i) => {
    const other = cells(theirs)[i]!;
    if (/^-?\d+$/.test(other)) expect(Number(cell)).toBe(Number(other));
    else expect(cell).toBe(other);
  });
}

function compareEpochs(ours: EpochRecord[], theirs: EpochRecord[]): void {
  expect(ours.map(({ epoch }) => epoch)).toEqual(theirs.map(({ epoch }) => epoch));
  theirs.forEach((expected, i) => {
    for (const [key, value] of Object.entries(expected)) {
      const actual = ours[i]![key];
      if (key === 'logsAfter') {
        expect(Object.keys(actual as Logs).sort()).toEqual(Object.keys(value as Logs).sort());
        for (const [name, number] of Object.entries(value as RawLogs)) {
          expect(sameNumber((actual as Logs)[name], number), name).toBe(true);
        }
      } else if (Array.isArray(value) || typeof value === 'boolean' || value === null) {
        expect(actual, key).toEqual(value);
      } else {
        expect(sameNumber(actual, value), `${key} ${String(actual)} ${String(value)}`).toBe(true);
      }
    }
  });
}

describe('callbacks driven one by one decide as Keras’s do', () => {
  const cases = read('callbacks.json');
  let previousCsv = '';
  it.each(cases)('$callback $options', async (given) => {
    const sink = new Sink();
    if (given.options.append === true) sink.csv = previousCsv;
    const { epochs, finalWeight, error } = await drive(given, sink);
    const expected = given.expected!;
    expect(error).toBeUndefined();
    compareEpochs(epochs, expected.epochs);
    expect(finalWeight).toBe(expected.finalWeight);
    expect([...sink.warnings].sort()).toEqual(expected.warnings.filter(isKeras));
    expect(sink.said.trim()).toBe(expected.stdout);
    const { wait, best, best_epoch, stopped_epoch } = expected as unknown as EpochRecord;
    if (best_epoch !== undefined) {
      const last = epochs.at(-1)!;
      compareEpochs([last], [{ ...last, wait, best, best_epoch, stopped_epoch }]);
    }
    if (given.file !== undefined) sameCsv(sink.csv, given.file);
    if (given.filesAfterEachEpoch !== undefined) {
      expect(epochs.map(({ newFiles }) => newFiles)).toEqual(given.filesAfterEachEpoch);
    }
    previousCsv = sink.csv;
  });
});

describe('callbacks in one list decide as Keras’s do', () => {
  const cases = read('callbacks_more.json').filter(
    ({ error }) => !KERAS_ONLY.test(error?.message ?? ''),
  );
  it.each(cases)('$name $options', async (given) => {
    const sink = new Sink();
    const { epochs, finalWeight, error, history } = await drive(given, sink);
    expect(error === undefined, error?.message).toBe(given.error === undefined);
    compareEpochs(epochs, given.epochs!);
    if (given.epochs!.length > 0) expect(finalWeight).toBe(given.finalWeight);
    expect([...sink.warnings].sort()).toEqual(given.warnings!.filter(isKeras));
    expect(sink.said).toBe(given.stdout);
    if (given.csv !== undefined) sameCsv(sink.csv, given.csv);
    for (const [key, values] of Object.entries(given.history ?? {})) {
      expect(
        history[key]!.every(
          (value, i) =>
            sameNumber(value, logsOf({ v: values[i]! }).v) || value === (values[i] as never),
        ),
        key,
      ).toBe(true);
    }
  });
});
