import type { LayersModel } from '@tensorflow/tfjs-layers';
import { buildSequential, checkCnn, type LayerPlan } from '../internal/build-sequential.js';
import type { ModelOptions } from './options.js';

/** Options of `fashionCnn`. */
export interface FashionCnnOptions extends ModelOptions {
  /** Filters of each convolution, each followed by a pool. Default [64, 32]. */
  readonly filters?: readonly number[];
  /** Side of every kernel. Default 2. */
  readonly kernelSize?: number;
  /** Side and stride of every max pool. Default 2. */
  readonly poolSize?: number;
  /** Units of the hidden dense layer. Default 256. */
  readonly denseUnits?: number;
  /** Dropout after the last pool, and after the hidden dense layer. Default [0.3, 0.5]. */
  readonly dropout?: readonly [afterConvolutions: number, afterDense: number];
  /** Dropout after every pool but the last as well, at this rate. Default 0: none. */
  readonly extraDropout?: number;
}

/**
 * Two padded 2x2 convolutions with pools and dropout: made for Fashion-MNIST, where it reaches 90 %
 * in five epochs. 412,778 parameters by default.
 *
 * @returns An uncompiled model; the caller disposes it.
 * @throws TypeError or RangeError for options that make no network.
 */
export function fashionCnn({
  inputShape = [28, 28, 1],
  classes = 10,
  filters = [64, 32],
  kernelSize = 2,
  poolSize = 2,
  denseUnits = 256,
  dropout = [0.3, 0.5],
  extraDropout = 0,
  ...rest
}: FashionCnnOptions = {}): LayersModel {
  const caller = 'fashionCnn';
  checkCnn(caller, { inputShape, classes, filters }, { kernelSize, poolSize, denseUnits });
  return buildSequential(caller, { ...rest, inputShape }, [
    ...filters.flatMap((f, i): LayerPlan[] => [
      { type: 'conv', filters: f, kernelSize, padding: 'same', activation: 'relu' },
      { type: 'maxPool', poolSize },
      ...(extraDropout !== 0 && i < filters.length - 1
        ? [{ type: 'dropout', rate: extraDropout } as const]
        : []),
    ]),
    { type: 'dropout', rate: dropout[0] },
    { type: 'flatten' },
    { type: 'dense', units: denseUnits, activation: 'relu' },
    { type: 'dropout', rate: dropout[1] },
    { type: 'dense', units: classes, activation: 'softmax' },
  ]);
}
