import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useCpu } from '../../test/support/cpu.js';
import { compiledToy, tensorsLeftBy, toyImages, weightsOf } from '../../test/support/toy.js';
import { fit } from '../fit/fit.js';
import { predict } from '../fit/predict.js';
import { createOptimizer } from '../optimizers/create-optimizer.js';
import type { KerasOptimizer } from '../optimizers/keras-optimizer.js';
import { exponentialDecay } from '../schedules/decay.js';
import { backupFolder } from './backup-folder.js';
import { csvLogger, modelCheckpoint } from './callbacks.js';
import { type FileSystem, nodeFileSystem } from './file-system.js';
import { loadModel, saveModel } from './save-model.js';
import { loadOptimizer, saveOptimizer } from './save-optimizer.js';

let root: string;
beforeAll(async () => {
  await useCpu();
  root = await mkdtemp(join(tmpdir(), 'cnnkit-training-'));
});
afterAll(() => rm(root, { recursive: true }));

const data = toyImages(40);

describe('saveModel and loadModel', () => {
  it('write a folder of two files that gives the same predictions', async () => {
    const dir = join(root, 'a/model');
    const model = compiledToy({ dropout: 0.5 });
    await fit(model, data, { epochs: 2 });
    await saveModel(model, dir);
    expect((await readdir(dir)).sort()).toEqual(['model.json', 'weights.bin']);
    const loaded = await loadModel(dir);
    expect(await predict(loaded, data)).toEqual(await predict(model, data));
  });

  it('write what plain tfjs loads', async () => {
    const dir = join(root, 'plain');
    const model = compiledToy();
    await saveModel(model, dir);
    // What tfjs's http loader does with the two files.
    const json = JSON.parse(await readFile(join(dir, 'model.json'), 'utf8'));
    const bytes = new Uint8Array(await readFile(join(dir, json.weightsManifest[0].paths[0])));
    const artifacts = await tf.io.getModelArtifactsForJSON(json, async () => [
      json.weightsManifest[0].weights,
      bytes.buffer,
    ]);
    const loaded = await tfl.loadLayersModel(tf.io.fromMemory(artifacts));
    expect(weightsOf(loaded)).toEqual(weightsOf(model));
  });

  it('replace an earlier model and leave other files in the folder alone', async () => {
    const dir = join(root, 'again');
    const model = compiledToy();
    await saveModel(model, dir);
    await writeFile(join(dir, 'notes.txt'), 'mine');
    await fit(model, data);
    await saveModel(model, dir);
    expect((await readdir(dir)).sort()).toEqual(['model.json', 'notes.txt', 'weights.bin']);
    expect(weightsOf(await loadModel(dir))).toEqual(weightsOf(model));
  });

  it('leak no tensor but the loaded model’s', async () => {
    const dir = join(root, 'leak');
    const model = compiledToy();
    const left = await tensorsLeftBy(async () => {
      await saveModel(model, dir);
      (await loadModel(dir)).dispose();
    });
    expect(left).toBe(0);
  });

  it('leave the old model whole when writing fails half-way', async () => {
    const dir = join(root, 'full');
    const model = compiledToy();
    await saveModel(model, dir);
    const before = weightsOf(model);
    const files: FileSystem = {
      ...nodeFileSystem,
      writeFile: async (path, bytes) => {
        await nodeFileSystem.writeFile(path, bytes.slice(0, 10));
        throw new Error('no space left');
      },
    };
    await fit(model, data);
    await expect(saveModel(model, dir, { files })).rejects.toMatchObject({
      name: 'ModelFileError',
      code: 'WRITE',
    });
    expect((await readdir(dir)).sort()).toEqual(['model.json', 'weights.bin']);
    expect(weightsOf(await loadModel(dir))).toEqual(before);
  });

  it.each([
    ['a missing folder', async () => {}, 'READ'],
    [
      'text that is not JSON',
      (dir: string) => writeFile(join(dir, 'model.json'), '{"a":'),
      'FORMAT',
    ],
    ['JSON of something else', (dir: string) => writeFile(join(dir, 'model.json'), '{}'), 'FORMAT'],
    ['missing weights', (dir: string) => rm(join(dir, 'weights.bin')), 'READ'],
    ['short weights', (dir: string) => writeFile(join(dir, 'weights.bin'), 'abc'), 'CORRUPT'],
    [
      'the weights of another model of that shape',
      async (dir: string) => {
        const bytes = new Uint8Array(await readFile(join(dir, 'weights.bin')));
        bytes[3]! ^= 1;
        await writeFile(join(dir, 'weights.bin'), bytes);
      },
      'CORRUPT',
    ],
  ])('tell %s apart', async (what, spoil, code) => {
    const dir = join(root, what.replaceAll(' ', '-'));
    if (code !== 'READ' || what === 'missing weights') await saveModel(compiledToy(), dir);
    await spoil(dir);
    await expect(loadModel(dir)).rejects.toMatchObject({ name: 'ModelFileError', code });
  });
});

