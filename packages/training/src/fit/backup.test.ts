import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import { memoryBackup } from '../../test/support/memory-backup.js';
import {
  compiledToy,
  tensorsLeftBy,
  toyImages,
  toyModel,
  weightsOf,
} from '../../test/support/toy.js';
import type { Callback } from '../callback.js';
import { CSVLogger } from '../callbacks/csv-logger.js';
import { EarlyStopping } from '../callbacks/early-stopping.js';
import { LearningRateScheduler } from '../callbacks/learning-rate-scheduler.js';
import { ReduceLROnPlateau } from '../callbacks/reduce-lr-on-plateau.js';
import { createOptimizer } from '../optimizers/create-optimizer.js';
import type { Backup } from './backup.js';
import { type FitOptions, fit } from './fit.js';
import type { History } from './history.js';

beforeAll(useCpu);

const data = toyImages(40);

interface Ran {
  readonly weights: number[][];
  readonly history: History['history'];
  readonly csv: string;
  readonly stopping: unknown[];
}

/** A run with everything that has state, in a process of its own as far as it can tell. */
async function run(optimizer: string, extra: FitOptions): Promise<Ran> {
  const model = toyModel({ dropout: 0.3 });
  model.compile({
    optimizer: createOptimizer(optimizer, { learningRate: 0.02, useEma: optimizer === 'nadam' }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  let csv = '';
  const stopping = new EarlyStopping({ patience: 3, restoreBestWeights: true });
  const callbacks: Callback[] = [
    new LearningRateScheduler((_epoch, rate) => rate * 0.9),
    new ReduceLROnPlateau({ monitor: 'loss', mode: 'max', patience: 2, factor: 0.5 }),
    stopping,
    new CSVLogger({
      write: (text) => {
        csv = text;
      },
    }),
    ...(extra.callbacks ?? []),
  ];
  const options = { epochs: 5, batchSize: 8, validationSplit: 0.2, seed: 3, ...extra, callbacks };
  const { history } = await fit(model, data, options);
  const { best, bestEpoch, wait, stoppedEpoch } = stopping;
  return {
    weights: weightsOf(model),
    history,
    csv,
    stopping: [best, bestEpoch, wait, stoppedEpoch],
  };
}

/** Throws as a program that is killed does: nothing that comes later is called. */
function killAt(epoch: number, batch: number): Callback {
  let now = 0;
  return {
    needsBatchLogs: () => false,
    onEpochBegin: (given) => {
      now = given;
    },
    onTrainBatchEnd: (given) => {
      if (now === epoch && given === batch) throw new Error('killed');
    },
  };
}

const NOBODY: Callback = { onTrainBatchEnd: () => {}, needsBatchLogs: () => false };

describe('a run that is stopped and started again', () => {
  it.each([
    ['adam', 'epoch', 2, 1],
    ['adam', 1, 0, 0],
    ['adam', 1, 2, 3],
    ['rmsprop', 3, 3, 2],
    ['nadam', 2, 1, 2],
    ['sgd', 1, 4, 3],
  ] as const)(
    '%s, saved every %s, killed in epoch %i at batch %i, ends bit for bit the same',
    async (optimizer, saveFreq, epoch, batch) => {
      const straight = await run(optimizer, { callbacks: [NOBODY] });
      const backup = memoryBackup(saveFreq);
      await expect(run(optimizer, { backup, callbacks: [killAt(epoch, batch)] })).rejects.toThrow(
        'killed',
      );
      expect(await run(optimizer, { backup, callbacks: [NOBODY] })).toEqual(straight);
      expect(backup.bytes).toBeUndefined();
    },
  );

  it('may be stopped by its signal, again and again', async () => {
    const straight = await run('adam', { callbacks: [NOBODY] });
    const backup = memoryBackup('epoch');
    let ran: Ran | undefined;
    let runs = 0;
    do {
      const controller = new AbortController();
      let batches = 0;
      const stop: Callback = {
        needsBatchLogs: () => false,
        onTrainBatchEnd: () => {
          if (++batches === 3) controller.abort();
        },
      };
      ran = await run('adam', { backup, callbacks: [stop], signal: controller.signal });
      runs++;
    } while (backup.bytes !== undefined && runs < 20);
    expect(runs).toBe(7);
    expect(ran).toEqual(straight);
  });

  it('keeps a loss that is no number', async () => {
    const backup = memoryBackup(1);
    const run = async (callbacks: Callback[]) => {
      const model = compiledToy();
      model.optimizer = createOptimizer('sgd', { learningRate: 1e38 });
      return fit(model, data, { batchSize: 8, backup, callbacks });
    };
    await expect(run([killAt(0, 3)])).rejects.toThrow('killed');
    const { history } = await run([NOBODY]);
    expect(history.loss![0]).toBeNaN();
  });

  it('leaks no tensor', async () => {
    const model = compiledToy();
    await fit(model, data);
    const left = await tensorsLeftBy(async () => {
      const backup = memoryBackup(1);
      const kill = killAt(0, 2);
      await fit(model, data, { batchSize: 8, backup, callbacks: [kill] }).catch(() => {});
      await fit(model, data, { batchSize: 8, backup, callbacks: [NOBODY] });
    });
    expect(left).toBe(0);
  });
});

describe('a backup is refused', () => {
  const saved = async (): Promise<Backup & { bytes: Uint8Array | undefined }> => {
    const backup = memoryBackup(1);
    await fit(compiledToy(), data, { batchSize: 8, backup, callbacks: [killAt(0, 2)] }).catch(
      () => {},
    );
    return backup;
  };
  const refusal = async (
    backup: Backup,
    options: FitOptions = {},
    model: tfl.LayersModel = compiledToy(),
  ) => {
    const before = weightsOf(model);
    const error = await fit(model, data, {
      batchSize: 8,
      callbacks: [NOBODY],
      backup,
      ...options,
    }).catch((e: unknown) => e as Error);
    expect(weightsOf(model)).toEqual(before);
    return (error as Error).message;
  };

  it('if it is of another run, saying in what', async () => {
    const backup = await saved();
    expect(await refusal(backup, { batchSize: 4 })).toMatch(/batchSize is 8, here it is 4/);
    expect(await refusal(backup, { seed: 9 })).toMatch(/seed is 0, here it is 9/);
    expect(await refusal(backup, { callbacks: [new EarlyStopping()] })).toMatch(
      /callbacks is .*EarlyStopping/,
    );
    const other = compiledToy();
    other.optimizer = createOptimizer('sgd');
    expect(await refusal(backup, {}, other)).toMatch(/optimizer is Adam, here it is SGD/);
  });

  it('if it is damaged anywhere', async () => {
    const backup = await saved();
    const whole = backup.bytes!;
    for (const length of [0, 10, 100, whole.length - 1]) {
      backup.bytes = whole.slice(0, length);
      expect(await refusal(backup)).toMatch(/Remove (it|the backup) to start anew/);
    }
    for (let at = 0; at < whole.length; at += 97) {
      backup.bytes = whole.slice();
      backup.bytes[at]! ^= 0xff;
      expect(await refusal(backup)).toMatch(/backup/);
    }
  });

  it('if the optimizer cannot be saved', async () => {
    const model = toyModel();
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'sparseCategoricalCrossentropy' });
    await expect(fit(model, data, { backup: memoryBackup('epoch') })).rejects.toThrow(
      /see createOptimizer/,
    );
  });
});
