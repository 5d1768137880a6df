import type { Augmentation, ImageDataset } from '@cnnkit/datasets';
import { batches, createImageDataset } from '@cnnkit/datasets';
import { prefetchBatches, shareDataset } from '@cnnkit/datasets/prefetch';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import { memoryBackup } from '../../test/support/memory-backup.js';
import { prefetchWorker } from '../../test/support/prefetch-worker.js';
import { compiledToy, tensorsLeftBy, toyImages, weightsOf } from '../../test/support/toy.js';
import type { Callback } from '../callback.js';
import type { BatchMaker, BatchRequest, TrainingBatch } from './data.js';
import { type FitOptions, fit } from './fit.js';

beforeAll(useCpu);

const data = toyImages(40);
const dataset: ImageDataset = createImageDataset({
  ...data,
  name: 'toy',
  classNames: ['a', 'b', 'c', 'd'],
});
const augment: readonly Augmentation[] = [
  { kind: 'shift', x: 0.3, y: 0.3 },
  { kind: 'noise', deviation: 0.1 },
];
let thread: Awaited<ReturnType<typeof prefetchWorker>>;
beforeAll(async () => {
  thread = await prefetchWorker();
});
afterAll(() => thread.remove());

const augmented: BatchMaker = (at) => batches(dataset, { ...at, augment });
const prefetched: BatchMaker = (at) =>
  prefetchBatches(shareDataset(dataset), { ...at, augment, worker: thread.worker });

async function weightsAfter(options: FitOptions): Promise<number[][]> {
  const model = compiledToy({ dropout: 0.2 });
  await fit(model, data, { batchSize: 8, epochs: 3, seed: 3, ...options });
  return weightsOf(model);
}

