import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  customScalarsSummary,
  EventWriter,
  hparamsConfigSummary,
  hparamsSummary,
  imageSummary,
  kerasGraphSummary,
  prCurveSummary,
  scalarSummary,
  sessionEndSummary,
  TensorBoard,
  textSummary,
  writeProjector,
} from '../src/tensorboard/index.js';
import { nodeLogs } from '../src/tensorboard/node/index.js';
import { graphModels, sequentialInside, tinyCnn, twoInputs } from './tensorboard-support/models.js';

const run = promisify(execFile);
const tools = fileURLToPath(new URL('tools/', import.meta.url));
const python = process.env.CNNKIT_TENSORBOARD_PYTHON;
const required = (process.env.CNNKIT_REQUIRE ?? '').split(/[\s,]+/).includes('tensorboard');

// Checked with TensorBoard 2.21, through the two checkers in tools/.
const missing = await whyMissing();
const skipped = missing && !required ? ` (skipped: ${missing})` : '';

describe.skipIf(skipped !== '')(`the real TensorBoard${skipped}`, () => {
  let dir: string;
  beforeAll(async () => {
    if (missing) throw new Error(`CNNKIT_REQUIRE names tensorboard, but ${missing}`);
    dir = await mkdtemp(join(tmpdir(), 'cnnkit-tensorboard-'));
    await writeEverything(dir);
  });
  afterAll(() => (dir ? rm(dir, { recursive: true }) : undefined));

  test('reads all that cnnkit writes without a complaint', async () => {
    const read = await check('read_tensorboard.py', dir, '--strict');
    expect(read.problems).toEqual([]);
    expect(read.tensorboard_says).toEqual([]);
    const { train, validation } = read.runs;
    const epochs = { points: 3, first_step: 0, last_step: 2, dtype: 'float32' };
    expect(train.plugins.scalars).toMatchObject({
      epoch_loss: { ...epochs, first: 1, last: 0.25 },
      epoch_learning_rate: { ...epochs, last: Math.fround(0.01) },
      batch_loss: { points: 6, first_step: 1, last_step: 6 },
    });
    expect(validation.plugins.scalars).toMatchObject({
      epoch_accuracy: epochs,
      evaluation_accuracy_vs_iterations: { points: 3, first_step: 2, last_step: 6 },
    });
    const nodes = train.plugins.graph_keras_model.keras.nodes as {
      name: string;
      inputs: string[];
    }[];
    expect(nodes.map(({ name }) => name)).toEqual(
      tinyCnn().layers.map(({ name }) => `tiny_cnn/${name}`),
    );
    expect(nodes.slice(1).map(({ inputs }) => inputs)).toEqual(
      nodes.slice(0, -1).map(({ name }) => [name]),
    );
    const [name, session] = Object.entries(read.sessions)[0] as [string, Record<string, unknown>];
    expect([name, session.status]).toEqual(['session', 'STATUS_SUCCESS']);
  });

  test('shows all of it on every page that has data', async () => {
    const pages =
      'scalars,histograms,distributions,images,text,graphs,hparams,pr_curves,projector,custom_scalars';
    const served = await check('serve_tensorboard.py', dir, '--require', pages);
    expect(served.problems ?? []).toEqual([]);
  });

  test('draws models in models, also where it cannot draw those of Keras', async () => {
    const models = {
      ...graphModels(),
      sequentialInside: sequentialInside(),
      twoInputs: twoInputs(),
    };
    const graphs = join(dir, 'graphs');
    for (const [name, model] of Object.entries(models)) {
      const writer = await EventWriter.open(nodeLogs(graphs), name);
      await writer.write(0, [kerasGraphSummary(model)]);
      await writer.close();
    }
    const read = await check('read_tensorboard.py', graphs, '--strict');
    expect(read.problems).toEqual([]);
    expect(Object.keys(read.runs).sort()).toEqual(Object.keys(models).sort());
  });
});

