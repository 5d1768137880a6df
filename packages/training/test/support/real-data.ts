import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ImageData } from '../../src/fit/data.js';

const dataDir = process.env.CNNKIT_DATA_DIR || undefined;

/** Why a test on real data is skipped, or undefined if it must run (and fail if data are missing). */
export const noRealData: string | undefined =
  dataDir !== undefined || process.env.CNNKIT_REQUIRE?.split(',').includes('data')
    ? undefined
    : 'set CNNKIT_DATA_DIR to a folder with mnist and fashion-mnist';

/** What a title ends in: the root's `npm test` reads the reason out of it. */
export const skippedWithoutData: string =
  noRealData === undefined ? '' : ` (skipped: ${noRealData})`;

/** The first `count` training images of `mnist` or `fashion-mnist`. */
export function firstTrainingImages(set: string, count: number): ImageData {
  if (dataDir === undefined) throw new Error('CNNKIT_REQUIRE asks for data: set CNNKIT_DATA_DIR');
  const images = readArchive(set, 'train-images-idx3-ubyte').subarray(16, 16 + count * 784);
  const labels = readArchive(set, 'train-labels-idx1-ubyte').subarray(8, 8 + count);
  return {
    images: new Uint8Array(images),
    labels: Int32Array.from(labels),
    shape: [count, 28, 28, 1],
  };
}

const archives = new Map<string, Uint8Array>();

function readArchive(set: string, name: string): Uint8Array {
  const key = `${set}/${name}`;
  const bytes = archives.get(key) ?? unpack(set, name);
  archives.set(key, bytes);
  return bytes;
}

function unpack(set: string, name: string): Uint8Array {
  const folders = [join(dataDir as string, set), dataDir as string];
  for (const path of folders.map((folder) => join(folder, name))) {
    if (existsSync(`${path}.gz`)) return gunzipSync(readFileSync(`${path}.gz`));
    if (existsSync(path)) return readFileSync(path);
  }
  throw new Error(`CNNKIT_DATA_DIR: ${name} of ${set} is in none of ${folders.join(', ')}`);
}
