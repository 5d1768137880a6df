import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { RandomState } from '@cnnkit/random';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Handler,
  type LoopbackServer,
  serveFiles,
  startServer,
} from '../../test/loopback-server.js';
import { sha256, tinySet } from '../../test/tiny-idx.js';
import type { PublishedFile } from '../catalog/dataset-info.js';
import { DatasetError } from '../dataset-error.js';
import type { LoadOptions } from '../load/load-options.js';
import { downloadFile } from './download-file.js';

const { info } = tinySet();
// Noise, so that cutting and resuming happen inside of something that does not compress.
const content = new Uint8Array(new RandomState(1).randint(0, 256, 300_000));
const packed = new Uint8Array(gzipSync(content));
const wanted: PublishedFile = {
  name: 'noise.gz',
  sizeBytes: packed.length,
  sha256: sha256(packed),
  unpacked: { name: 'noise', sizeBytes: content.length, sha256: sha256(content) },
};
const files = new Map([
  ['noise.gz', packed],
  ['noise', content],
]);
const good = serveFiles(files);

let cacheDir: string;
const servers: LoopbackServer[] = [];
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'cnnkit-cache-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  rmSync(cacheDir, { recursive: true });
});

async function serve(handle: Handler): Promise<LoopbackServer> {
  const server = await startServer(handle);
  servers.push(server);
  return server;
}

async function load(mirrors: readonly LoopbackServer[], options: LoadOptions = {}) {
  const urls = mirrors.map(({ url }) => url);
  const found = await downloadFile(
    info,
    wanted,
    { cacheDir, mirrors: urls, retryDelayMs: 1, timeoutMs: 10_000, ...options },
    undefined,
  );
  const bytes = await found.file.read(0, found.file.sizeBytes);
  await found.file.close();
  return { source: found.source, bytes };
}

/** `toEqual` takes half a second for so many bytes. */
const same = (bytes: Uint8Array, expected: Uint8Array) =>
  expect(Buffer.compare(bytes, expected)).toBe(0);

const failureOf = (mirrors: readonly LoopbackServer[], options?: LoadOptions) =>
  load(mirrors, options).then(
    () => expect.fail('it loaded'),
    (error: Error) => error,
  );

/** Finished files in the cache; nothing else may ever appear there under a final name. */
const entries = () => {
  const folder = join(cacheDir, info.name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => !name.endsWith('.part'));
};

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

describe('a mirror that does not give the file', () => {
  const length = { 'content-length': packed.length };
  const bad: [string, Handler, string, number][] = [
    ['answers 404', (_, r) => void r.writeHead(404).end(), 'answered 404 Not Found', 1],
    ['answers 403', (_, r) => void r.writeHead(403).end(), 'answered 403', 1],
    ['answers 204', (_, r) => void r.writeHead(204).end(), 'answered 204', 1],
    ['answers 500 for ever', (_, r) => void r.writeHead(500).end(), 'answered 500', 3],
    [
      'answers 206 unasked',
      (_, r) =>
        void r.writeHead(206, { 'content-range': `bytes 0-9/${packed.length}` }).end('0123456789'),
      'wrong place',
      1,
    ],
    [
      'offers another length',
      (_, r) => void r.writeHead(200, { 'content-length': 5 }).end('hello'),
      'offers 5 bytes',
      1,
    ],
    [
      'sends a page instead',
      (_, r) => void r.writeHead(200).end('<html>Log in</html>'),
      'ended after',
      3,
    ],
    [
      'sends another file of the same length',
      (_, r) => void r.writeHead(200, length).end(new Uint8Array(packed.length)),
      'sent another file',
      1,
    ],
    [
      'sends without end',
      (_, r) => {
        r.writeHead(200);
        const more = () => {
          if (!r.destroyed) r.write(new Uint8Array(65_536), () => setImmediate(more));
        };
        more();
      },
      'sent more than',
      1,
    ],
    ['never answers', () => {}, 'sent next to nothing for', 3],
    [
      'hangs in the middle',
      (_, r) => void r.writeHead(200, length).write(packed.subarray(0, 1000)),
      'sent next to nothing for',
      3,
    ],
    [
      'drips',
      (_, r) => {
        r.writeHead(200, length);
        const timer = setInterval(() => r.write('x'), 5);
        r.once('close', () => clearInterval(timer));
      },
      'sent next to nothing for',
      3,
    ],
    ['cuts off at once', (request) => void request.socket.destroy(), 'did not answer', 3],
    [
      'redirects in a circle',
      (_, r) => void r.writeHead(302, { location: '/noise.gz' }).end(),
      'redirect count exceeded',
      1,
    ],
  ];

  // Only those that hang are waited for; the others answer, however slow this machine is.
  const timeoutOf = (message: string, shortMs: number) =>
    message.startsWith('sent next to nothing') ? shortMs : 10_000;

  test.each(bad)('%s: the next one is asked', async (_, handle, message) => {
    const first = await serve(handle);
    const second = await serve(good);
    const options = { timeoutMs: timeoutOf(message, 400), retries: 1 };
    same((await load([first, second], options)).bytes, packed);
    expect(entries()).toEqual(['noise.gz']);
  });

  test.each(bad)('%s: the error says so', async (_, handle, message, attempts) => {
    const server = await serve(handle);
    const error = await failureOf([server], { timeoutMs: timeoutOf(message, 60), retries: 2 });
    expect(error).toBeInstanceOf(DatasetError);
    expect(error).toMatchObject({ code: 'download', file: 'noise.gz' });
    expect(error.message).toContain(message);
    expect(error.message).toContain(`(attempt ${attempts})`);
    expect(entries()).toEqual([]);
  });

  test('is asked again after a failure that passes', async () => {
    const server = await serve((request, response, count) => {
      if (count < 3) response.writeHead(503, { 'retry-after': '0' }).end();
      else good(request, response, count);
    });
    same((await load([server])).bytes, packed);
    expect(server.requests).toHaveLength(3);
  });

  test('is left at once when it asks for a pause of hours', async () => {
    const first = await serve((_, r) => void r.writeHead(429, { 'retry-after': '9999' }).end());
    const second = await serve(good);
    same((await load([first, second])).bytes, packed);
    expect(first.requests).toHaveLength(1);
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
