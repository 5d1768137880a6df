import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { RandomState } from '@cnnkit/random';
import { afterEach, beforeEach, expect } from 'vitest';
import type { PublishedFile } from '../src/catalog/dataset-info.js';
import { downloadFile } from '../src/download/download-file.js';
import type { LoadOptions } from '../src/load/load-options.js';
import { type Handler, type LoopbackServer, serveFiles, startServer } from './loopback-server.js';
import { sha256, tinySet } from './tiny-idx.js';

/** The set that the file belongs to. */
export const { info } = tinySet();
// Noise, so that cutting and resuming happen inside of something that does not compress.
export const content: Uint8Array = new Uint8Array(new RandomState(1).randint(0, 256, 300_000));
export const packed: Uint8Array = new Uint8Array(gzipSync(content));
export const wanted: PublishedFile = {
  name: 'noise.gz',
  sizeBytes: packed.length,
  sha256: sha256(packed),
  unpacked: { name: 'noise', sizeBytes: content.length, sha256: sha256(content) },
};
/** A server that gives the file as it should. */
export const good: Handler = serveFiles(
  new Map([
    ['noise.gz', packed],
    ['noise', content],
  ]),
);

/** A cache folder for each test. */
export let cacheDir = '';
const servers: LoopbackServer[] = [];
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'cnnkit-cache-'));
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  rmSync(cacheDir, { recursive: true });
});

/** A server that is closed after the test. */
export async function serve(handle: Handler): Promise<LoopbackServer> {
  const server = await startServer(handle);
  servers.push(server);
  return server;
}

/** Downloads the file from the mirrors and reads it. */
export async function load(
  mirrors: readonly LoopbackServer[],
  options: LoadOptions = {},
): Promise<{ source: string; bytes: Uint8Array }> {
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

/** The error of a load that has to fail. */
export const failureOf = (
  mirrors: readonly LoopbackServer[],
  options?: LoadOptions,
): Promise<Error> =>
  load(mirrors, options).then(
    () => expect.fail('it loaded'),
    (error: Error) => error,
  );

/** `toEqual` takes half a second for so many bytes. */
export const same = (bytes: Uint8Array, expected: Uint8Array): void =>
  expect(Buffer.compare(bytes, expected)).toBe(0);

/** Finished files in the cache; nothing else may ever appear there under a final name. */
export function entries(): string[] {
  const folder = join(cacheDir, info.name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => !name.endsWith('.part'));
}
