import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  cacheDir,
  content,
  entries,
  failureOf,
  good,
  info,
  load,
  packed,
  same,
  serve,
  wanted,
} from '../../test/download-harness.js';
import type { Handler } from '../../test/loopback-server.js';
import { sha256 } from '../../test/tiny-idx.js';
import { downloadFile } from './download-file.js';

describe('a download from a good server', () => {
  test('is verified, lands in the cache, and is not repeated', async () => {
    const server = await serve(good);
    const first = await load([server]);
    expect(first.source).toBe(`${server.url}noise.gz`);
    same(first.bytes, packed);
    expect(entries()).toEqual(['noise.gz']);
    const second = await load([server]);
    same(second.bytes, packed);
    expect(second.source).toBe(join(cacheDir, info.name, 'noise.gz'));
    expect(server.requests).toEqual(['/noise.gz']);
    expect(readdirSync(join(cacheDir, info.name))).toEqual(['noise.gz']);
  });

  test('reports progress up to the size of the file', async () => {
    const server = await serve(good);
    const seen: number[] = [];
    await load([server], {
      onProgress({ phase, loadedBytes, totalBytes }) {
        expect(totalBytes).toBe(packed.length);
        if (phase === 'download') seen.push(loadedBytes);
      },
    });
    expect(seen.at(-1)).toBe(packed.length);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test('replaces a cache entry that has rotted', async () => {
    const server = await serve(good);
    await load([server]);
    writeFileSync(
      join(cacheDir, info.name, 'noise.gz'),
      packed.map((b, i) => (i === 7 ? b ^ 1 : b)),
    );
    same((await load([server])).bytes, packed);
    expect(server.requests).toHaveLength(2);
  });

  test('accepts the file without its compression when the transport removed it', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length });
      response.end(packed);
    });
    same((await load([server])).bytes, content);
  });

  test('follows a redirect', async () => {
    const target = await serve(good);
    const server = await serve((_, response) => {
      response.writeHead(302, { location: `${target.url}noise.gz` }).end();
    });
    same((await load([server])).bytes, packed);
  });

  test('takes uncompressed files from a mirror that serves those', async () => {
    const server = await serve(good);
    const set = { ...info, mirrors: [{ url: server.url, unpacked: true }] };
    const found = await downloadFile(set, wanted, { cacheDir }, undefined);
    await found.file.close();
    expect(found.name).toBe('noise');
    expect(server.requests).toEqual(['/noise']);
    expect(entries()).toEqual(['noise']);
  });
});

