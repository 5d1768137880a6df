import type { ImageDataset } from './image-dataset.js';

/** Mean and standard deviation of each channel, of pixels scaled to 0 to 1. */
export interface ChannelStatistics {
  /** One number a channel. */
  readonly mean: readonly number[];
  /** One number a channel; the population deviation (divided by n), as NumPy's `std` gives. */
  readonly deviation: readonly number[];
}

/**
 * Mean and deviation of each channel over all pixels, as normalisation wants them.
 *
 * The sums are of whole numbers and exact, so the result depends on no order.
 *
 * @param dataset - its pixels count as `value / 255`
 * @returns NaN for each channel if there are no images
 * @example
 * ```ts
 * channelStatistics(mnist.train); // { mean: [0.1307], deviation: [0.3081] }
 * ```
 */
export function channelStatistics(
  dataset: Pick<ImageDataset, 'images' | 'shape'>,
): ChannelStatistics {
  const channels = dataset.shape[3];
  const { images } = dataset;
  const pixels = images.length / channels;
  const mean: number[] = [];
  const deviation: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    let squares = 0;
    for (let i = channel; i < images.length; i += channels) {
      const value = images[i]!;
      sum += value;
      squares += value * value;
    }
    mean.push(sum / pixels / 255);
    deviation.push(Math.sqrt(squares / pixels - (sum / pixels) ** 2) / 255);
  }
  return { mean, deviation };
}
