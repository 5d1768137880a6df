import {
  initializers,
  type LayersModel,
  layers,
  type Sequential,
  sequential,
} from '@tensorflow/tfjs-layers';
import { Dropout } from '../dropout/dropout.js';
import type { ModelOptions } from '../zoo/options.js';
import { checkCount, checkCounts } from './check.js';
import { layerNamer } from './layer-names.js';
import { layerSeed } from './layer-seed.js';

/** Activations that the zoo uses. */
export type Activation = 'relu' | 'sigmoid' | 'tanh' | 'softmax' | 'linear';

/** A layer of the zoo as plain data. */
export type LayerPlan =
  | {
      readonly type: 'conv';
      readonly filters: number;
      readonly kernelSize: number;
      readonly padding?: 'valid' | 'same';
      readonly activation: Activation;
    }
  | { readonly type: 'maxPool' | 'averagePool'; readonly poolSize: number }
  | { readonly type: 'dropout'; readonly rate: number }
  | { readonly type: 'flatten' }
  | { readonly type: 'dense'; readonly units: number; readonly activation: Activation };

/** An uncompiled model of these layers, with Keras's layer names and a seed of its own a layer. */
export function buildSequential(
  caller: string,
  { inputShape, seed, name = 'sequential' }: ModelOptions & { inputShape: readonly number[] },
  plan: readonly LayerPlan[],
): LayersModel {
  checkCounts(caller, 'inputShape', inputShape, 1);
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new TypeError(`${caller}: seed must be a whole number; received ${String(seed)}.`);
  }
  const model = sequential({ name });
  const nameOf = layerNamer();
  try {
    plan.forEach((layer, index) => {
      const first = index === 0 ? { inputShape: [...inputShape] } : {};
      const seedOf = seed === undefined ? {} : { seed: layerSeed(seed, index) };
      model.add(createLayer(layer, { ...first, name: nameOf(classNames[layer.type]) }, seedOf));
      checkRoom(caller, model);
    });
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}

const classNames: Readonly<Record<LayerPlan['type'], string>> = {
  conv: 'Conv2D',
  maxPool: 'MaxPooling2D',
  averagePool: 'AveragePooling2D',
  dropout: 'Dropout',
  flatten: 'Flatten',
  dense: 'Dense',
};

function createLayer(
  plan: LayerPlan,
  base: { name: string; inputShape?: number[] },
  seed: { seed?: number },
): layers.Layer {
  // Keras's own default, with a seed.
  const kernelInitializer = initializers.glorotUniform(seed as { seed: number });
  switch (plan.type) {
    case 'conv': {
      const { filters, kernelSize, padding = 'valid', activation } = plan;
      return layers.conv2d({
        ...base,
        filters,
        kernelSize,
        padding,
        activation,
        kernelInitializer,
      });
    }
    case 'maxPool':
      return layers.maxPooling2d({ ...base, poolSize: plan.poolSize });
    case 'averagePool':
      return layers.averagePooling2d({ ...base, poolSize: plan.poolSize });
    case 'dropout':
      return new Dropout({ ...base, ...seed, rate: plan.rate });
    case 'flatten':
      return layers.flatten(base);
    case 'dense': {
      const { units, activation } = plan;
      return layers.dense({ ...base, units, activation, kernelInitializer });
    }
  }
}

/** tfjs builds a layer whose output has no pixels; the mistake would show only in training. */
function checkRoom(caller: string, model: Sequential): void {
  const layer = model.layers.at(-1)!;
  const shape = (layer.outputShape as (number | null)[]).slice(1);
  if (shape.some((axis) => axis === null || axis < 1)) {
    throw new RangeError(
      `${caller}: inputShape must leave at least one pixel at every layer; received one that gives [${shape.join(', ')}] at ${layer.name}. Use larger images, fewer layers or smaller kernels.`,
    );
  }
}

/** Throws unless `classes` is a count. */
export function checkClasses(caller: string, classes: number): void {
  checkCount(caller, 'classes', classes);
}

/** Throws unless the input is an image: height, width, channels. */
export function checkImageShape(caller: string, inputShape: readonly number[]): void {
  if (inputShape?.length !== 3) {
    throw new RangeError(
      `${caller}: inputShape must be [height, width, channels]; received ${JSON.stringify(inputShape)}.`,
    );
  }
}

/** The options that the convolutional factories share, checked; `sizes` are whole numbers from 1. */
export function checkCnn(
  caller: string,
  shared: {
    readonly inputShape: readonly number[];
    readonly classes: number;
    readonly filters: readonly number[];
  },
  sizes: Readonly<Record<string, number>>,
): void {
  checkImageShape(caller, shared.inputShape);
  checkClasses(caller, shared.classes);
  checkCounts(caller, 'filters', shared.filters, 1);
  for (const [name, value] of Object.entries(sizes)) checkCount(caller, name, value);
}
