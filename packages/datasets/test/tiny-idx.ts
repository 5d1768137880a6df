import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { DatasetInfo, PublishedFile } from '../src/catalog/dataset-info.js';
import { generateDigits } from '../src/digits/generate-digits.js';
import { datasetToIdx } from '../src/idx/write-idx.js';

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

/** A published set as small as a test wants it: the facts and the files by name, packed and not. */
export function tinySet(counts: readonly [number, number] = [20, 10]): {
  info: DatasetInfo;
  packed: ReadonlyMap<string, Uint8Array>;
  plain: ReadonlyMap<string, Uint8Array>;
} {
  const packed = new Map<string, Uint8Array>();
  const plain = new Map<string, Uint8Array>();
  const files: PublishedFile[] = [];
  for (const [prefix, count, seed] of [
    ['train', counts[0], 1],
    ['t10k', counts[1], 2],
  ] as const) {
    const { images, labels } = datasetToIdx(generateDigits({ count, seed }));
    for (const [name, bytes] of [
      [`${prefix}-images-idx3-ubyte`, images],
      [`${prefix}-labels-idx1-ubyte`, labels],
    ] as const) {
      const gz = new Uint8Array(gzipSync(bytes));
      plain.set(name, bytes);
      packed.set(`${name}.gz`, gz);
      files.push({
        name: `${name}.gz`,
        sizeBytes: gz.length,
        sha256: sha256(gz),
        unpacked: { name, sizeBytes: bytes.length, sha256: sha256(bytes) },
      });
    }
  }
  const info: DatasetInfo = {
    name: 'tiny',
    title: 'Tiny',
    classNames: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    imageShape: [28, 28, 1],
    trainCount: counts[0],
    testCount: counts[1],
    licence: 'MIT',
    citation: 'none',
    homepage: 'http://localhost/',
    statistics: { mean: [0], deviation: [1] },
    files,
    mirrors: [],
  };
  return { info, packed, plain };
}
