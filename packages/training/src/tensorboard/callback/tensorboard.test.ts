import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { dumpEvent } from '../../../test/tensorboard-support/dump-event.js';
import { type DumpedEvent, dumpOf } from '../../../test/tensorboard-support/fixtures.js';
import { manualClock } from '../../../test/tensorboard-support/manual-clock.js';
import { tinyCnn } from '../../../test/tensorboard-support/models.js';
import type { Logs, TrainingContext } from '../../callback.js';
import { decodeEvents } from '../events/event.js';
import { type MemoryLogs, memoryLogs } from '../events/memory-logs.js';
import { TensorBoard, type TensorBoardOptions } from './tensorboard.js';

/** One scalar of a log: where, when, what. */
type Point = readonly [tag: string, step: number, value: unknown];

describe('TensorBoard, told what Keras’s callback was told', () => {
  test.each(['keras', 'keras_every_batch'])('writes the scalars of %s/train', async (run) => {
    const updateFreq = run === 'keras' ? 'epoch' : 'batch';
    const written = await replay(run, { updateFreq });
    expect(points(written, 'train')).toEqual(scalarsOf(run, 'train'));
    expect(points(written, 'validation')).toEqual(scalarsOf(run, 'validation'));
  });

  test('writes every second batch, and, unlike Keras, every epoch', async () => {
    const written = await replay('keras_every_batch', { updateFreq: 2 });
    const all = scalarsOf('keras_every_batch', 'train');
    const expected = all.filter(([tag, step]) => !tag.startsWith('batch_') || step % 2 === 0);
    expect(points(written, 'train')).toEqual(expected);
    // What Keras did write for updateFreq 2 has the same tags and steps.
    const keras = scalarsOf('keras_every_2nd_batch', 'train').map(
      ([tag, step]) => `${tag} ${step}`,
    );
    const ours = expected.map(([tag, step]) => `${tag} ${step}`);
    expect(ours).toEqual(expect.arrayContaining(keras));
  });

  test('writes the model first, at step 0, in train', async () => {
    const written = await replay('keras', {});
    const [, graph] = events(written, 'train');
    const { values, ...event } = graph as unknown as { values: Record<string, unknown>[] };
    const [value] = values;
    expect(event).toMatchObject({ step: 0, what: 'summary' });
    const keras = dumpedEvents('keras', 'train')[1]!.values![0]!;
    expect({ ...value, values: undefined }).toEqual({ ...keras, values: undefined });
    expect(JSON.parse((value!.values as string[])[0]!).config.name).toBe('tiny_cnn');
  });
});

describe('TensorBoard', () => {
  test('writes no model without writeGraph', async () => {
    const { callback, logs } = started({ writeGraph: false });
    await callback.onTrainBegin();
    await callback.onTrainEnd();
    expect(logs.files.size).toBe(0);
  });

  test('takes the learning rate from the run, whatever the logs hold', async () => {
    const { callback, logs, context } = started({ writeGraph: false });
    await callback.onTrainBegin();
    context.learningRate = 0.25;
    await callback.onEpochEnd(0, { loss: 1, learning_rate: 0.5 });
    await callback.onTrainEnd();
    expect(points(logs, 'train')).toEqual([
      ['epoch_loss', 0, 1],
      ['epoch_learning_rate', 0, 0.25],
    ]);
  });

  test('asks for the logs of the batches it writes, and of no others', () => {
    const { callback } = started({ updateFreq: 2 });
    const asked = (epoch: number) => {
      callback.onEpochBegin(epoch);
      return [0, 1, 2].map((batch) => callback.needsBatchLogs(batch));
    };
    expect(asked(0)).toEqual([false, true, false]);
    expect(asked(1)).toEqual([true, false, true]);
    const epochs = started().callback;
    expect(epochs.needsBatchLogs(0)).toBe(false);
    expect(epochs.onTrainBatchEnd(0, {})).toBeUndefined();
  });

  test('opens no validation file for a run without validation', async () => {
    const { callback, logs } = started();
    await callback.onTrainBegin();
    await callback.onEpochEnd(0, { loss: 1 });
    await callback.onTrainEnd();
    expect([...logs.files.keys()].filter((path) => !path.startsWith('train/'))).toEqual([]);
  });

  test('counts batches on where a run is resumed, and opens a new file for it', async () => {
    const { callback, logs } = started({ writeGraph: false, updateFreq: 'batch' });
    await callback.onTrainBegin();
    callback.onEpochBegin(0);
    await callback.onTrainBatchEnd(0, { loss: 3 });
    await callback.onTrainEnd();
    await callback.onTrainBegin();
    callback.onEpochBegin(2);
    await callback.onTrainBatchEnd(1, { loss: 2 });
    await callback.onTrainEnd();
    expect(logs.files.size).toBe(2);
    expect(points(logs, 'train')).toEqual([
      ['batch_loss', 1, 3],
      ['batch_loss', 2 * 3 + 2, 2],
    ]);
  });

  test('writes rates of steps, and 0 when no time has passed', async () => {
    const clock = manualClock();
    const { callback, logs } = started({
      writeGraph: false,
      writeStepsPerSecond: true,
      updateFreq: 'batch',
      clock,
    });
    await callback.onTrainBegin();
    callback.onEpochBegin(0);
    callback.onTrainBatchBegin();
    clock.advance(250);
    await callback.onTrainBatchEnd(0, {});
    callback.onTrainBatchBegin();
    await callback.onTrainBatchEnd(1, {});
    clock.advance(750);
    await callback.onEpochEnd(0, {});
    await callback.onTrainEnd();
    expect(points(logs, 'train')).toEqual([
      ['batch_steps_per_second', 1, 4],
      ['batch_steps_per_second', 2, 0],
      ['epoch_learning_rate', 0, Math.fround(0.01)],
      ['epoch_steps_per_second', 0, 2],
    ]);
  });

  test('closes its file after an evaluation outside of training', async () => {
    const { callback, logs } = started();
    await callback.onTestEnd({ loss: 1 });
    await callback.onTestEnd({ loss: 2 });
    expect(logs.files.size).toBe(2);
    expect(points(logs, 'validation')).toEqual([
      ['evaluation_loss_vs_iterations', 0, 1],
      ['evaluation_loss_vs_iterations', 0, 2],
    ]);
  });

  test('rejects when the log cannot be written', async () => {
    const logs = { ...memoryLogs(), create: () => Promise.reject(new Error('EROFS')) };
    const callback = new TensorBoard(logs);
    callback.setContext(contextOf(tinyCnn()));
    await expect(callback.onTrainBegin()).rejects.toMatchObject({ code: 'open-failed' });
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses updateFreq %d', (updateFreq) => {
    expect(() => new TensorBoard(memoryLogs(), { updateFreq })).toThrow(RangeError);
  });
});

