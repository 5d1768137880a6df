import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { beforeEach, describe, expect, test } from 'vitest';
import { dumpValue } from '../../../test/tensorboard-support/dump-event.js';
import { type DumpedValue, dumpOf } from '../../../test/tensorboard-support/fixtures.js';
import {
  nested,
  sequentialInside,
  tinyCnn,
  twoBranches,
} from '../../../test/tensorboard-support/models.js';
import type { SummaryValue } from '../events/event.js';
import { decodeEvents } from '../events/event.js';
import { memoryLogs } from '../events/memory-logs.js';
import { activationSummaries, gradientSummaries } from './probe-summaries.js';
import { TensorBoard } from './tensorboard.js';
import { weightPaths } from './weight-paths.js';
import { weightImage, weightSummaries } from './weight-summaries.js';

beforeEach(async () => {
  await tf.ready();
});

const keras = Object.values(dumpOf('keras/train').files)
  .flat()
  .filter(({ step }) => step === 0)
  .flatMap(({ values = [] }) => values)
  .filter(({ tag }) => tag.startsWith('tiny_cnn/'));

describe('weightSummaries', () => {
  test('have the tags, order, kinds and shapes that Keras wrote', async () => {
    const ours = await weightSummaries(tinyCnn(), { images: true });
    const outline = ({ tag, plugin_name, dtype, shape }: DumpedValue) => ({
      tag,
      plugin_name,
      dtype,
      shape,
    });
    expect(dumped(ours).map(outline)).toEqual(keras.map(outline));
    const sizes = (value: DumpedValue) => (value.values as unknown[]).slice(0, 2);
    const images = (of: readonly DumpedValue[]) => of.filter(({ tag }) => tag.endsWith('/image'));
    expect(images(dumped(ours)).map(sizes)).toEqual(images(keras).map(sizes));
  });

  test('hold all values of a weight', async () => {
    const model = layers.sequential({
      name: 'm',
      layers: [layers.layers.dense({ inputShape: [2], units: 2, name: 'd' })],
    });
    model.setWeights([tf.tensor2d([0, 1, 2, 3], [2, 2]), tf.tensor1d([5, 5])]);
    const [kernel, bias] = dumped(await weightSummaries(model, { images: false }));
    const filled = (value: DumpedValue) =>
      (value.values as number[][]).filter(([, , count]) => count! > 0).map((row) => row[2]);
    expect(kernel!.tag).toBe('m/d/kernel/histogram');
    expect(filled(kernel!)).toEqual([1, 1, 1, 1]);
    expect(filled(bias!)).toEqual([2]);
  });

  test('are named by the Sequential model around a layer, if there is one', () => {
    const names = (model: layers.LayersModel) => weightPaths(model).map(({ path }) => path);
    expect(names(twoBranches())).toContain('left/kernel');
    expect(names(sequentialInside())).toContain('head/first/kernel');
    expect(names(nested())).toContain('out/bias');
  });

  test('never share a name', () => {
    const twice = layers.sequential({ layers: [twoBranches()] });
    const model = layers.sequential({ layers: [twice] });
    const copy = { ...model, getClassName: () => 'Model', layers: [twoBranches(), twoBranches()] };
    const names = weightPaths(copy as unknown as layers.LayersModel).map(({ path }) => path);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('left/kernel_1');
  });
});

describe('weightImage', () => {
  test('turns a dense kernel so that its longer side runs across', () => {
    const { data, shape } = weightImage([1, 2, 3, 4, 5, 6], [3, 2])!;
    expect(shape).toEqual([1, 2, 3, 1]);
    expect([...(data as Float32Array)]).toEqual([1, 3, 5, 2, 4, 6]);
  });

  test('shows a kernel of one channel filter by filter', () => {
    const { data, shape } = weightImage([1, 10, 2, 20, 3, 30, 4, 40], [2, 2, 1, 2])!;
    expect(shape).toEqual([2, 2, 2, 1]);
    expect([...(data as Float32Array)]).toEqual([1, 2, 3, 4, 10, 20, 30, 40]);
  });

  test('leaves out what it cannot show', () => {
    expect(weightImage(new Float32Array(81), [3, 3, 3, 3])).toBeUndefined();
  });
});

