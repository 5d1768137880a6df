import type { LayersModel } from '@tensorflow/tfjs-layers';
import { buildSequential, checkClasses, checkImageShape } from '../internal/build-sequential.js';
import type { ModelOptions } from './options.js';

/**
 * Keras's `mnist_convnet` example: two convolutions with pools, dropout, softmax; 99.2 % on MNIST
 * with 34,826 parameters.
 *
 * @returns An uncompiled model; the caller disposes it.
 * @throws TypeError or RangeError for options that make no network.
 * @see https://keras.io/examples/vision/mnist_convnet/
 */
export function mnistConvnet({
  inputShape = [28, 28, 1],
  classes = 10,
  ...rest
}: ModelOptions = {}): LayersModel {
  const caller = 'mnistConvnet';
  checkImageShape(caller, inputShape);
  checkClasses(caller, classes);
  return buildSequential(caller, { ...rest, inputShape }, [
    { type: 'conv', filters: 32, kernelSize: 3, activation: 'relu' },
    { type: 'maxPool', poolSize: 2 },
    { type: 'conv', filters: 64, kernelSize: 3, activation: 'relu' },
    { type: 'maxPool', poolSize: 2 },
    { type: 'flatten' },
    { type: 'dropout', rate: 0.5 },
    { type: 'dense', units: classes, activation: 'softmax' },
  ]);
}