describe('batches that somebody else makes', () => {
  it('train bit for bit as the data themselves, if nothing is changed in them', async () => {
    for (const options of [{}, { shuffle: false }, { validationSplit: 0.3 }, { scale: 1 / 128 }]) {
      const plain = await weightsAfter(options);
      const made = await weightsAfter({ ...options, batches: (at) => batches(dataset, at) });
      expect(made).toEqual(plain);
    }
  });

  it('repeat for one seed when they are augmented, and differ for another', async () => {
    const first = await weightsAfter({ batches: augmented });
    expect(await weightsAfter({ batches: augmented })).toEqual(first);
    expect(await weightsAfter({ batches: augmented, seed: 4 })).not.toEqual(first);
    expect(await weightsAfter({})).not.toEqual(first);
  });

  it('may come from a thread, and are the same', async () => {
    const here = await weightsAfter({ batches: augmented });
    expect(await weightsAfter({ batches: prefetched })).toEqual(here);
  });

  it('may blend labels', async () => {
    const mixed: BatchMaker = (at) =>
      batches(dataset, { ...at, oneHot: true, mix: { kind: 'mixup', alpha: 0.4 } });
    const { history } = await fit(compiledToy(), data, {
      epochs: 30,
      batchSize: 8,
      batches: mixed,
    });
    // Of a blend nobody can be sure, so the loss stays above that of the plain images.
    const plain = await fit(compiledToy(), data, { epochs: 30, batchSize: 8 });
    expect(history.accuracy!.at(-1)).toBeGreaterThan(0.8);
    expect(history.loss!.at(-1)).toBeGreaterThan(2 * plain.history.loss!.at(-1)!);
  });

  it('are weighted by class, by themselves, or by the data’s weights at their indices', async () => {
    const sampleWeight = Float32Array.from(data.labels, (label) => (label === 1 ? 5 : 1));
    const run = async (given: typeof data & { sampleWeight?: Float32Array }, extra: FitOptions) => {
      const model = compiledToy();
      await fit(model, given, { batchSize: 8, epochs: 2, batches: augmented, ...extra });
      return weightsOf(model);
    };
    const byClass = await run(data, { classWeight: { 1: 5 } });
    expect(await run({ ...data, sampleWeight }, {})).toEqual(byClass);
    const own: BatchMaker = function* (at) {
      for (const batch of batches(dataset, { ...at, augment })) {
        yield { ...batch, sampleWeight: Array.from(batch.ys, (y) => (y === 1 ? 5 : 1)) };
      }
    };
    expect(await run(data, { batches: own })).toEqual(byClass);
    expect(await run(data, {})).not.toEqual(byClass);
  });

  it('go on in the middle of an epoch after a stop, and end bit for bit the same', async () => {
    for (const made of [augmented, prefetched]) {
      const straight = await weightsAfter({ batches: made });
      const backup = memoryBackup('epoch');
      const requests: BatchRequest[] = [];
      let weights: number[][] = [];
      for (let runs = 0; runs === 0 || (backup.bytes !== undefined && runs < 9); runs++) {
        const controller = new AbortController();
        let left = 4;
        const stop: Callback = {
          needsBatchLogs: () => false,
          onTrainBatchEnd: () => {
            if (--left === 0) controller.abort();
          },
        };
        const counted: BatchMaker = (at) => {
          requests.push(at);
          return made(at);
        };
        const { signal } = controller;
        weights = await weightsAfter({ batches: counted, backup, callbacks: [stop], signal });
      }
      expect(weights).toEqual(straight);
      // Five steps an epoch, a stop after each four.
      expect(new Set(requests.map(({ startBatch }) => startBatch))).toEqual(new Set([0, 4, 3, 2]));
    }
  });

  it('may exist only as batches, asynchronously, and be more than are wanted', async () => {
    async function* forever({ epoch, startBatch, batchSize, seed }: BatchRequest) {
      for (let step = startBatch; ; step++) {
        await Promise.resolve();
        const { images, labels } = toyImages(batchSize, 1 + seed + epoch * 1000 + step);
        const batch: TrainingBatch = {
          xs: Float32Array.from(images, (byte) => byte / 255),
          ys: labels,
          shape: [batchSize, 4, 4, 1],
        };
        yield batch;
      }
    }
    const model = compiledToy();
    const { history, params } = await fit(
      model,
      { samples: 160, batches: forever },
      { batchSize: 8, epochs: 4, validationData: toyImages(16, 99) },
    );
    expect(params).toEqual({ epochs: 4, steps: 20, batchSize: 8, samples: 160 });
    expect(history.val_accuracy!.at(-1)).toBeGreaterThan(0.9);
  });

  it('are asked for one ahead, while the device works, and never more', async () => {
    const events: string[] = [];
    const spied: BatchMaker = function* (at) {
      let step = at.startBatch;
      for (const batch of batches(dataset, at)) {
        events.push(`make ${at.epoch}.${step++}`);
        yield batch;
      }
    };
    const callback: Callback = {
      onTrainBatchBegin: (batch) => void events.push(`begin ${batch}`),
      onTrainBatchEnd: (batch) => void events.push(`end ${batch}`),
      onTestBegin: () => void events.push('validate'),
    };
    await fit(compiledToy(), data, {
      batchSize: 16,
      epochs: 2,
      validationSplit: 0.2,
      batches: spied,
      callbacks: [callback],
    });
    expect(events).toEqual([
      ...['make 0.0', 'begin 0', 'make 0.1', 'end 0', 'begin 1', 'make 1.0', 'end 1', 'validate'],
      ...['begin 0', 'make 1.1', 'end 0', 'begin 1', 'end 1', 'validate'],
    ]);
  });

  it('are closed, whether the run ends, is stopped, or fails', async () => {
    let open = 0;
    const counted: BatchMaker = function* (at) {
      open++;
      try {
        yield* batches(dataset, at);
      } finally {
        open--;
      }
    };
    await fit(compiledToy(), data, { batches: counted, batchSize: 8, epochs: 2 });
    expect(open).toBe(0);
    const controller = new AbortController();
    const stop: Callback = { onTrainBatchEnd: () => controller.abort() };
    const { signal } = controller;
    await fit(compiledToy(), data, { batches: counted, batchSize: 8, callbacks: [stop], signal });
    expect(open).toBe(0);
    const fail: Callback = {
      onEpochEnd: () => {
        throw new Error('enough');
      },
    };
    const failed = fit(compiledToy(), data, { batches: counted, epochs: 2, callbacks: [fail] });
    await expect(failed).rejects.toThrow('enough');
    expect(open).toBe(0);
  });

  it('that do not come do not keep an aborted run', async () => {
    const controller = new AbortController();
    const late: BatchMaker = async function* (at) {
      for (const batch of batches(dataset, at)) {
        if (batch.step === 2) {
          controller.abort();
          await new Promise(() => {});
        }
        yield batch;
      }
    };
    const model = compiledToy();
    const options = { batches: late, batchSize: 8, signal: controller.signal };
    const { interrupted } = await fit(model, data, options);
    expect(interrupted).toMatchObject({ epoch: 0, batches: 2 });
    expect(interrupted!.logs.loss).toBeGreaterThan(0);
  });

  it('leave no tensor behind', async () => {
    const model = compiledToy();
    await fit(model, data);
    const left = await tensorsLeftBy(async () => {
      await fit(model, data, { batches: augmented, batchSize: 7, epochs: 2 });
    });
    expect(left).toBe(0);
  });
});

