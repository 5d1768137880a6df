import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { SummaryValue } from '../events/event.js';
import { histogramSummary } from '../payloads/histogram.js';
import { type ImageBatch, imageSummary } from '../payloads/image.js';
import { weightPaths } from './weight-paths.js';

/**
 * Histograms of all weights, as `<path>/histogram`, each followed by its picture `<path>/image`
 * if those are wanted: what Keras's callback writes for `histogram_freq` and `write_images`.
 *
 * @param model borrowed, as are its weights
 */
export async function weightSummaries(
  model: LayersModel,
  options: { readonly images: boolean },
): Promise<SummaryValue[]> {
  const summaries: SummaryValue[] = [];
  for (const { path, weight } of weightPaths(model)) {
    // A weight's tensor is the variable itself: it must not be disposed.
    const tensor = weight.read();
    const values = await (tensor as Tensor).data<'float32'>();
    summaries.push(histogramSummary(`${path}/histogram`, values));
    const image = options.images ? weightImage(values, tensor.shape) : undefined;
    if (image) summaries.push(await imageSummary(`${path}/image`, image));
  }
  return summaries;
}

/**
 * A weight as Keras draws it: a bias as a column, a dense kernel with the longer side across, a
 * convolution's kernel of one channel (or one filter) as one picture a filter; nothing for what
 * has more dimensions.
 */
export function weightImage(
  values: ArrayLike<number>,
  shape: readonly number[],
): ImageBatch | undefined {
  const sizes = shape.filter((size) => size !== 1);
  const [a = 1, b = 1, c = 1] = sizes;
  if (sizes.length === 1) return { data: values, shape: [1, a, 1, 1] };
  if (sizes.length === 2) {
    if (a <= b) return { data: values, shape: [1, a, b, 1] };
    const turned = Float32Array.from(values, (_, i) => values[(i % a) * b + Math.floor(i / a)]!);
    return { data: turned, shape: [1, b, a, 1] };
  }
  if (sizes.length !== 3) return undefined;
  // [height, width, filters] to one picture a filter.
  const filterMajor = Float32Array.from(
    values,
    (_, i) => values[(i % (a * b)) * c + Math.floor(i / (a * b))]!,
  );
  return { data: filterMajor, shape: [c, a, b, 1] };
}
