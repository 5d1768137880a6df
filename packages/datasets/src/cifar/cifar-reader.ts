import { DatasetError } from '../dataset-error.js';
import type { ImageDataset } from '../image-dataset.js';

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
  /** Checks that the file that was written ended with a whole image. */
  endFile(file: string): void;
  /** The dataset; all images that were announced must have come. */
  finish(name: string): Pick<ImageDataset, 'images' | 'labels' | 'shape'>;
}

/** A reader for `count` images. */
export function cifarReader(count: number, kind: CifarLabels): CifarReader {
  const recordBytes = kind.bytes + PIXELS;
  const images = new Uint8Array(count * PIXELS);
  const labels = new Int32Array(count);
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
    labels[done] = label;
    planarToInterleaved(bytes, at + kind.bytes, images, done * PIXELS);
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
    endFile(file) {
      if (filled === 0) return;
      throw formatError(file, `it ends after ${filled} of the ${recordBytes} bytes of an image`);
    },
    finish(name) {
      if (done !== count) throw formatError(name, `${done} images of ${count} are there`);
      return { images, labels, shape: [count, 32, 32, 3] };
    },
  };
}

/** All of red, all of green, all of blue → red, green, blue of each pixel. */
function planarToInterleaved(from: Uint8Array, at: number, to: Uint8Array, start: number): void {
  for (let i = 0, o = start; i < PLANE; i++, o += 3) {
    to[o] = from[at + i]!;
    to[o + 1] = from[at + PLANE + i]!;
    to[o + 2] = from[at + 2 * PLANE + i]!;
  }
}

function formatError(file: string, what: string): DatasetError {
  return new DatasetError('format', `load: ${file} is not valid CIFAR data: ${what}.`, { file });
}
