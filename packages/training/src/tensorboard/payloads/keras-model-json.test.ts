import { memory } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { conceptualGraph } from '../../../test/tensorboard-support/conceptual-graph.js';
import { fixtureJson } from '../../../test/tensorboard-support/fixtures.js';
import {
  graphModels,
  nested,
  sequentialInside,
  tinyCnn,
  twoInputs,
} from '../../../test/tensorboard-support/models.js';
import { kerasModelJson } from './keras-model-json.js';

interface GraphCase {
  readonly name: string;
  readonly model_json: string;
  readonly nodes?: readonly object[];
}

const { cases } = fixtureJson<{ cases: readonly GraphCase[] }>('keras_graph.json');
const drawn = cases.filter(({ nodes }) => nodes);

describe("TensorBoard's parser", () => {
  test.each(drawn)("ported for these tests, draws Keras's $name as the original does", (c) => {
    expect(conceptualGraph(JSON.parse(c.model_json))).toEqual(c.nodes);
  });

  test.each(drawn)("draws our $name as it draws Keras's", (c) => {
    const model = graphModels()[c.name];
    if (!model) throw new Error(`nobody builds ${c.name}`);
    expect(conceptualGraph(roundTrip(model))).toEqual(c.nodes);
  });

  test('draws a Functional model in a Sequential one, which Keras itself cannot get drawn', () => {
    const edges = edgesOf(nested());
    expect(edges['nested/two_branches/image']).toEqual(['nested/in']);
    expect(edges['nested/two_branches/left']).toEqual(['nested/two_branches/image']);
    expect(edges['nested/softmax']).toEqual(['nested/two_branches/out']);
  });

  test('joins each input of a nested model with its own source', () => {
    const edges = edgesOf(twoInputs());
    expect(edges['two_inputs/pair/x']).toEqual(['two_inputs/b']);
    expect(edges['two_inputs/pair/y']).toEqual(['two_inputs/a']);
    expect(edges['two_inputs/out']).toEqual(['two_inputs/pair/join']);
  });

  test('draws a Sequential model in a Functional one and a layer used twice', () => {
    const edges = edgesOf(sequentialInside());
    expect(edges['model_with_head/shared']).toEqual([
      'model_with_head/in',
      'model_with_head/shared',
    ]);
    const [input] = Object.keys(edges).filter((name) => name.endsWith('_input'));
    expect(edges[input!]).toEqual(['model_with_head/shared']);
    expect(edges['model_with_head/head/first']).toEqual([input]);
    expect(edges['model_with_head/head/second']).toEqual(['model_with_head/head/first']);
  });
});

describe('kerasModelJson', () => {
  test('adds the input layer that tfjs leaves out of a Sequential', () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ inputShape: [3], units: 1, name: 'only' })],
    });
    const classes = conceptualGraph(roundTrip(model)).map((node) => node.keras_class);
    expect(classes).toEqual(['InputLayer', 'Dense']);
  });

  test('keeps what a layer was configured with', () => {
    const { config } = roundTrip(tinyCnn());
    const conv = config.layers[1].config;
    expect(conv).toMatchObject({
      name: 'conv',
      filters: 2,
      kernel_size: [3, 3],
      activation: 'relu',
    });
    expect(config.layers[0].config.batch_shape).toEqual([null, 8, 8, 1]);
  });

  test('leaks no tensor', () => {
    const model = tinyCnn();
    const before = memory().numTensors;
    kerasModelJson(model);
    expect(memory().numTensors).toBe(before);
  });

  test('names the model whose layer cannot give its configuration', () => {
    const model = tf.sequential({
      name: 'broken',
      layers: [tf.layers.dense({ inputShape: [3], units: 1 })],
    });
    model.layers[0]!.getConfig = () => {
      throw new Error('no config');
    };
    expect(() => kerasModelJson(model)).toThrow(/getConfig\(\); broken has one that throws/);
  });
});

function roundTrip(model: tf.LayersModel) {
  return JSON.parse(JSON.stringify(kerasModelJson(model)));
}

function edgesOf(model: tf.LayersModel): Record<string, string[]> {
  const nodes = conceptualGraph(roundTrip(model));
  return Object.fromEntries(nodes.map(({ name, input }) => [name, input]));
}
