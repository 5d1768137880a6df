import type { ImageDataset } from '../image-dataset.js';
import type { IdxArray, IdxData } from './parse-idx.js';

/**
 * The bytes of an IDX file that holds the given array: what `parseIdx` reads back.
 *
 * @param array - values in row-major order and their shape (1 to 32 dimensions)
 * @returns the whole file, uncompressed
 * @throws RangeError if the values do not fill the shape
 * @example
 * ```ts
 * const bytes = writeIdx({ data: Uint8Array.of(7, 9), shape: [2] });
 * ```
 */
export function writeIdx(array: IdxArray): Uint8Array {
  const { data, shape } = array;
  const length = shape.reduce((product, size) => product * size, 1);
  const valid = shape.every((size) => Number.isInteger(size) && size >= 0 && size < 2 ** 32);
  if (shape.length < 1 || shape.length > 32 || !valid || length !== data.length) {
    throw new RangeError(
      `writeIdx: shape must have 1 to 32 whole numbers whose product is the number of values; ` +
        `received shape [${shape.join(', ')}] and ${data.length} values.`,
    );
  }
  const start = 4 + 4 * shape.length;
  const size = data.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(start + data.length * size);
  const view = new DataView(bytes.buffer);
  bytes[2] = typeCode(data);
  bytes[3] = shape.length;
  shape.forEach((value, axis) => {
    view.setUint32(4 + 4 * axis, value);
  });
  if (size === 1) bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.length), start);
  else writeWide(view, start, data);
  return bytes;
}

/**
 * A dataset as the pair of IDX files that `datasetFromIdx` reads back.
 *
 * @returns `images`: `[count, height, width]` bytes, with a fourth axis if there is more than one
 *   channel; `labels`: `[count]`, bytes if there are at most 256 classes, else int32
 * @example
 * ```ts
 * const { images, labels } = datasetToIdx(generateDigits({ count: 100, seed: 1 }));
 * ```
 */
export function datasetToIdx(dataset: ImageDataset): { images: Uint8Array; labels: Uint8Array } {
  const [count, height, width, channels] = dataset.shape;
  const shape = channels === 1 ? [count, height, width] : [count, height, width, channels];
  const labels =
    dataset.classNames.length <= 256 ? Uint8Array.from(dataset.labels) : dataset.labels;
  return {
    images: writeIdx({ data: dataset.images, shape }),
    labels: writeIdx({ data: labels, shape: [count] }),
  };
}

function typeCode(data: IdxData): number {
  if (data instanceof Uint8Array) return 0x08;
  if (data instanceof Int8Array) return 0x09;
  if (data instanceof Int16Array) return 0x0b;
  if (data instanceof Int32Array) return 0x0c;
  return data instanceof Float32Array ? 0x0d : 0x0e;
}

function writeWide(view: DataView, start: number, data: IdxData): void {
  const size = data.BYTES_PER_ELEMENT;
  for (let i = 0; i < data.length; i++) {
    const at = start + i * size;
    const value = data[i]!;
    if (data instanceof Int16Array) view.setInt16(at, value);
    else if (data instanceof Int32Array) view.setInt32(at, value);
    else if (data instanceof Float32Array) view.setFloat32(at, value);
    else view.setFloat64(at, value);
  }
}