describe('batches are refused', () => {
  const refusal = async (made: unknown, options: FitOptions = {}): Promise<string> => {
    const batchesOption = made as BatchMaker;
    const error = await fit(compiledToy(), data, {
      batchSize: 16,
      batches: batchesOption,
      ...options,
    }).catch((e: unknown) => e as Error);
    return error instanceof Error ? `${error.name} ${error.message}` : 'no error';
  };
  const changed = (change: (batch: TrainingBatch, step: number) => TrainingBatch): BatchMaker =>
    function* (at) {
      for (const batch of batches(dataset, at)) yield change(batch, batch.step);
    };

  it('if they are no batches, too few, or of another size', async () => {
    expect(await refusal(() => 5)).toMatch(/TypeError fit: batches must return something to loop/);
    expect(await refusal(() => [])).toMatch(/step 0 of epoch 0 must exist, for 40 samples/);
    const short: BatchMaker = (at) => batches(dataset, { ...at, dropRemainder: true });
    expect(await refusal(short)).toMatch(
      /RangeError fit: batches: step 2 of epoch 0 must exist, for 40 samples in batches of 16 make 3 steps/,
    );
    expect(await refusal((at: BatchRequest) => batches(dataset, { ...at, batchSize: 8 }))).toMatch(
      /step 0 of epoch 0 must hold 16 samples; received 8/,
    );
  });

  it('if pixels, labels, shapes or weights do not fit, saying in which step', async () => {
    const nan = changed((batch, step) =>
      step === 1 ? { ...batch, xs: batch.xs.map(() => Number.NaN) } : batch,
    );
    expect(await refusal(nan)).toMatch(/step 1 of epoch 0: xs must be finite; received NaN/);
    const label = changed((batch) => ({ ...batch, ys: new Int32Array(batch.ys.length).fill(7) }));
    expect(await refusal(label)).toMatch(/labels must lie in 0 to 3.*received 7/);
    const flat = changed((batch) => ({ ...batch, shape: [batch.shape[0]!, 16] }));
    expect(await refusal(flat)).toMatch(/input shape \[4, 4, 1\]; received \[16\]/);
    const few = changed((batch) => ({ ...batch, xs: batch.xs.subarray(1) }));
    expect(await refusal(few)).toMatch(/must hold 256 values; received 255/);
    const unweighted = changed((batch) => ({ ...batch, sampleWeight: [1] }));
    expect(await refusal(unweighted)).toMatch(/sampleWeight must hold a number for each of 16/);
  });

  it('with the error of their maker, if it fails', async () => {
    const failing: BatchMaker = function* (at) {
      for (const batch of batches(dataset, at)) {
        if (batch.step === 1) throw new Error('the camera is off');
        yield batch;
      }
    };
    expect(await refusal(failing)).toBe('Error the camera is off');
    expect(
      await refusal(() => {
        throw new Error('no camera');
      }),
    ).toBe('Error no camera');
  });

  it('if the data have weights and they do not say which samples they are of', async () => {
    const anonymous = changed(({ xs, ys, shape }) => ({ xs, ys, shape }));
    const model = compiledToy();
    const weighted = { ...data, sampleWeight: new Float32Array(40).fill(2) };
    await expect(fit(model, weighted, { batches: anonymous })).rejects.toThrow(
      /must say the indices of its samples/,
    );
  });

  it('if they are to be split, or are given twice', async () => {
    const made = { samples: 40, batches: augmented };
    await expect(fit(compiledToy(), made, { validationSplit: 0.1 })).rejects.toThrow(
      /validationSplit needs data in memory/,
    );
    await expect(fit(compiledToy(), made, { batches: augmented })).rejects.toThrow(
      /must be given once/,
    );
    await expect(fit(compiledToy(), { ...made, samples: 0.5 })).rejects.toThrow(
      /samples must be a whole number of at least 1; received 0.5/,
    );
  });
});

it('a step that fails leaves the batches’ source closed and the tensors gone', async () => {
  const model = compiledToy();
  await fit(model, data);
  const left = await tensorsLeftBy(async () => {
    const bad: Callback = {
      onTrainBatchEnd: () => {
        throw new Error('stop here');
      },
    };
    await expect(
      fit(model, data, { batches: prefetched, batchSize: 8, callbacks: [bad] }),
    ).rejects.toThrow('stop here');
  });
  expect(left).toBe(0);
  expect(tf.memory().numTensors).toBeGreaterThan(0);
});
