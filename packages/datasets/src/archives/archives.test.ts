import { gzipSync, crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { packTar } from 'modern-tar';
import { describe, expect, test } from 'vitest';
import { makeZip } from '../../test/make-zip.js';
import { DatasetError } from '../dataset-error.js';
import { memoryFile } from '../internal/memory-file.js';
import { chunksOf } from '../internal/streams.js';
import { crc32 } from './crc32.js';
import { readTar } from './tar.js';
import { readZip } from './zip.js';

const a = new Uint8Array(gzipSync('first '.repeat(500)));
const b = Uint8Array.from({ length: 3000 }, (_, i) => i & 255);
const files = new Map([
  ['gzip/a.gz', a],
  ['b.bin', b],
  ['empty', new Uint8Array()],
]);

const gather = async (chunks: AsyncIterable<Uint8Array>) => {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
};

test('crc32 is that of zlib, in parts too', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(b.subarray(1000), crc32(b.subarray(0, 1000)))).toBe(zlibCrc32(b));
});

describe('readZip', () => {
  const zip = makeZip(files);
  const readAll = async (bytes: Uint8Array) => {
    const found = new Map<string, Uint8Array>();
    for (const entry of await readZip(memoryFile(bytes), 'x.zip')) {
      found.set(entry.name, await gather(entry.stream()));
    }
    return found;
  };

  test('gives stored and deflated files', async () => {
    expect(await readAll(zip)).toEqual(files);
  });

  test('finds the directory before a comment', async () => {
    const commented = new Uint8Array([...zip, 1, 2, 3]);
    expect(await readAll(commented)).toEqual(files);
  });

  test('rejects every truncation', async () => {
    for (let length = 0; length < zip.length; length += 41) {
      await expect(readAll(zip.subarray(0, length))).rejects.toThrow(DatasetError);
    }
  });

  test('ends a bomb whose directory lies about its size', async () => {
    const bomb = makeZip(new Map([['bomb', new Uint8Array(5_000_000)]]));
    const view = new DataView(bomb.buffer);
    view.setUint32(bomb.length - 22 - 50 + 24, 1000, true);
    await expect(readAll(bomb)).rejects.toMatchObject({ code: 'too-large' });
  });

  test('gives the files or a DatasetError for any damage', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const broken = zip.slice();
        broken[at] = broken[at]! ^ by;
        const result = await readAll(broken).catch((error: unknown) => error);
        if (result instanceof Map) {
          for (const [name, bytes] of result) expect(files.get(name) ?? bytes).toEqual(bytes);
        } else expect(result).toBeInstanceOf(DatasetError);
      }),
      { numRuns: 300 },
    );
  });

  test('gives a DatasetError for noise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (noise) => {
        await expect(readAll(noise)).rejects.toThrow(DatasetError);
      }),
      { numRuns: 100 },
    );
  });
});

describe('readTar', () => {
  const entry = (name: string, bytes: Uint8Array) => ({
    header: { name, size: bytes.length, type: 'file' as const },
    body: bytes,
  });
  const readAll = async (bytes: Uint8Array) => {
    const found = new Map<string, Uint8Array>();
    for await (const file of readTar(chunksOf(bytes, 100), 'x.tar')) {
      found.set(file.name, await gather(file.stream()));
    }
    return found;
  };

  test('gives files one after the other, and skips those that are not read', async () => {
    const tar = await packTar([
      { header: { name: 'folder/', size: 0, type: 'directory' } },
      entry('folder/a', a),
      entry('folder/b', b),
    ]);
    expect(await readAll(tar)).toEqual(
      new Map([
        ['folder/a', a],
        ['folder/b', b],
      ]),
    );
    const names: string[] = [];
    for await (const { name } of readTar(chunksOf(tar, 7), 'x.tar')) names.push(name);
    expect(names).toEqual(['folder/a', 'folder/b']);
  });

  test.each([
    ['../evil', 'leads out'],
    ['a/../../evil', 'leads out'],
    ['/etc/evil', 'absolute'],
    ['C:\\evil', 'absolute'],
    ['..\\evil', 'leads out'],
  ])('refuses the path %s', async (name, reason) => {
    const tar = await packTar([entry(name, b)]);
    await expect(readAll(tar)).rejects.toThrow(reason);
    await expect(readAll(tar)).rejects.toMatchObject({ code: 'format', file: 'x.tar' });
  });

  test.each(['symlink', 'link'] as const)('refuses a %s', async (type) => {
    const tar = await packTar([{ header: { name: 'x', size: 0, type, linkname: '/etc/passwd' } }]);
    await expect(readAll(tar)).rejects.toThrow('is a link');
  });

  test('rejects truncations and noise with a DatasetError', async () => {
    const tar = await packTar([entry('a', a), entry('b', b)]);
    for (const length of [1, 100, 511, 513, 700, 2000, 4000]) {
      await expect(readAll(tar.subarray(0, length))).rejects.toThrow(DatasetError);
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 512, maxLength: 1200 }), async (noise) => {
        if (noise.every((byte) => byte === 0)) return;
        const result = await readAll(noise).catch((error: unknown) => error);
        if (!(result instanceof Map)) expect(result).toBeInstanceOf(DatasetError);
      }),
      { numRuns: 100 },
    );
  });
});
