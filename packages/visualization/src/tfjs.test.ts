import '@tensorflow/tfjs-backend-cpu';
import { env, memory, ready, tensor } from '@tensorflow/tfjs-core';
import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import { beforeAll, expect, test } from 'vitest';
import { layerActivations, layerFilters, layerNodes } from './tfjs.js';

beforeAll(async () => {
  env().set('PROD', true);
  await ready();
});

const small = () =>
  sequential({
    layers: [
      layers.conv2d({
        inputShape: [4, 4, 1],
        filters: 2,
        kernelSize: 3,
        kernelInitializer: 'ones',
        name: 'conv',
      }),
      layers.maxPooling2d({ poolSize: 2, name: 'pool' }),
      layers.dropout({ rate: 0.5, name: 'dropout' }),
      layers.flatten({ name: 'flatten' }),
      layers.dense({ units: 3, name: 'dense' }),
    ],
  });

test('gives what every layer makes of an image and leaves no tensor behind', async () => {
  const net = small();
  const before = memory().numTensors;
  const result = await layerActivations(net, { data: Array(16).fill(1), shape: [4, 4, 1] });
  expect(result.map(({ name, shape }) => [name, shape])).toEqual([
    ['conv', [2, 2, 2]],
    ['pool', [1, 1, 2]],
    ['dropout', [1, 1, 2]],
    ['flatten', [2]],
    ['dense', [3]],
  ]);
  expect([...(result[0]!.data as Float32Array)]).toEqual(Array(8).fill(9));
  expect([...(result[2]!.data as Float32Array)]).toEqual([9, 9]);
  expect(memory().numTensors).toBe(before);
  net.dispose();
  expect(memory().numTensors).toBe(before - 4);
});

test('borrows a tensor, with or without a batch of one, and gives the layers asked for', async () => {
  const net = small();
  const image = tensor(Array(16).fill(1), [1, 4, 4, 1]);
  const before = memory().numTensors;
  const [pool, conv] = await layerActivations(net, image, { layers: ['pool', 'conv'] });
  expect([pool!.name, conv!.name]).toEqual(['pool', 'conv']);
  expect(image.isDisposed).toBe(false);
  expect(memory().numTensors).toBe(before);
  image.dispose();
  net.dispose();
});

test('follows the graph of this model when layers serve others as well', async () => {
  const shared = layers.conv2d({
    filters: 1,
    kernelSize: 1,
    kernelInitializer: 'ones',
    name: 'shared',
  });
  const wide = input({ shape: [3, 3, 1] });
  const narrow = input({ shape: [2, 2, 1] });
  const first = model({
    inputs: wide,
    outputs: layers.flatten({ name: 'flat' }).apply(shared.apply(wide)) as never,
  });
  model({ inputs: narrow, outputs: shared.apply(narrow) as never });
  const [activation] = await layerActivations(first, { data: Array(9).fill(2), shape: [3, 3, 1] });
  expect(activation).toMatchObject({ name: 'shared', shape: [3, 3, 1] });
  first.dispose();
});

test('gives the kernels of convolutions, nested ones too, as copies', async () => {
  const net = sequential({
    layers: [
      small(),
      layers.reshape({ targetShape: [1, 1, 3] }),
      layers.depthwiseConv2d({ kernelSize: 1, name: 'depthwise' }),
    ],
  });
  const before = memory().numTensors;
  const filters = await layerFilters(net);
  expect(filters.map(({ name, shape }) => [name, shape])).toEqual([
    ['conv', [3, 3, 1, 2]],
    ['depthwise', [1, 1, 3, 1]],
  ]);
  (filters[0]!.data as Float32Array).fill(5);
  expect((await layerFilters(net, { layers: ['conv'] }))[0]!.data[0]).toBe(1);
  expect(memory().numTensors).toBe(before);
  net.dispose();
});

test('tells how the layers of a model hang together', () => {
  const net = small();
  const before = memory().numTensors;
  const nodes = layerNodes(net);
  expect(nodes.map(({ type }) => type)).toEqual([
    'InputLayer',
    'Conv2D',
    'MaxPooling2D',
    'Dropout',
    'Flatten',
    'Dense',
  ]);
  expect(nodes[1]).toMatchObject({ name: 'conv', outputShape: [2, 2, 2], params: 20 });
  expect(nodes[5]).toMatchObject({ inputs: ['flatten'], outputShape: [3], params: 9 });
  const start = input({ shape: [4] });
  const once = layers.dense({ units: 4, activation: 'relu', name: 'once' }).apply(start);
  const sum = layers.add({ name: 'sum' }).apply([start, once] as never);
  const branched = model({ inputs: start, outputs: sum as never });
  expect(layerNodes(branched).map(({ name, inputs }) => [name, inputs])).toEqual([
    [start.sourceLayer.name, []],
    ['once', [start.sourceLayer.name]],
    ['sum', [start.sourceLayer.name, 'once']],
  ]);
  expect(() => layerNodes(5 as never)).toThrow(TypeError);
  branched.dispose();
  expect(memory().numTensors).toBe(before);
  net.dispose();
});

test('names what is wrong with its arguments', async () => {
  const net = small();
  const image = { data: Array(16).fill(0), shape: [4, 4, 1] };
  const before = memory().numTensors;
  await expect(layerActivations({} as never, image)).rejects.toThrow(TypeError);
  await expect(layerActivations(net, null as never)).rejects.toThrow(TypeError);
  await expect(layerActivations(net, { data: [1], shape: [1, 1, 1] })).rejects.toThrow(
    '[4, 4, 1] that the model takes; received [1, 1, 1]',
  );
  await expect(layerActivations(net, { data: [1], shape: [4, 4, 1] })).rejects.toThrow(
    'must hold 16 values',
  );
  await expect(layerActivations(net, image, { layers: ['nope'] })).rejects.toThrow(
    "received 'nope'",
  );
  await expect(layerFilters(net, { layers: ['dense'] })).rejects.toThrow(
    "among conv; received 'dense'",
  );
  await expect(layerFilters(5 as never)).rejects.toThrow(TypeError);
  expect(memory().numTensors).toBe(before);
  net.dispose();
});
