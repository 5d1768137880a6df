import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  buildSequential,
  checkClasses,
  checkImageShape,
  type LayerPlan,
} from '../internal/build-sequential.js';
import type { ModelOptions } from './options.js';

/**
 * Keras's `cifar10_cnn` example: two blocks of two convolutions, a pool and dropout; about 79 % on
 * CIFAR-10 after 50 epochs. 1,250,858 parameters by default.
 *
 * @returns An uncompiled model; the caller disposes it.
 * @throws TypeError or RangeError for options that make no network.
 */
export function cifar10Cnn({
  inputShape = [32, 32, 3],
  classes = 10,
  ...rest
}: ModelOptions = {}): LayersModel {
  const caller = 'cifar10Cnn';
  checkImageShape(caller, inputShape);
  checkClasses(caller, classes);
  return buildSequential(caller, { ...rest, inputShape }, [
    ...block(32),
    ...block(64),
    { type: 'flatten' },
    { type: 'dense', units: 512, activation: 'relu' },
    { type: 'dropout', rate: 0.5 },
    { type: 'dense', units: classes, activation: 'softmax' },
  ]);
}

function block(filters: number): LayerPlan[] {
  return [
    { type: 'conv', filters, kernelSize: 3, padding: 'same', activation: 'relu' },
    { type: 'conv', filters, kernelSize: 3, activation: 'relu' },
    { type: 'maxPool', poolSize: 2 },
    { type: 'dropout', rate: 0.25 },
  ];
}