function contextOf(model: LayersModel): TrainingContext {
  const params = { epochs: 2, steps: 3, batchSize: 8, samples: 24 };
  return { model, params, stopTraining: false, learningRate: 0.01 };
}

function started(options: TensorBoardOptions = {}) {
  const logs = memoryLogs();
  const callback = new TensorBoard(logs, options);
  const context = contextOf(tinyCnn());
  callback.setContext(context);
  return { logs, callback, context };
}

/** Calls the hooks as fit would, with the values that stand in Keras's log of `run`. */
async function replay(run: string, options: TensorBoardOptions): Promise<MemoryLogs> {
  const { callback, logs, context } = started(options);
  const train = logsByStep(scalarsOf(run, 'train'));
  const validation = logsByStep(scalarsOf(run, 'validation'));
  // All three runs trained one model, whose optimizer counts over all of them.
  const [, firstEvaluation] = scalarsOf(run, 'validation')[0]!;
  const optimizer = { iterations: firstEvaluation - 3 };
  Object.defineProperty(context.model, 'optimizer', { value: optimizer });
  await callback.onTrainBegin();
  for (const epoch of [0, 1]) {
    callback.onEpochBegin(epoch);
    for (const batch of [0, 1, 2]) {
      callback.onTrainBatchBegin();
      const batchLogs = train.get(`batch ${epoch * 3 + batch + 1}`) ?? { loss: 1 };
      optimizer.iterations += 1;
      await callback.onTrainBatchEnd(batch, reversed(batchLogs));
    }
    await callback.onTestEnd(reversed(validation.get(`evaluation ${optimizer.iterations}`)!));
    const { learning_rate: _, ...epochLogs } = train.get(`epoch ${epoch}`)!;
    const valLogs = Object.entries(validation.get(`epoch ${epoch}`)!);
    for (const [name, value] of valLogs) epochLogs[`val_${name}`] = value;
    await callback.onEpochEnd(epoch, reversed(epochLogs));
  }
  await callback.onTrainEnd();
  return logs;
}

function logsByStep(scalars: readonly Point[]): Map<string, Logs> {
  const logs = new Map<string, Logs>();
  for (const [tag, step, value] of scalars) {
    const [, kind, name] = /^(batch|epoch|evaluation)_(.*?)(?:_vs_iterations)?$/.exec(tag)!;
    const key = `${kind} ${step}`;
    logs.set(key, { ...logs.get(key), [name!]: value as number });
  }
  return logs;
}

/** fit's order of logs is its own; the callback sorts them as Keras does. */
function reversed(logs: Logs): Logs {
  return Object.fromEntries(Object.entries(logs).reverse());
}

function dumpedEvents(run: string, half: string): readonly DumpedEvent[] {
  return Object.values(dumpOf(`${run}/${half}`).files).flat();
}

function scalarsOf(run: string, half: string): Point[] {
  return pointsOf(dumpedEvents(run, half));
}

function events(logs: MemoryLogs, half: string): DumpedEvent[] {
  const files = [...logs.files].filter(([path]) => path.startsWith(`${half}/`));
  return files.flatMap(([, bytes]) => {
    const { events: decoded, end } = decodeEvents(bytes);
    expect(end.kind).toBe('complete');
    return decoded.map(dumpEvent) as unknown as DumpedEvent[];
  });
}

function points(logs: MemoryLogs, half: string): Point[] {
  return pointsOf(events(logs, half));
}

function pointsOf(of: readonly DumpedEvent[]): Point[] {
  return of.flatMap(({ step, values = [] }) =>
    values
      .filter(({ plugin_name }) => plugin_name === 'scalars')
      .map(({ tag, values: value }) => [tag, step, value] as const),
  );
}
