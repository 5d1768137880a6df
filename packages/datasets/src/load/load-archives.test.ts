import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { serveFiles, startServer } from '../../test/loopback-server.js';
import { makeZip } from '../../test/make-zip.js';
import { sha256 } from '../../test/tiny-idx.js';
import { cifar10Info } from '../catalog/cifar.js';
import type { DatasetInfo } from '../catalog/dataset-info.js';
import { emnistInfos } from '../catalog/emnist.js';
import { datasetToCifar } from '../cifar/cifar-dataset.js';
import { DatasetError } from '../dataset-error.js';
import { generateDigits } from '../digits/generate-digits.js';
import { writeIdx } from '../idx/write-idx.js';
import { map } from '../select.js';
import { takeFirst } from '../subset.js';
import { type CifarSet, loadCifar } from './load-cifar.js';
import { loadEmnistSplit } from './load-emnist.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cnnkit-archives-'));
  vi.stubEnv('CNNKIT_DATA_DIR', '');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex');
/** Colour images of 32 x 32 out of digits. */
const colour = (count: number, seed: number) =>
  map(
    generateDigits({ count, seed, size: 32 }),
    (image) => Uint8Array.from({ length: 3072 }, (_, i) => image[Math.floor(i / 3)]! ^ (i % 3)),
    [32, 32, 3],
  );

