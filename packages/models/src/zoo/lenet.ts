import type { LayersModel } from '@tensorflow/tfjs-layers';
import { buildSequential, checkClasses, checkImageShape } from '../internal/build-sequential.js';
import type { ModelOptions } from './options.js';

/** Options of `lenet`. */
export interface LenetOptions extends ModelOptions {
  /** Pixels around the image before the first convolution. Default 2, as d2l has it; 0 for none. */
  readonly padding?: 0 | 2;
  /** Activation of every layer but the last. Default `sigmoid`, as in 1998. */
  readonly activation?: 'sigmoid' | 'tanh' | 'relu';
  /** What the pools take. Default `average`. */
  readonly pooling?: 'average' | 'max';
}

/**
 * LeNet-5 as "Dive into Deep Learning" writes it. 61,706 parameters by default, 44,426 without
 * padding.
 *
 * @returns An uncompiled model; the caller disposes it.
 * @throws TypeError or RangeError for options that make no network.
 * @see https://d2l.ai/chapter_convolutional-neural-networks/lenet.html
 */
export function lenet({
  inputShape = [28, 28, 1],
  classes = 10,
  padding = 2,
  activation = 'sigmoid',
  pooling = 'average',
  ...rest
}: LenetOptions = {}): LayersModel {
  const caller = 'lenet';
  checkImageShape(caller, inputShape);
  checkClasses(caller, classes);
  if (padding !== 0 && padding !== 2) {
    throw new RangeError(`${caller}: padding must be 0 or 2; received ${String(padding)}.`);
  }
  const pool = ({ average: 'averagePool', max: 'maxPool' } as const)[pooling];
  if (pool === undefined) {
    throw new RangeError(`${caller}: pooling must be average or max; received ${String(pooling)}.`);
  }
  return buildSequential(caller, { ...rest, inputShape }, [
    {
      type: 'conv',
      filters: 6,
      kernelSize: 5,
      padding: padding === 2 ? 'same' : 'valid',
      activation,
    },
    { type: pool, poolSize: 2 },
    { type: 'conv', filters: 16, kernelSize: 5, activation },
    { type: pool, poolSize: 2 },
    { type: 'flatten' },
    { type: 'dense', units: 120, activation },
    { type: 'dense', units: 84, activation },
    { type: 'dense', units: classes, activation: 'softmax' },
  ]);
}