describe('saveOptimizer and loadOptimizer', () => {
  it.each([
    ['adam', { amsgrad: true, weightDecay: 0.01 }],
    ['nadam', {}],
    ['rmsprop', { momentum: 0.5, useEma: true }],
    ['sgd', {}],
    [
      'sgd',
      {
        learningRate: exponentialDecay({ initialLearningRate: 0.1, decaySteps: 3, decayRate: 0.5 }),
      },
    ],
  ])('let a run of %s %j go on bit for bit in another model', async (name, options) => {
    const train = async (
      optimizer: KerasOptimizer,
      weights: number[][] | undefined,
      epochs: [number, number],
    ) => {
      const model = compiledToy({ dropout: 0.3 });
      model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
      if (weights) {
        tf.tidy(() =>
          model.setWeights(model.getWeights().map((w, i) => tf.tensor(weights[i]!, w.shape))),
        );
      }
      // Averages go into the weights when a run ends, so they would part the two runs there.
      const [initialEpoch, last] = epochs;
      for (let epoch = initialEpoch; epoch < last; epoch++) {
        await fit(model, data, { initialEpoch: epoch, epochs: epoch + 1, batchSize: 8 });
      }
      return weightsOf(model);
    };
    const straight = await train(createOptimizer(name, options), undefined, [0, 3]);
    const dir = join(root, `optimizer-${name}-${Object.keys(options).join('-')}`);
    const first = createOptimizer(name, options);
    const half = await train(first, undefined, [0, 1]);
    await saveOptimizer(first, dir);
    const second = await loadOptimizer(dir);
    expect(second.iterations).toBe(5);
    expect(await train(second, half, [1, 3])).toEqual(straight);
  });

  it('say what is wrong with a folder', async () => {
    await expect(loadOptimizer(join(root, 'none'))).rejects.toMatchObject({ code: 'READ' });
  });
});

describe('modelCheckpoint and csvLogger', () => {
  it('write folders and a file as the run goes on', async () => {
    const dir = join(root, 'run');
    const model = compiledToy();
    const { history } = await fit(model, data, {
      epochs: 2,
      validationSplit: 0.25,
      callbacks: [
        modelCheckpoint(join(dir, 'model-{epoch:02d}')),
        csvLogger(join(dir, 'history.csv')),
      ],
    });
    expect((await readdir(dir)).sort()).toEqual(['history.csv', 'model-01', 'model-02']);
    expect(weightsOf(await loadModel(join(dir, 'model-02')))).toEqual(weightsOf(model));
    const lines = (await readFile(join(dir, 'history.csv'), 'utf8')).trimEnd().split('\r\n');
    expect(lines[0]).toBe('epoch,accuracy,loss,val_accuracy,val_loss');
    expect(Number(lines[2]!.split(',')[2])).toBe(history.loss![1]);
  });

  it('append to a file that is there', async () => {
    const path = join(root, 'append.csv');
    const model = compiledToy();
    await fit(model, data, { callbacks: [csvLogger(path)] });
    await fit(model, data, {
      initialEpoch: 1,
      epochs: 2,
      callbacks: [csvLogger(path, { append: true })],
    });
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\r\n');
    expect(lines.map((line) => line.split(',')[0])).toEqual(['epoch', '0', '1']);
  });
});

describe('backupFolder', () => {
  it('lets a killed run go on, and is gone when it ends', async () => {
    const dir = join(root, 'backup');
    const options = { epochs: 3, batchSize: 8, seed: 1 };
    const quiet = { onTrainBatchEnd: () => {}, needsBatchLogs: () => false };
    const straight = compiledToy({ dropout: 0.3 });
    await fit(straight, data, { ...options, callbacks: [quiet] });
    let batches = 0;
    const kill = {
      needsBatchLogs: () => false,
      onTrainBatchEnd: () => {
        if (++batches === 9) throw new Error('killed');
      },
    };
    const backup = backupFolder(dir, { saveFreq: 2 });
    const first = compiledToy({ dropout: 0.3 });
    await expect(fit(first, data, { ...options, backup, callbacks: [kill] })).rejects.toThrow(
      'killed',
    );
    expect(await readdir(dir)).toEqual(['backup.ckpt']);
    const second = compiledToy({ dropout: 0.3 });
    await fit(second, data, { ...options, backup: backupFolder(dir), callbacks: [quiet] });
    expect(weightsOf(second)).toEqual(weightsOf(straight));
    expect(await readdir(dir)).toEqual([]);
  });

  it('rejects a saveFreq that is no number of batches', () => {
    expect(() => backupFolder(root, { saveFreq: 0.5 })).toThrow(/received 0.5/);
  });
});
