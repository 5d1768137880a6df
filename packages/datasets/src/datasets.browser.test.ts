import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { platform } from '#platform';
import { everywhere } from '../test/everywhere.js';
import type { DatasetInfo, PublishedFile } from './catalog/dataset-info.js';
import { mnistInfo } from './catalog/mnist.js';
import { DatasetError, datasetToIdx, decodeImage, generateDigits, gunzip } from './index.js';
import { iterate, streamOf } from './internal/streams.js';
import { loadIdxSet } from './load/load-idx-set.js';

const sha256 = (bytes: Uint8Array) => {
  const hash = platform.sha256();
  hash.update(bytes);
  return hash.digest();
};

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  async function* once() {
    yield bytes;
  }
  const parts: Uint8Array[] = [];
  const packed = streamOf(once()).pipeThrough(new CompressionStream('gzip'));
  for await (const part of iterate(packed)) parts.push(part);
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer());
}

/** The four files of a small set and the facts about them. */
async function smallSet() {
  const files = new Map<string, Uint8Array>();
  const facts: PublishedFile[] = [];
  for (const [i, count] of [30, 10].entries()) {
    const { images, labels } = datasetToIdx(generateDigits({ count, seed: i }));
    for (const [j, bytes] of [images, labels].entries()) {
      const { name, unpacked } = mnistInfo.files[2 * i + j]!;
      const packed = await gzip(bytes);
      files.set(name, packed);
      facts.push({
        name,
        sizeBytes: packed.length,
        sha256: sha256(packed),
        unpacked: { name: unpacked!.name, sizeBytes: bytes.length, sha256: sha256(bytes) },
      });
    }
  }
  const info: DatasetInfo = { ...mnistInfo, name: 'small', files: facts };
  return { info, files };
}

test('a load downloads into the Cache API, verified, and out of it the second time', async () => {
  const { info, files } = await smallSet();
  const asked: string[] = [];
  const fetch = async (url: unknown) => {
    asked.push(String(url));
    const bytes = files.get(String(url).split('/').at(-1)!);
    return new Response(bytes as Uint8Array<ArrayBuffer>);
  };
  const cacheDir = `cnnkit-test-${Math.floor(performance.timeOrigin)}`;
  const options = { mirrors: ['https://mirror.invalid/'], cacheDir, fetch };
  const first = await loadIdxSet(info, options);
  expect(first.train.shape).toEqual([30, 28, 28, 1]);
  expect(asked).toHaveLength(4);
  const second = await loadIdxSet(info, options);
  expect(second.train.images).toEqual(first.train.images);
  expect(asked).toHaveLength(4);
  const { caches } = globalThis as unknown as {
    caches: { keys(): Promise<string[]>; delete(name: string): Promise<boolean> };
  };
  expect(await caches.keys()).toContain(cacheDir);
  await caches.delete(cacheDir);
});

test('a wrong file and a cut off one are errors here too', async () => {
  const { info, files } = await smallSet();
  const wrong = await loadIdxSet(info, {
    mirrors: ['https://mirror.invalid/'],
    cacheDir: 'cnnkit-test-wrong',
    retries: 0,
    fetch: async () => new Response(new Uint8Array(files.get(info.files[0]!.name)!.length)),
  }).catch((error: unknown) => error);
  expect(wrong).toMatchObject({ code: 'download' });
  expect(String(wrong)).toContain('sent another file');
  const packed = files.get(info.files[0]!.name)!;
  await expect(gunzip(packed.subarray(0, -30))).rejects.toThrow(DatasetError);
});

test.each(everywhere)('%s are those of Node, byte for byte', (_, hash, bytes) => {
  expect(sha256(bytes())).toBe(hash);
});

test('decodes PNG', async () => {
  const bytes = encode({
    data: Uint8Array.of(1, 2, 3),
    width: 1,
    height: 1,
    channels: 3,
    depth: 8,
  });
  expect([...(await decodeImage(bytes, { channels: 3 })).data]).toEqual([1, 2, 3]);
});
