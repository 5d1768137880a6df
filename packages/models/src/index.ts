export { type ConvOutputSizeOptions, convOutputSize } from './arithmetic/conv-output-size.js';
export { type LayerCost, type ModelCost, modelCost } from './arithmetic/model-cost.js';
export {
  type ConvParametersOptions,
  convParameters,
  denseParameters,
} from './arithmetic/parameters.js';
export {
  createModel,
  type ModelName,
  type ModelOptionsByName,
  modelNames,
} from './create-model.js';
export { Dropout, type DropoutArgs } from './dropout/dropout.js';
export { type ModelSummaryOptions, modelSummary } from './summary/model-summary.js';
export { type BasicCnnOptions, basicCnn } from './zoo/basic-cnn.js';
export { cifarTutorialCnn } from './zoo/cifar-tutorial-cnn.js';
export { cifar10Cnn } from './zoo/cifar10-cnn.js';
export { type ConvOnlyCnnOptions, convOnlyCnn } from './zoo/conv-only-cnn.js';
export { type DropoutCnnOptions, dropoutCnn, mnistCnn } from './zoo/dropout-cnn.js';
export { type FashionCnnOptions, fashionCnn } from './zoo/fashion-cnn.js';
export { type LenetOptions, lenet } from './zoo/lenet.js';
export { type MlpOptions, mlp } from './zoo/mlp.js';
export { mnistConvnet } from './zoo/mnist-convnet.js';
export type { ModelOptions } from './zoo/options.js';
