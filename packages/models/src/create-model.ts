import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type BasicCnnOptions, basicCnn } from './zoo/basic-cnn.js';
import { cifarTutorialCnn } from './zoo/cifar-tutorial-cnn.js';
import { cifar10Cnn } from './zoo/cifar10-cnn.js';
import { type ConvOnlyCnnOptions, convOnlyCnn } from './zoo/conv-only-cnn.js';
import { type DropoutCnnOptions, dropoutCnn, mnistCnn } from './zoo/dropout-cnn.js';
import { type FashionCnnOptions, fashionCnn } from './zoo/fashion-cnn.js';
import { type LenetOptions, lenet } from './zoo/lenet.js';
import { type MlpOptions, mlp } from './zoo/mlp.js';
import { mnistConvnet } from './zoo/mnist-convnet.js';
import type { ModelOptions } from './zoo/options.js';

/** The names that `createModel` knows, and the options of each. */
export interface ModelOptionsByName {
  'conv-only-cnn': ConvOnlyCnnOptions;
  'basic-cnn': BasicCnnOptions;
  'fashion-cnn': FashionCnnOptions;
  'dropout-cnn': DropoutCnnOptions;
  lenet: LenetOptions;
  mlp: MlpOptions;
  'mnist-convnet': ModelOptions;
  'mnist-cnn': DropoutCnnOptions;
  'cifar-tutorial-cnn': BasicCnnOptions;
  'cifar10-cnn': ModelOptions;
}

/** A name that `createModel` knows. */
export type ModelName = keyof ModelOptionsByName;

const factories: { [N in ModelName]: (options?: ModelOptionsByName[N]) => LayersModel } = {
  'conv-only-cnn': convOnlyCnn,
  'basic-cnn': basicCnn,
  'fashion-cnn': fashionCnn,
  'dropout-cnn': dropoutCnn,
  lenet,
  mlp,
  'mnist-convnet': mnistConvnet,
  'mnist-cnn': mnistCnn,
  'cifar-tutorial-cnn': cifarTutorialCnn,
  'cifar10-cnn': cifar10Cnn,
};

/** The names that `createModel` knows. */
export const modelNames: readonly ModelName[] = Object.keys(factories) as ModelName[];

/**
 * A model by its name, as a command line gives it.
 *
 * @param name - One of `modelNames`.
 * @param options - Options of that factory.
 * @returns An uncompiled model; the caller disposes it.
 * @throws RangeError for an unknown name; it lists the known ones.
 */
export function createModel<N extends ModelName>(
  name: N,
  options?: ModelOptionsByName[N],
): LayersModel {
  if (!Object.hasOwn(factories, name)) {
    throw new RangeError(
      `createModel: name must be one of ${modelNames.join(', ')}; received ${String(name)}.`,
    );
  }
  return factories[name](options);
}
