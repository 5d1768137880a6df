import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { Dropout } from '../src/index.js';

/** A layer as Keras described it. */
export interface KerasLayer {
  name: string;
  type: string;
  outputShape: number[];
  params: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON whose values depend on the layer's type
  config: Record<string, any>;
}

/** A model as Keras described it. */
export interface KerasModel {
  name: string;
  inputShape: number[];
  layers: KerasLayer[];
  total: number;
  trainable: number;
  summary: string;
}

const ownFile = fileURLToPath(new URL('../fixtures/models.json', import.meta.url));

/** The models of models.json, from the folder in CNNKIT_KERAS_FIXTURES if it is there. */
export function kerasModels(): KerasModel[] {
  const given = join(process.env.CNNKIT_KERAS_FIXTURES ?? '', 'models.json');
  const file = process.env.CNNKIT_KERAS_FIXTURES && existsSync(given) ? given : ownFile;
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The models of this package's own copy, which the factories are held against by name. */
export function ownKerasModels(): Map<string, KerasModel> {
  const models: KerasModel[] = JSON.parse(readFileSync(ownFile, 'utf8'));
  return new Map(models.map((model) => [model.name, model]));
}

/** The same model in tfjs, layer by layer. */
export function buildKerasModel({
  summary,
  inputShape,
  layers: described,
}: KerasModel): LayersModel {
  const model = sequential({ name: /^Model: "(.*)"/.exec(summary)?.[1] ?? 'sequential' });
  described.forEach(({ name, type, config }, i) => {
    const create = creators[type];
    if (create === undefined) throw new Error(`no tfjs layer for ${type}`);
    const options = Object.entries(config).map(([key, value]) => [
      key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]);
    const first = i === 0 ? { inputShape } : {};
    model.add(create({ ...Object.fromEntries(options), name, ...first }));
  });
  return model;
}

// biome-ignore lint/suspicious/noExplicitAny: arguments come out of JSON
const creators: Record<string, (args: any) => layers.Layer> = {
  Activation: layers.activation,
  Add: layers.add,
  AveragePooling2D: layers.averagePooling2d,
  BatchNormalization: layers.batchNormalization,
  Conv1D: layers.conv1d,
  Conv2D: layers.conv2d,
  Conv2DTranspose: layers.conv2dTranspose,
  Dense: layers.dense,
  DepthwiseConv2D: layers.depthwiseConv2d,
  Dropout: (args) => new Dropout(args),
  ELU: layers.elu,
  Flatten: layers.flatten,
  GlobalAveragePooling2D: layers.globalAveragePooling2d,
  GlobalMaxPooling2D: layers.globalMaxPooling2d,
  LayerNormalization: layers.layerNormalization,
  LeakyReLU: layers.leakyReLU,
  MaxPooling2D: layers.maxPooling2d,
  PReLU: layers.prelu,
  ReLU: layers.reLU,
  SeparableConv2D: layers.separableConv2d,
  Softmax: layers.softmax,
  UpSampling2D: layers.upSampling2d,
  ZeroPadding2D: layers.zeroPadding2d,
};
