import { type SummaryValue, summaryValue } from '../events/event.js';
import { encodePng } from './encode-png.js';
import { pluginMetadata, type TagOptions } from './plugin-metadata.js';
import { stringTensor } from './tensor.js';

/** Images of one size. */
export interface ImageBatch {
  /** Bytes 0 to 255, or (any other array) numbers 0 to 1, which are clipped to that. */
  readonly data: Uint8Array | Uint8ClampedArray | ArrayLike<number>;
  /** NHWC; 1 to 4 channels: grey, grey and alpha, RGB, RGBA. */
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
}

/** Settings of {@link imageSummary}. */
export interface ImageOptions extends TagOptions {
  /** The most images that are written; the rest is left out. Default 3, as in TensorFlow. */
  readonly maxOutputs?: number;
}

/**
 * Pictures for the Images page, as `tf.summary.image` writes them: a string tensor of width,
 * height and one PNG an image, plugin `images`.
 *
 * @throws RangeError if the data do not fit the shape
 */
export async function imageSummary(
  tag: string,
  images: ImageBatch,
  options: ImageOptions = {},
): Promise<SummaryValue> {
  const { maxOutputs = 3 } = options;
  const [count, height, width, channels] = images.shape;
  const size = height * width * channels;
  if (images.data.length !== count * size) {
    throw new RangeError(
      `imageSummary: data must hold ${count * size} values for shape [${images.shape.join(', ')}]; received ${images.data.length}.`,
    );
  }
  const parts: (string | Uint8Array)[] = [String(width), String(height)];
  for (let i = 0; i < Math.min(count, maxOutputs); i++) {
    const pixels = bytesOf(images.data, i * size, size);
    parts.push(await encodePng(pixels, width, height, channels));
  }
  return summaryValue({
    tag,
    metadata: pluginMetadata('images', options),
    value: { case: 'tensor', value: stringTensor(parts, [parts.length]) },
  });
}

function bytesOf(data: ImageBatch['data'], offset: number, size: number): Uint8Array {
  const out = new Uint8Array(size);
  const areBytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  for (let i = 0; i < size; i++) {
    const value = data[offset + i]!;
    out[i] = areBytes ? value : toByte(value);
  }
  return out;
}

/** As tf.image.convert_image_dtype with saturate: in float32, cut off, not rounded. NaN is 0. */
function toByte(value: number): number {
  return Math.min(255, Math.max(0, Math.fround(Math.fround(value) * 255.5))) | 0;
}