describe('activations and gradients', () => {
  const sgd = { optimizer: 'sgd', loss: 'meanSquaredError' };

  test('are those of the layers, by hand', async () => {
    const model = layers.sequential({
      layers: [layers.layers.dense({ inputShape: [1], units: 1, name: 'd' })],
      name: 'm',
    });
    model.setWeights([tf.tensor2d([3], [1, 1]), tf.tensor1d([1])]);
    model.compile(sgd);
    const xs = tf.tensor2d([2], [1, 1]);
    const ys = tf.tensor2d([5], [1, 1]);
    // y = 3·2 + 1 = 7; d(7 − 5)²/dw = 2·2·2 = 8, /db = 4.
    const activations = dumped(await activationSummaries(model, xs));
    expect(activations.map(({ tag }) => tag)).toEqual(['d/activation/histogram']);
    expect((activations[0]!.values as number[][])[29]).toEqual([7, 7, 1]);
    const gradients = dumped(await gradientSummaries(model, xs, ys));
    expect(gradients.map(({ tag, values }) => [tag, (values as number[][])[29]])).toEqual([
      ['m/d/kernel/gradient/histogram', [8, 8, 1]],
      ['m/d/bias/gradient/histogram', [4, 4, 1]],
    ]);
  });

  test.each([
    ['a Sequential model', tinyCnn, [2, 8, 8, 1], 7 - 1],
    ['branches', twoBranches, [2, 4, 4, 1], 5],
    ['a model in a model', nested, [2, 4, 4, 1], 2],
    ['a Sequential model in a Functional one', sequentialInside, [2, 3], 2],
  ] as const)('of %s leak no tensor and change no weight', async (_, build, shape, count) => {
    const model = build();
    model.compile(sgd);
    const xs = tf.ones([...shape]);
    const ys = tf.zeros([2, model.outputs[0]!.shape[1]!]);
    const before = model.getWeights().map((weight) => [...weight.dataSync()]);
    const { numTensors } = tf.memory();
    expect(await activationSummaries(model, xs)).toHaveLength(count);
    const gradients = await gradientSummaries(model, xs, ys);
    expect(gradients).toHaveLength(model.trainableWeights.length);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
  });

  test('want a compiled model for gradients', async () => {
    const xs = tf.ones([1, 8, 8, 1]);
    await expect(gradientSummaries(tinyCnn(), xs, xs)).rejects.toThrow(/has no loss/);
  });
});

describe('TensorBoard with histogramFreq', () => {
  test('writes histograms, pictures, activations and gradients at every n-th epoch', async () => {
    const logs = memoryLogs();
    const probe = { xs: tf.ones([2, 8, 8, 1]), ys: tf.tensor2d([1, 0, 0, 0, 1, 0], [2, 3]) };
    const model = tinyCnn();
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const options = { histogramFreq: 2, writeImages: true, writeGraph: false, probe };
    const callback = new TensorBoard(logs, options);
    const params = { epochs: 3, steps: 1, batchSize: 2, samples: 2 };
    callback.setContext({ model, params, stopTraining: false, learningRate: 0.1 });
    await callback.onTrainBegin();
    for (const epoch of [0, 1, 2]) await callback.onEpochEnd(epoch, { loss: 1 });
    await callback.onTrainEnd();
    const [file] = [...logs.files.values()];
    const { events } = decodeEvents(file!);
    const steps = (suffix: string) => [
      ...new Set(
        events.flatMap(({ event }) =>
          event.what.case === 'summary' && event.what.value.value[0]!.tag.endsWith(suffix)
            ? [Number(event.step)]
            : [],
        ),
      ),
    ];
    expect(steps('epoch_loss')).toEqual([0, 1, 2]);
    expect(steps('/kernel/histogram')).toEqual([0, 2]);
    expect(steps('/kernel/image')).toEqual([0, 2]);
    expect(steps('/activation/histogram')).toEqual([0, 2]);
    expect(steps('/gradient/histogram')).toEqual([0, 2]);
  });

  test.each([-1, 0.5])('refuses %d', (histogramFreq) => {
    expect(() => new TensorBoard(memoryLogs(), { histogramFreq })).toThrow(RangeError);
  });
});

function dumped(values: readonly SummaryValue[]): DumpedValue[] {
  return values.map((value) => dumpValue(value) as unknown as DumpedValue);
}
