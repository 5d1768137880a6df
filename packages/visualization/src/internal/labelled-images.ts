import { checkInteger, received } from './check.js';
import { type Colormap, paint, pngDataUrl } from './pixels.js';

/**
 * Images with their labels, as plain data: an `ImageDataset` of `@cnnkit/datasets` is one.
 */
export interface LabelledImages {
  /** Pixel bytes, count·height·width·channels of them, channels last. */
  readonly images: Uint8Array;
  /** The class index of each image. */
  readonly labels: ArrayLike<number>;
  /** Count, height, width and channels (1: gray, 3: RGB). */
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
  /** A name for each class index. */
  readonly classNames: readonly string[];
}

/** Throws unless the parts of `data` fit together. */
export function checkImages(where: string, data: LabelledImages): void {
  if (typeof data !== 'object' || data === null || !Array.isArray(data.shape)) {
    throw new TypeError(
      `${where}: data must have images, labels, shape and classNames; received ${received(data)}.`,
    );
  }
  if (!ArrayBuffer.isView(data.images) || (data.images as Uint8Array).BYTES_PER_ELEMENT !== 1) {
    throw new TypeError(
      `${where}: data.images must be a Uint8Array; received ${received(data.images)}.`,
    );
  }
  const [count, height, width, channels] = data.shape;
  checkInteger(where, 'data.shape[0]', count, 0);
  checkInteger(where, 'data.shape[1]', height, 1);
  checkInteger(where, 'data.shape[2]', width, 1);
  if (channels !== 1 && channels !== 3) {
    throw new RangeError(`${where}: data.shape must end in 1 or 3 channels; received ${channels}.`);
  }
  const bytes = count * height * width * channels;
  if (data.images.length !== bytes) {
    throw new RangeError(
      `${where}: data.images must hold ${bytes} bytes for the shape [${data.shape.join(', ')}]; received ${data.images.length}.`,
    );
  }
  if (data.labels.length !== count) {
    throw new RangeError(
      `${where}: data.labels must have one label for each of ${count} images; received ${data.labels.length}.`,
    );
  }
}

/** The images to draw: those asked for, else the first. */
export function chooseImages(
  where: string,
  count: number,
  options: {
    readonly count?: number | undefined;
    readonly indices?: ArrayLike<number> | undefined;
  },
  usual: number,
): readonly number[] {
  if (options.indices === undefined) {
    const wanted = options.count ?? usual;
    checkInteger(where, 'count', wanted, 1);
    return Array.from({ length: Math.min(wanted, count) }, (_, index) => index);
  }
  return Array.from(options.indices, (index) => {
    checkInteger(where, 'indices', index, 0, count - 1);
    return index;
  });
}

/** Image `index` as a PNG data URL. */
export function imageUrl(data: LabelledImages, index: number, colormap: Colormap): string {
  const [, height, width, channels] = data.shape;
  const pixels = height * width;
  const start = index * pixels * channels;
  const rgba = new Uint8Array(pixels * 4);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    if (channels === 1) {
      paint(rgba, pixel * 4, data.images[start + pixel]!, colormap);
    } else {
      rgba.set(data.images.subarray(start + pixel * 3, start + pixel * 3 + 3), pixel * 4);
      rgba[pixel * 4 + 3] = 255;
    }
  }
  return pngDataUrl(rgba, width, height);
}

/** The name of a class, or its number where there is no name. */
export function className(data: LabelledImages, label: number): string {
  return data.classNames[label] ?? String(label);
}