describe('loadCifar', async () => {
  const train = colour(40, 1);
  const files = new Map([
    ['data_batch_1.bin', datasetToCifar(takeFirst(train, 20))],
    ['data_batch_2.bin', datasetToCifar(train).subarray(20 * 3073)],
    ['test_batch.bin', datasetToCifar(colour(10, 2))],
  ]);
  const tarOf = (order: readonly string[]) =>
    packTar(
      order.map((name) => {
        const bytes = files.get(name) ?? new Uint8Array(10);
        const header = { name: `cifar-10-batches-bin/${name}`, size: bytes.length };
        return { header: { ...header, type: 'file' as const }, body: bytes };
      }),
    );
  // The published archive has its files in another order than their numbers.
  const order = ['data_batch_2.bin', 'readme.html', 'test_batch.bin', 'data_batch_1.bin'];
  const archive = new Uint8Array(gzipSync(await tarOf(order)));
  const set: CifarSet = {
    folder: 'cifar-10-batches-bin',
    members: [...files].map(([name, bytes]) => ({
      name,
      part: name.startsWith('test') ? 'test' : 'train',
      sha1: sha1(bytes),
    })),
    labels: { bytes: 1, use: 0, classNames: cifar10Info.classNames },
  };
  const info: DatasetInfo = {
    ...cifar10Info,
    trainCount: 40,
    testCount: 10,
    files: [{ name: 'cifar-10-binary.tar.gz', sizeBytes: archive.length, sha256: sha256(archive) }],
  };
  const put = (name: string, bytes: Uint8Array) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  };
  const load = (options = {}) => loadCifar(info, set, { dataDir: folder, ...options });

  test('reads the published archive, in the order of the numbers of its files', async () => {
    put('cifar-10/cifar-10-binary.tar.gz', archive);
    const loaded = await load();
    expect(Buffer.compare(loaded.train.images, train.images)).toBe(0);
    expect(loaded.train.labels).toEqual(train.labels);
    expect(loaded.test.shape).toEqual([10, 32, 32, 3]);
    expect(loaded.files).toEqual([
      {
        name: 'cifar-10-binary.tar.gz',
        sha256: sha256(archive),
        source: join(folder, 'cifar-10/cifar-10-binary.tar.gz'),
      },
    ]);
  });

  test('reads the unpacked folder, and archives packed anew', async () => {
    for (const [name, bytes] of files) put(`cifar-10-batches-bin/${name}`, bytes);
    expect((await load()).files).toHaveLength(3);
    rmSync(join(folder, 'cifar-10-batches-bin'), { recursive: true });
    put('cifar-10-binary.tar.gz', gzipSync(await tarOf([...files.keys()]), { level: 1 }));
    const again = await load();
    expect(Buffer.compare(again.train.images, train.images)).toBe(0);
  });

  test('downloads', async () => {
    const server = await startServer(serveFiles(new Map([['cifar-10-binary.tar.gz', archive]])));
    try {
      const options = { cacheDir: join(folder, 'cache'), mirrors: [server.url] };
      expect((await loadCifar(info, set, options)).train.shape[0]).toBe(40);
      expect((await loadCifar(info, set, options)).train.shape[0]).toBe(40);
      expect(server.requests).toHaveLength(1);
    } finally {
      await server.close();
    }
  });

  test.each<[string, () => Promise<Uint8Array>, RegExp]>([
    ['cut off', async () => archive.subarray(0, 5000), /damaged or cut off/],
    ['no archive', async () => new Uint8Array(5000).fill(65), /damaged or cut off/],
    [
      'without a file',
      async () => gzipSync(await tarOf(['data_batch_1.bin', 'test_batch.bin'])),
      /must hold data_batch_2.bin/,
    ],
    ['a bomb', async () => gzipSync(new Uint8Array(20_000_000)), /at most|damaged/],
  ])('rejects an archive that is %s', async (_, make, message) => {
    put('cifar-10-binary.tar.gz', await make());
    const error = await load().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(folder);
  });

  test('rejects an unpacked file that is damaged or missing', async () => {
    for (const [name, bytes] of files) put(name, bytes);
    put(
      'test_batch.bin',
      files.get('test_batch.bin')!.map((b, i) => (i === 50 ? b ^ 1 : b)),
    );
    await expect(load()).rejects.toMatchObject({ code: 'checksum' });
    rmSync(join(folder, 'test_batch.bin'));
    await expect(load()).rejects.toMatchObject({ code: 'file-missing', file: 'test_batch.bin' });
  });

  test('stops at an abort', async () => {
    put('cifar-10-binary.tar.gz', archive);
    const reason = new Error('stop');
    await expect(load({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

describe('loadEmnistSplit', () => {
  // An L, upright; the file stores its transpose.
  const upright = (x: number, y: number) => (x === 3 || (y === 20 && x < 10) ? 200 : 0);
  const imagesOf = (count: number) =>
    writeIdx({
      data: Uint8Array.from({ length: count * 784 }, (_, i) =>
        upright(Math.floor((i % 784) / 28), i % 28),
      ),
      shape: [count, 28, 28],
    });
  const labelsOf = (...labels: number[]) =>
    writeIdx({ data: Uint8Array.from(labels), shape: [labels.length] });
  const files = new Map([
    ['gzip/emnist-letters-train-images-idx3-ubyte.gz', gzipSync(imagesOf(3))],
    ['gzip/emnist-letters-train-labels-idx1-ubyte.gz', gzipSync(labelsOf(1, 26, 2))],
    ['gzip/emnist-letters-test-images-idx3-ubyte.gz', gzipSync(imagesOf(2))],
    ['gzip/emnist-letters-test-labels-idx1-ubyte.gz', gzipSync(labelsOf(3, 1))],
    ['gzip/emnist-digits-train-images-idx3-ubyte.gz', gzipSync(imagesOf(1))],
  ]);
  const archive = makeZip(files);
  const infoOf = (bytes: Uint8Array): DatasetInfo => ({
    ...emnistInfos.letters,
    trainCount: 3,
    testCount: 2,
    files: [{ name: 'gzip.zip', sizeBytes: bytes.length, sha256: sha256(bytes) }],
  });
  const info = infoOf(archive);
  const put = (name: string, bytes: Uint8Array) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  };
  const check = async (work: ReturnType<typeof loadEmnistSplit>) => {
    const { train, test, classNames } = await work;
    expect([...train.labels]).toEqual([0, 25, 1]);
    expect([...test.labels]).toEqual([2, 0]);
    expect(classNames[25]).toBe('z');
    for (let i = 0; i < 784; i++) {
      expect(train.images[784 + i]).toBe(upright(i % 28, Math.floor(i / 28)));
    }
  };

  test('reads its split out of the archive: upright images, labels from 0', async () => {
    put('emnist/gzip.zip', archive);
    await check(loadEmnistSplit(info, { dataDir: folder }));
  });

  test('reads the unpacked folder', async () => {
    for (const [name, bytes] of files) put(`emnist/${name}`, bytes);
    await check(loadEmnistSplit(info, { dataDir: folder }));
  });

  test('rejects another archive, and one that lacks the split', async () => {
    const other = makeZip(new Map([['gzip/other.gz', gzipSync('x')]]));
    put('gzip.zip', other);
    await expect(loadEmnistSplit(info, { dataDir: folder })).rejects.toMatchObject({
      code: 'checksum',
    });
    await expect(loadEmnistSplit(infoOf(other), { dataDir: folder })).rejects.toThrow(
      'must hold emnist-letters-train-images-idx3-ubyte.gz',
    );
  });

  test('rejects an unpacked file of the wrong size or cut off, by name', async () => {
    for (const [name, bytes] of files) put(name, bytes);
    const name = 'gzip/emnist-letters-test-labels-idx1-ubyte.gz';
    for (const bytes of [
      gzipSync(labelsOf(1)),
      gzipSync(new Uint8Array(9_000_000)),
      files.get(name)!.subarray(0, 20),
    ]) {
      put(name, bytes);
      const error = await loadEmnistSplit(info, { dataDir: folder }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(DatasetError);
      expect((error as Error).message).toContain(join(folder, name));
    }
  });

  test('class names are those of the six splits', () => {
    const counts = Object.values(emnistInfos).map(({ classNames }) => new Set(classNames).size);
    expect(counts).toEqual([62, 47, 47, 26, 10, 10]);
    expect(emnistInfos.balanced.classNames.slice(34).join('')).toBe('YZabdefghnqrt');
  });
});
