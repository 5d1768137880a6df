import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sha256, tinySet } from '../../test/tiny-idx.js';
import { DatasetError } from '../dataset-error.js';
import { generateDigits } from '../digits/generate-digits.js';
import { loadIdxSet } from './load-idx-set.js';

const { info, packed, plain } = tinySet();
const offline = { mirrors: [], cacheDir: '' };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cnnkit-load-'));
  offline.cacheDir = join(folder, 'cache');
  vi.stubEnv('CNNKIT_DATA_DIR', '');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

function put(files: ReadonlyMap<string, Uint8Array>, where = '', except: string[] = []): void {
  for (const [name, bytes] of files) {
    if (except.includes(name)) continue;
    const path = join(folder, where, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
}

describe('loading from a folder', () => {
  test.each([
    ['compressed, in a sub-folder of the set', packed, 'tiny'],
    ['compressed, in the folder itself', packed, ''],
    ['uncompressed, in a sub-folder of the set', plain, 'tiny'],
    ['uncompressed, in the folder itself', plain, ''],
  ])('finds files %s', async (_, files, where) => {
    put(files, where);
    const loaded = await loadIdxSet(info, { dataDir: folder });
    const same = { ...generateDigits({ count: 20, seed: 1 }), name: 'tiny' };
    expect(loaded.train).toEqual(same);
    expect(loaded.test.shape).toEqual([10, 28, 28, 1]);
    expect(loaded.files).toEqual(
      [...files].map(([name, bytes]) => ({
        name,
        sha256: sha256(bytes),
        source: join(folder, where, name),
      })),
    );
  });

  test('reads CNNKIT_DATA_DIR, and a folder given as source', async () => {
    put(packed, 'tiny');
    vi.stubEnv('CNNKIT_DATA_DIR', folder);
    expect((await loadIdxSet(info, offline)).train.shape[0]).toBe(20);
    vi.stubEnv('CNNKIT_DATA_DIR', '');
    expect((await loadIdxSet(info, { source: folder })).train.shape[0]).toBe(20);
  });

  test('takes gzip files that somebody else packed', async () => {
    put(new Map([...plain].map(([name, b]) => [`${name}.gz`, gzipSync(b, { level: 1 })])));
    expect((await loadIdxSet(info, { dataDir: folder })).test.shape[0]).toBe(10);
  });

  test('takes names with a dot, as some unpackers write them', async () => {
    put(new Map([...plain].map(([name, bytes]) => [name.replace('-idx', '.idx'), bytes])));
    expect((await loadIdxSet(info, { dataDir: folder })).train.shape[0]).toBe(20);
  });

  test('names a missing file and where it was looked for', async () => {
    put(packed, '', ['t10k-labels-idx1-ubyte.gz']);
    await expect(loadIdxSet(info, { dataDir: folder })).rejects.toMatchObject({
      code: 'file-missing',
      file: 't10k-labels-idx1-ubyte.gz',
      message: expect.stringContaining(folder),
    });
  });

  test('without a mirror says which file to put where by hand', async () => {
    const error = await loadIdxSet(info, offline).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toContain('By hand: get train-images-idx3-ubyte.gz');
    expect((error as Error).message).toContain('CNNKIT_DATA_DIR');
  });
});

describe('loading a file that is not the published one', () => {
  const load = async (name: string, bytes: Uint8Array) => {
    put(packed);
    put(new Map([[name, bytes]]));
    return loadIdxSet(info, { dataDir: folder }).catch((error: unknown) => error);
  };
  const images = packed.get('train-images-idx3-ubyte.gz')!;

  test.each<[string, string, Uint8Array, string]>([
    ['cut off', 'train-images-idx3-ubyte.gz', images.subarray(0, 500), 'cut off'],
    ['empty', 'train-images-idx3-ubyte.gz', new Uint8Array(), 'received 0 bytes'],
    [
      'damaged',
      'train-images-idx3-ubyte.gz',
      images.map((b, i) => (i === 900 ? b ^ 1 : b)),
      'damaged',
    ],
    ['oversized', 'train-labels-idx1-ubyte.gz', new Uint8Array(200_000), 'received 200000 bytes'],
    [
      'a bomb',
      'train-labels-idx1-ubyte.gz',
      gzipSync(new Uint8Array(9_000_000)),
      'at most 28 bytes',
    ],
    [
      'labels in place of images',
      'train-images-idx3-ubyte.gz',
      packed.get('train-labels-idx1-ubyte.gz')!,
      'SHA-256',
    ],
    [
      'damaged, uncompressed',
      'train-images-idx3-ubyte',
      plain.get('train-images-idx3-ubyte')!.map((b, i) => (i === 99 ? b ^ 1 : b)),
      'damaged',
    ],
  ])('rejects one that is %s and names it', async (_, name, bytes, message) => {
    const error = await load(name, bytes);
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({ code: 'checksum', file: join(folder, name) });
    expect((error as Error).message).toContain(message);
  });

  test('says which file it is, when it knows it', async () => {
    const labels = packed.get('train-labels-idx1-ubyte.gz')!;
    const error = await load('train-images-idx3-ubyte.gz', labels);
    expect((error as Error).message).toContain(
      'It is train-labels-idx1-ubyte of Tiny: were files swapped?',
    );
  });
});

describe('loading from an object with read(name)', () => {
  test('asks for both spellings and takes undefined, null and ENOENT as missing', async () => {
    const asked: string[] = [];
    const missing = [undefined, null];
    const source = {
      name: 'my files',
      read(name: string) {
        asked.push(name);
        if (name.startsWith('t10k') && !packed.has(name)) {
          throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
        }
        return packed.get(name) ?? missing[asked.length % 2];
      },
    };
    const { files } = await loadIdxSet(info, { source });
    expect(asked.slice(0, 2)).toEqual(['train-images-idx3-ubyte', 'train-images-idx3-ubyte.gz']);
    expect(files[0]!.source).toBe('my files/train-images-idx3-ubyte.gz');
  });

  test('takes a file in one spelling though the source fails for the other', async () => {
    const source = {
      read(name: string) {
        const bytes = packed.get(name);
        if (bytes === undefined) throw new Error(`unknown ${name}`);
        return bytes;
      },
    };
    expect((await loadIdxSet(info, { source })).train.shape[0]).toBe(20);
  });

  test('passes other errors on, refuses what is no source', async () => {
    const broken = new Error('disk on fire');
    const source = {
      read() {
        throw broken;
      },
    };
    await expect(loadIdxSet(info, { source })).rejects.toBe(broken);
    await expect(loadIdxSet(info, { source: {} as never })).rejects.toThrow(TypeError);
    await expect(loadIdxSet(info, { source: { read: () => 'x' as never } })).rejects.toThrow(
      TypeError,
    );
  });
});

test('reports progress of each file up to its size', async () => {
  put(packed);
  const seen: string[] = [];
  await loadIdxSet(info, {
    dataDir: folder,
    onProgress({ file, phase, loadedBytes, totalBytes }) {
      if (phase === 'done') seen.push(`${file} ${loadedBytes === totalBytes}`);
    },
  });
  expect(seen).toEqual([...packed.keys()].map((name) => `${name} true`));
});

test('ends with the reason of the signal, before or in the middle', async () => {
  put(packed);
  const reason = new Error('stop');
  const before = loadIdxSet(info, { dataDir: folder, signal: AbortSignal.abort(reason) });
  await expect(before).rejects.toBe(reason);
  const controller = new AbortController();
  const during = loadIdxSet(info, {
    dataDir: folder,
    signal: controller.signal,
    onProgress: ({ file }) => file.startsWith('t10k') && controller.abort(reason),
  });
  await expect(during).rejects.toBe(reason);
});
