import { gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { serveFiles, startServer } from '../../test/loopback-server.js';
import { sha256, tinySet } from '../../test/tiny-idx.js';
import { openWebCache } from '../download/web-cache.js';
import { chunksOf } from '../internal/streams.js';
import { loadIdxSet } from '../load/load-idx-set.js';
import { platform } from './browser-platform.js';
import { platform as nodePlatform } from './node-platform.js';

// The browser's side runs here on Node's web streams, with the Cache API and Web Locks stood in for.
vi.mock('#platform', async () => import('./browser-platform.js'));

class FakeCaches {
  readonly stored = new Map<string, Blob>();
  async open() {
    return {
      match: async (url: string) => {
        const blob = this.stored.get(url);
        return blob === undefined ? undefined : new Response(blob);
      },
      put: async (url: string, response: Response) => {
        this.stored.set(url, await response.blob());
      },
      delete: async (url: string) => this.stored.delete(url),
    };
  }
}

test('hashes are those of Node', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i & 255);
  for (const name of ['sha256', 'sha1'] as const) {
    const [mine, theirs] = [platform[name](), nodePlatform[name]()];
    for (const hash of [mine, theirs]) {
      hash.update(bytes.subarray(0, 77));
      hash.update(bytes.subarray(77));
    }
    expect(mine.digest()).toBe(theirs.digest());
  }
});

test('decompresses, and rejects what is cut off', async () => {
  const text = new TextEncoder().encode('cnnkit '.repeat(5000));
  const packed = new Uint8Array(gzipSync(text));
  const gather = async (bytes: Uint8Array) => {
    const parts: Uint8Array[] = [];
    for await (const chunk of platform.decompress(chunksOf(bytes, 100), 'gzip')) parts.push(chunk);
    return Buffer.concat(parts);
  };
  expect(Buffer.compare(await gather(packed), text)).toBe(0);
  await expect(gather(packed.subarray(0, -20))).rejects.toThrow();
  await expect(gather(text)).rejects.toThrow();
});

test('a load downloads into the Cache API, and out of it the second time', async () => {
  const caches = new FakeCaches();
  vi.stubGlobal('caches', caches);
  const { info, packed } = tinySet();
  const server = await startServer(serveFiles(packed));
  try {
    const first = await loadIdxSet(info, { mirrors: [server.url] });
    expect(first.train.shape).toEqual([20, 28, 28, 1]);
    expect(caches.stored.size).toBe(4);
    const second = await loadIdxSet(info, { mirrors: [server.url] });
    expect(second.train).toEqual(first.train);
    expect(second.files[0]!.sha256).toBe(sha256(packed.get('train-images-idx3-ubyte.gz')!));
    expect(server.requests).toHaveLength(4);
  } finally {
    await server.close();
    vi.unstubAllGlobals();
  }
});

test('a load works where there is no Cache API', async () => {
  const { info, packed } = tinySet();
  const server = await startServer(serveFiles(packed));
  try {
    const { test: part } = await loadIdxSet(info, { mirrors: [server.url] });
    expect(part.shape[0]).toBe(10);
  } finally {
    await server.close();
  }
});

test('a full cache does not fail the load; the file stays in memory', async () => {
  const full = {
    open: async () => ({
      match: async () => undefined,
      put: async () => {
        throw Object.assign(new Error('full'), { name: 'QuotaExceededError' });
      },
      delete: async () => false,
    }),
  };
  const cache = await openWebCache(undefined, { caches: full });
  const partial = await cache.startPartial('set', 'file', () => {});
  await partial.append(Uint8Array.of(1, 2, 3));
  await partial.commit();
  const file = await cache.open('set', 'file');
  expect([...(await file!.read(1, 3))]).toEqual([2, 3]);
});

test('pages that download the same file take turns by Web Locks', async () => {
  const names: string[] = [];
  const locks = {
    request: async <T>(name: string, _: unknown, work: () => Promise<T>) => {
      names.push(name);
      return work();
    },
  };
  const cache = await openWebCache('mine', { navigator: { locks } });
  const options = { signal: undefined, onWait: () => {} };
  expect(await cache.exclusive('set', 'file', options, async () => 5)).toBe(5);
  expect(names).toEqual(['https://cnnkit.invalid/datasets/set/file']);
});

test('a folder is refused with the way out', () => {
  expect(() => platform.folder('data')).toThrow('read(name)');
});
