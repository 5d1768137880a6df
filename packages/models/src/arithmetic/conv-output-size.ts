import { checkCount } from '../internal/check.js';

/** Options of `convOutputSize`. */
export interface ConvOutputSizeOptions {
  /** Side of the kernel or pool along this axis. */
  readonly kernelSize: number;
  /** Step between two positions. Default 1. */
  readonly stride?: number;
  /** Pixels added on each side, or `valid` for none, or `same` for as many as keep size/stride. */
  readonly padding?: number | 'valid' | 'same';
  /** Distance between two kernel values. Default 1. */
  readonly dilation?: number;
  /** Whether to drop the pixels a stride does not reach, as Keras does. Default false: an error. */
  readonly floor?: boolean;
}

/**
 * The side of what a convolution or a pool makes of a side of `size` pixels:
 * (W - K + 2P) / S + 1.
 *
 * @param size - Pixels along this axis.
 * @throws RangeError for a kernel larger than the padded input, and for a stride that does not fit
 *   unless `floor` is set.
 * @example
 * ```ts
 * convOutputSize(28, { kernelSize: 3 }); // 26
 * convOutputSize(11, { kernelSize: 2, stride: 2, floor: true }); // 5
 * ```
 */
export function convOutputSize(
  size: number,
  { kernelSize, stride = 1, padding = 'valid', dilation = 1, floor = false }: ConvOutputSizeOptions,
): number {
  const caller = 'convOutputSize';
  checkCount(caller, 'size', size);
  checkCount(caller, 'kernelSize', kernelSize);
  checkCount(caller, 'stride', stride);
  checkCount(caller, 'dilation', dilation);
  if (padding === 'same') return Math.ceil(size / stride);
  const added = padding === 'valid' ? 0 : padding;
  if (typeof added !== 'number') {
    throw new TypeError(
      `${caller}: padding must be a count, 'valid' or 'same'; received ${String(padding)}.`,
    );
  }
  checkCount(caller, 'padding', added, 0);
  const padded = size + 2 * added;
  const reach = (kernelSize - 1) * dilation + 1;
  if (reach > padded) {
    throw new RangeError(
      `${caller}: kernelSize must fit into ${padded} pixels; received one that reaches over ${reach}. Pad the input or take a smaller kernel.`,
    );
  }
  const steps = (padded - reach) / stride;
  if (!Number.isInteger(steps) && !floor) {
    throw new RangeError(
      `${caller}: stride must divide ${padded - reach}, the way the kernel can move; received ${stride}. Change stride or padding, or set floor to drop the rest.`,
    );
  }
  return Math.floor(steps) + 1;
}
