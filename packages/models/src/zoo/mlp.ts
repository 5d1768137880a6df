import type { LayersModel } from '@tensorflow/tfjs-layers';
import { buildSequential, checkClasses, type LayerPlan } from '../internal/build-sequential.js';
import { checkCounts } from '../internal/check.js';
import type { ModelOptions } from './options.js';

/** Options of `mlp`. */
export interface MlpOptions extends ModelOptions {
  /** Units of each hidden layer. Default [512]. */
  readonly units?: readonly number[];
  /** Activation of the hidden layers. Default `relu`. */
  readonly activation?: 'relu' | 'sigmoid' | 'tanh';
}

/**
 * Dense layers only: what a convolutional network is compared with. Inputs of more than one axis
 * are flattened first. 407,050 parameters by default.
 *
 * @returns An uncompiled model; the caller disposes it.
 * @throws TypeError or RangeError for options that make no network.
 */
export function mlp({
  inputShape = [28, 28, 1],
  classes = 10,
  units = [512],
  activation = 'relu',
  ...rest
}: MlpOptions = {}): LayersModel {
  const caller = 'mlp';
  checkClasses(caller, classes);
  checkCounts(caller, 'units', units, 0);
  checkCounts(caller, 'inputShape', inputShape, 1);
  return buildSequential(caller, { ...rest, inputShape }, [
    ...(inputShape.length > 1 ? [{ type: 'flatten' } as const] : []),
    ...units.map((u): LayerPlan => ({ type: 'dense', units: u, activation })),
    { type: 'dense', units: classes, activation: 'softmax' },
  ]);
}