/** One folder with something for every page. */
async function writeEverything(dir: string): Promise<void> {
  const logs = nodeLogs(dir);
  const probe = { xs: tf.ones([2, 8, 8, 1]), ys: tf.tensor2d([1, 0, 0, 0, 1, 0], [2, 3]) };
  const model = tinyCnn();
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const callback = new TensorBoard(logs, {
    updateFreq: 'batch',
    histogramFreq: 1,
    writeImages: true,
    writeStepsPerSecond: true,
    probe,
  });
  const params = { epochs: 3, steps: 2, batchSize: 2, samples: 4 };
  callback.setContext({ model, params, stopTraining: false, learningRate: 0.01 });
  await callback.onTrainBegin();
  for (let epoch = 0; epoch < 3; epoch++) {
    const loss = 1 / 2 ** epoch;
    callback.onEpochBegin(epoch);
    for (let batch = 0; batch < 2; batch++) {
      callback.onTrainBatchBegin();
      await callback.onTrainBatchEnd(batch, { loss, accuracy: 0.5 });
    }
    await callback.onTestEnd({ loss, accuracy: 0.5 });
    await callback.onEpochEnd(epoch, { loss, accuracy: 0.5, val_loss: loss, val_accuracy: 0.5 });
  }
  await callback.onTrainEnd();
  await writeOtherPages(dir);
}

async function writeOtherPages(dir: string): Promise<void> {
  const logs = nodeLogs(dir);
  const pictures = { data: new Uint8Array(2 * 4 * 6 * 3).fill(90), shape: [2, 4, 6, 3] as const };
  const charts = [{ title: 'loss', tags: ['epoch_loss', 'batch_loss'] }];
  const main = await EventWriter.open(logs);
  await main.write(0, [
    textSummary('notes', '# A *run*'),
    await imageSummary('pictures', pictures),
    prCurveSummary('class 1', [0, 1, 1, 0], [0.1, 0.8, 0.4, 0.6], { thresholds: 11 }),
    customScalarsSummary([{ title: 'losses', charts }]),
    hparamsConfigSummary(
      [{ name: 'batch_size', domain: [16, 32] }, { name: 'optimizer' }],
      [{ tag: 'score' }],
      { timeCreatedSeconds: 1_700_000_000 },
    ),
  ]);
  await main.close();
  const session = await EventWriter.open(logs, 'session');
  const hparams = { batch_size: 16, optimizer: 'adam' };
  await session.write(0, [await hparamsSummary(hparams, { startTimeSeconds: 1_700_000_001 })]);
  await session.write(1, [scalarSummary('score', 0.75)]);
  await session.write(0, [sessionEndSummary('success', { endTimeSeconds: 1_700_000_100 })]);
  await session.close();
  const metadata = { index: [0, 1, 2, 3, 4], label: ['a', 'b', 'c', 'd', 'e'] };
  const images = { data: new Uint8Array(5 * 4 * 4).fill(200), shape: [5, 4, 4, 1] as const };
  const vectors = Float32Array.from({ length: 15 }, (_, i) => Math.sin(i));
  const embedding = { name: 'points', vectors, shape: [5, 3] as const, metadata, images };
  await writeProjector(logs, 'train', [embedding]);
}

// biome-ignore lint/suspicious/noExplicitAny: the checkers print free-form JSON.
async function check(tool: string, ...args: string[]): Promise<any> {
  try {
    const { stdout } = await run(python!, [join(tools, tool), ...args], { maxBuffer: 1 << 26 });
    return JSON.parse(stdout);
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    throw new Error(`${tool} ended with ${code}: ${stderr}\n${stdout?.slice(0, 2000)}`);
  }
}

async function whyMissing(): Promise<string | undefined> {
  if (!python) return 'CNNKIT_TENSORBOARD_PYTHON is not set';
  try {
    await run(python, ['-c', 'import tensorboard']);
    return undefined;
  } catch {
    return `${python} cannot import tensorboard`;
  }
}
