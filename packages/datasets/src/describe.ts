import { channelStatistics } from './channel-statistics.js';
import type { ImageDataset } from './image-dataset.js';

/**
 * Says in a few lines of text what a dataset holds: sizes, value ranges, images of each class.
 *
 * @returns lines to print, without a trailing newline
 * @example
 * ```ts
 * console.log(describe(train));
 * // mnist: 60000 images of 28 x 28 x 1 (47.0 MB), 10 classes
 * // pixels 0 to 255, mean 0.1307, deviation 0.3081 (of 0 to 1)
 * //   0   5923   9.9 %
 * // …
 * ```
 */
export function describe(dataset: ImageDataset): string {
  const { name, images, labels, shape, classNames } = dataset;
  const [count, height, width, channels] = shape;
  const head =
    `${name}: ${count} images of ${height} x ${width} x ${channels} ` +
    `(${(images.length / 1e6).toFixed(1)} MB), ${classNames.length} classes`;
  const counts = new Array<number>(classNames.length).fill(0);
  for (const label of labels) counts[label] = counts[label]! + 1;
  const nameWidth = Math.max(0, ...classNames.map((className) => className.length));
  const countWidth = Math.max(0, ...counts.map((n) => String(n).length));
  const rows = classNames.map((className, index) => {
    const n = counts[index]!;
    const share = count === 0 ? '0.0' : ((100 * n) / count).toFixed(1);
    return `  ${className.padEnd(nameWidth)}  ${String(n).padStart(countWidth)}  ${share.padStart(5)} %`;
  });
  return [head, pixelLine(dataset), ...rows].join('\n');
}

function pixelLine(dataset: ImageDataset): string {
  if (dataset.images.length === 0) return 'no pixels';
  let low = 255;
  let high = 0;
  for (const value of dataset.images) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const { mean, deviation } = channelStatistics(dataset);
  const show = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join(', ');
  return `pixels ${low} to ${high}, mean ${show(mean)}, deviation ${show(deviation)} (of 0 to 1)`;
}
