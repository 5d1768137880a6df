import { DatasetError } from '../dataset-error.js';
import type { ImageDataset } from '../image-dataset.js';
import { type PixelKernel, pixelKernel } from '../internal/pixel-kernel.js';

const PLANE = 32 * 32;
const PIXELS = 3 * PLANE;

/** Which of the label bytes before each image counts. */
export interface CifarLabels {
  /** Bytes before the pixels: 1 in CIFAR-10, 2 in CIFAR-100 (coarse, fine). */
  readonly bytes: number;
  /** Which of them is the label. */
  readonly use: number;
  readonly classNames: readonly string[];
}

/** Takes CIFAR's binary format in chunks of any size and lays it out as NHWC. */
export interface CifarReader {
  write(chunk: Uint8Array, file: string): void;
  /** Checks that all images have come, and the last one whole. */
  finish(file: string): void;
}

/** Memory for `count` images of 32 x 32 x 3. */
export function cifarMemory(count: number): Pick<ImageDataset, 'images' | 'labels' | 'shape'> {
  return {
    images: new Uint8Array(count * PIXELS),
    labels: new Int32Array(count),
    shape: [count, 32, 32, 3],
  };
}

/**
 * A reader for `count` images.
 *
 * @param memory - what it writes to, from image `first` on; several files may share it and come in
 *   any order
 */
export function cifarReader(
  count: number,
  kind: CifarLabels,
  memory: Pick<ImageDataset, 'images' | 'labels'> = cifarMemory(count),
  first = 0,
): CifarReader {
  const recordBytes = kind.bytes + PIXELS;
  const { images, labels } = memory;
  const kernel = pixelKernel();
  const record = new Uint8Array(recordBytes);
  let filled = 0;
  let done = 0;
  const take = (bytes: Uint8Array, at: number, file: string) => {
    if (done === count) {
      throw formatError(file, `it holds more than the ${count} images that are expected`);
    }
    const label = bytes[at + kind.use]!;
    if (label >= kind.classNames.length) {
      const most = kind.classNames.length - 1;
      throw formatError(file, `its labels must lie in 0 to ${most}; image ${done} has ${label}`);
    }
    labels[first + done] = label;
    planarToInterleaved(bytes, at + kind.bytes, images, (first + done) * PIXELS, kernel);
    done++;
  };
  return {
    write(chunk, file) {
      let at = 0;
      if (filled > 0) {
        at = Math.min(recordBytes - filled, chunk.length);
        record.set(chunk.subarray(0, at), filled);
        filled += at;
        if (filled < recordBytes) return;
        take(record, 0, file);
        filled = 0;
      }
      for (; at + recordBytes <= chunk.length; at += recordBytes) take(chunk, at, file);
      record.set(chunk.subarray(at), 0);
      filled = chunk.length - at;
    },
    finish(file) {
      if (filled > 0) {
        throw formatError(file, `it ends after ${filled} of the ${recordBytes} bytes of an image`);
      }
      if (done !== count) throw formatError(file, `${done} images of ${count} are there`);
    },
  };
}

/** All of red, all of green, all of blue → red, green, blue of each pixel. */
export function planarToInterleaved(
  from: Uint8Array,
  at: number,
  to: Uint8Array,
  start: number,
  kernel: PixelKernel | null,
): void {
  if (kernel !== null) {
    kernel.bytes.set(from.subarray(at, at + PIXELS));
    kernel.interleave();
    to.set(kernel.pixels, start);
    return;
  }
  const green = at + PLANE;
  const blue = green + PLANE;
  for (let i = 0, o = start; i < PLANE; i++, o += 3) {
    to[o] = from[at + i]!;
    to[o + 1] = from[green + i]!;
    to[o + 2] = from[blue + i]!;
  }
}

function formatError(file: string, what: string): DatasetError {
  return new DatasetError('format', `load: ${file} is not valid CIFAR data: ${what}.`, { file });
}
