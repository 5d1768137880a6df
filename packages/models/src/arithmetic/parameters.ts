import { checkCount } from '../internal/check.js';

/** Options of `convParameters`. */
export interface ConvParametersOptions {
  /** Channels of the input. */
  readonly inChannels: number;
  /** Filters, the channels of the output. */
  readonly filters: number;
  /** Side of a square kernel, or its sides. */
  readonly kernelSize: number | readonly number[];
  /** Whether each filter has a bias. Default true. */
  readonly useBias?: boolean;
}

/**
 * Trainable numbers of a convolution: inChannels * filters * kernel + filters.
 *
 * @example
 * ```ts
 * convParameters({ inChannels: 32, filters: 64, kernelSize: 3 }); // 18496
 * ```
 */
export function convParameters({
  inChannels,
  filters,
  kernelSize,
  useBias = true,
}: ConvParametersOptions): number {
  const sides = typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize;
  checkCount('convParameters', 'inChannels', inChannels);
  checkCount('convParameters', 'filters', filters);
  for (const side of sides) checkCount('convParameters', 'kernelSize', side);
  const field = sides.reduce((a, b) => a * b, 1);
  return inChannels * filters * field + (useBias ? filters : 0);
}

/**
 * Trainable numbers of a dense layer: inputs * units + units.
 *
 * @param inputs - Length of the input; of an image, all its numbers.
 * @param units - Length of the output.
 * @param useBias - Whether each unit has a bias. Default true.
 * @example
 * ```ts
 * denseParameters(28 * 28, 512); // 401920
 * ```
 */
export function denseParameters(inputs: number, units: number, useBias = true): number {
  checkCount('denseParameters', 'inputs', inputs);
  checkCount('denseParameters', 'units', units);
  return inputs * units + (useBias ? units : 0);
}
