import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import {
  decodeEvents,
  EventWriter,
  hparamsSummary,
  imageSummary,
  memoryLogs,
  readTensor,
  scalarSummary,
  TensorBoard,
} from './index.js';

/** What of the page this test uses; the library is compiled without DOM types. */
declare const createImageBitmap: (blob: Blob) => Promise<{ width: number; height: number }>;

test('a training run is logged in a browser as it is in Node', async () => {
  await tf.setBackend('cpu');
  const model = layers.sequential({
    name: 'm',
    layers: [layers.layers.dense({ inputShape: [2], units: 1, name: 'd' })],
  });
  const logs = memoryLogs();
  const callback = new TensorBoard(logs, { histogramFreq: 1, writeImages: true });
  const params = { epochs: 1, steps: 1, batchSize: 1, samples: 1 };
  callback.setContext({ model, params, stopTraining: false, learningRate: 0.1 });
  await callback.onTrainBegin();
  await callback.onEpochEnd(0, { loss: 0.5, val_loss: 0.25 });
  await callback.onTrainEnd();
  const tags = [...logs.files].map(([path, bytes]) => {
    const { events, end } = decodeEvents(bytes);
    expect(path).toMatch(/^(train|validation)\/events\.out\.tfevents\.\d{10}\.browser\.0\.0\.v2$/);
    expect(end.kind).toBe('complete');
    return events.flatMap(({ event }) =>
      event.what.case === 'summary' ? event.what.value.value.map(({ tag }) => tag) : [],
    );
  });
  expect(tags).toEqual([
    [
      'keras',
      'epoch_loss',
      'epoch_learning_rate',
      'm/d/kernel/histogram',
      'm/d/kernel/image',
      'm/d/bias/histogram',
    ],
    ['epoch_loss'],
  ]);
});

test('the browser shows the pictures that it wrote', async () => {
  const data = Uint8Array.from({ length: 5 * 7 * 3 }, (_, i) => i * 2);
  const summary = await imageSummary('x', { data, shape: [1, 5, 7, 3] });
  if (summary.value.case !== 'tensor') throw new Error('no tensor');
  const png = readTensor(summary.value.value).values[2] as Uint8Array<ArrayBuffer>;
  const { width, height } = await createImageBitmap(new Blob([png], { type: 'image/png' }));
  expect([width, height]).toEqual([7, 5]);
});

test('hyperparameters are hashed and a file is written without anything of Node', async () => {
  expect('process' in globalThis && 'versions' in process && 'node' in process.versions).toBe(
    false,
  );
  const logs = memoryLogs();
  const writer = await EventWriter.open(logs);
  await writer.write(0, [await hparamsSummary({ lr: 0.001 }, { startTimeSeconds: 0 })]);
  await writer.write(1, [scalarSummary('score', 1)]);
  await writer.close();
  const text = new TextDecoder('latin1').decode(logs.files.get(writer.path));
  expect(text).toContain('d368ce5a6807cfa34432f791b38d7bb01601c525f75fe24fab5b4bdc68eef7b2');
});
