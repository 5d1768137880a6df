import type { LayersModel } from '@tensorflow/tfjs-layers';
import { buildSequential, checkCnn, type LayerPlan } from '../internal/build-sequential.js';
import type { ModelOptions } from './options.js';

/** Options of `convOnlyCnn`. */
export interface ConvOnlyCnnOptions extends ModelOptions {
  /** Filters of each convolution. Default [64, 32]. */
  readonly filters?: readonly number[];
  /** Side of every kernel. Default 3. */
  readonly kernelSize?: number;
}

/**
 * Convolutions and nothing between them, then a softmax: the first network of a course, large for
 * what it does because nothing shrinks its maps. 203,434 parameters by default.
 *
 * @returns An uncompiled model; the caller disposes it.
 * @throws TypeError or RangeError for options that make no network.
 */
export function convOnlyCnn({
  inputShape = [28, 28, 1],
  classes = 10,
  filters = [64, 32],
  kernelSize = 3,
  ...rest
}: ConvOnlyCnnOptions = {}): LayersModel {
  const caller = 'convOnlyCnn';
  checkCnn(caller, { inputShape, classes, filters }, { kernelSize });
  return buildSequential(caller, { ...rest, inputShape }, [
    ...filters.map(
      (f): LayerPlan => ({ type: 'conv', filters: f, kernelSize, activation: 'relu' }),
    ),
    { type: 'flatten' },
    { type: 'dense', units: classes, activation: 'softmax' },
  ]);
}