describe('a download that breaks off', () => {
  const cutting: Handler = (request, response, count) => {
    if (count > 3) return good(request, response, count);
    // Promises the rest and sends a part of it, three times.
    const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
    const status = start === 0 ? 200 : 206;
    response.writeHead(status, {
      'content-length': packed.length - start,
      'content-range': `bytes ${start}-${packed.length - 1}/${packed.length}`,
    });
    response.write(packed.subarray(start, start + 50_000), () => response.destroy());
  };

  test('goes on where it was', async () => {
    const server = await serve(cutting);
    same((await load([server])).bytes, packed);
    expect(server.requests).toHaveLength(4);
    const starts = server.requests.map((r) => Number(/bytes=(\d+)-/.exec(r)?.[1] ?? 0));
    expect(starts[0]).toBe(0);
    expect(starts[3]).toBeGreaterThan(0);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  test('goes on at the next mirror, and in the next call', async () => {
    const broken = await serve(cutting);
    const gone = await serve((_, response) => void response.writeHead(404).end());
    await failureOf([broken, gone], { retries: 0 });
    expect(entries()).toEqual([]);
    const next = await serve(good);
    same((await load([next])).bytes, packed);
    expect(next.requests[0]).toMatch(/^\/noise.gz bytes=[1-9]\d*-$/);
    expect(readdirSync(join(cacheDir, info.name))).toEqual(['noise.gz']);
  });

  test('starts anew when what was there belongs to something else', async () => {
    mkdirSync(join(cacheDir, info.name));
    writeFileSync(join(cacheDir, info.name, 'noise.gz.old.part'), new Uint8Array(1000));
    const server = await serve(good);
    same((await load([server])).bytes, packed);
    expect(server.requests).toEqual(['/noise.gz bytes=1000-', '/noise.gz']);
  });

  test('needs no server when only the renaming was missing', async () => {
    mkdirSync(join(cacheDir, info.name));
    writeFileSync(join(cacheDir, info.name, 'noise.gz.old.part'), packed);
    const server = await serve(good);
    same((await load([server])).bytes, packed);
    expect(server.requests).toEqual([]);
  });

  test('starts anew on a server that knows no ranges', async () => {
    const server = await serve((_, response, count) => {
      response.writeHead(200, { 'content-length': packed.length });
      if (count === 1) response.write(packed.subarray(0, 70_000), () => response.destroy());
      else response.end(packed);
    });
    same((await load([server])).bytes, packed);
    expect(server.requests[1]).toContain('bytes=');
  });

  test.each<[string, Record<string, string | number>]>([
    ['goes on elsewhere', { 'content-range': `bytes 0-${packed.length - 1}/${packed.length}` }],
    ['says another size', { 'content-range': 'bytes 1000-4999/5000' }],
    ['says no range', {}],
    ['says nonsense', { 'content-range': 'lines 1-2/3' }],
  ])('starts anew on a server whose 206 %s', async (_, headers) => {
    mkdirSync(join(cacheDir, info.name));
    writeFileSync(join(cacheDir, info.name, 'noise.gz.old.part'), packed.subarray(0, 1000));
    const server = await serve((request, response, count) => {
      if (request.headers.range === undefined) return good(request, response, count);
      response.writeHead(206, headers).end(packed.subarray(0, 4000));
    });
    same((await load([server])).bytes, packed);
    expect(server.requests).toEqual(['/noise.gz bytes=1000-', '/noise.gz']);
  });

  test('starts anew on a server that refuses the range', async () => {
    mkdirSync(join(cacheDir, info.name));
    writeFileSync(join(cacheDir, info.name, 'noise.gz.old.part'), packed.subarray(0, 1000));
    const server = await serve((request, response, count) => {
      if (request.headers.range === undefined) return good(request, response, count);
      response.writeHead(416).end();
    });
    same((await load([server])).bytes, packed);
  });
});

test('the error of a failed load lists every mirror, each reason, and what to put where', async () => {
  const one = await serve((_, r) => void r.writeHead(404).end());
  const two = await serve((_, r) => void r.writeHead(500).end());
  const { message, cause } = await failureOf([one, two], { retries: 1 });
  expect(message).toBe(
    [
      `load: noise.gz of Tiny could not be downloaded, and it is not in ${cacheDir}.`,
      `  ${one.url}noise.gz answered 404 Not Found (attempt 1)`,
      `  ${two.url}noise.gz answered 500 Internal Server Error (attempt 2)`,
      `By hand: get noise.gz (${packed.length} bytes, SHA-256 ${sha256(packed)}) and put it into ` +
        '<folder>/tiny/, with CNNKIT_DATA_DIR=<folder> or the option dataDir; uncompressed, as ' +
        'noise, is as good.',
    ].join('\n'),
  );
  expect((cause as AggregateError).errors).toHaveLength(2);
});

test('an abort ends a download in the middle with its reason, and the next call goes on', async () => {
  const server = await serve((_, response) => {
    response.writeHead(200, { 'content-length': packed.length });
    response.write(packed.subarray(0, 100_000));
  });
  const controller = new AbortController();
  const reason = new Error('enough');
  const error = await failureOf([server], {
    signal: controller.signal,
    timeoutMs: 10_000,
    onProgress: ({ loadedBytes }) => loadedBytes >= 100_000 && controller.abort(reason),
  });
  expect(error).toBe(reason);
  expect(entries()).toEqual([]);
  const next = await serve(good);
  same((await load([next])).bytes, packed);
  expect(next.requests).toEqual(['/noise.gz bytes=100000-']);
});

test('an abort ends the pause between two attempts', async () => {
  const server = await serve((_, r) => void r.writeHead(503).end());
  const signal = AbortSignal.timeout(50);
  const error = await failureOf([server], { retryDelayMs: 60_000, signal });
  expect(error.name).toBe('TimeoutError');
});

test('what onProgress throws ends the load, and is no fault of the mirror', async () => {
  const server = await serve(good);
  const mine = new TypeError('mine');
  const error = await failureOf([server], {
    onProgress: () => {
      throw mine;
    },
  });
  expect(error).toBe(mine);
  expect(server.requests).toHaveLength(1);
});

test('two loads at once download once', async () => {
  const server = await serve((request, response, count) => {
    setTimeout(() => good(request, response, count), 100);
  });
  const phases: string[] = [];
  const results = await Promise.all([
    load([server]),
    load([server], { onProgress: ({ phase }) => phases.push(phase) }),
    load([server]),
  ]);
  for (const { bytes } of results) same(bytes, packed);
  expect(server.requests).toHaveLength(1);
});

test('a cache folder that cannot be made is an error that names it', async () => {
  writeFileSync(join(cacheDir, 'file'), '');
  const server = await serve(good);
  const error = await failureOf([server], { cacheDir: join(cacheDir, 'file') });
  expect(error).toMatchObject({ code: 'cache' });
  expect(error.message).toContain(join(cacheDir, 'file'));
  expect(readFileSync(join(cacheDir, 'file'), 'utf8')).toBe('');
});

test('mirrors must be addresses', async () => {
  const work = downloadFile(info, wanted, { cacheDir, mirrors: ['nowhere'] }, undefined);
  await expect(work).rejects.toThrow(TypeError);
});
