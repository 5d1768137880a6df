import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { RandomState } from '@cnnkit/random';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer } from '../../test/loopback-server.js';
import { sha256, tinySet } from '../../test/tiny-idx.js';

// A few here; scripts/kill-download.mjs runs hundreds.
const kills = Number(process.env.CNNKIT_KILLS ?? 6);
const content = new Uint8Array(new RandomState(1).randint(0, 256, 200_000));
const { info } = tinySet();
const wanted = { name: 'noise', sizeBytes: content.length, sha256: sha256(content) };
let folder: string;
let child: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cnnkit-kill-'));
  child = join(folder, 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../../test/download-child.ts', import.meta.url))],
    outfile: child,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@cnnkit/source'],
    logLevel: 'silent',
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(`a download that is killed at any of ${kills} moments never shows a partial file, and is finished by the next`, async () => {
  const random = new RandomState(Number(process.env.CNNKIT_KILL_SEED ?? 1));
  const server = await startServer((request, response) => {
    void (async () => {
      const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
      response.writeHead(start === 0 ? 200 : 206, {
        'content-length': content.length - start,
        'content-range': `bytes ${start}-${content.length - 1}/${content.length}`,
      });
      for (let at = start; at < content.length && !response.destroyed; at += 20_000) {
        response.write(content.subarray(at, at + 20_000));
        await pause(8);
      }
      response.end();
    })();
  });
  try {
    let cacheDir = '';
    for (let i = 0; i < kills; i++) {
      if (i === 0 || existsSync(join(cacheDir, 'tiny/noise'))) {
        cacheDir = join(folder, `cache-${i}`);
      }
      const input = JSON.stringify({ info, wanted, cacheDir, mirror: server.url });
      const work = spawn(process.execPath, [child, input], { stdio: 'ignore' });
      const ended = new Promise((resolve) => work.once('exit', resolve));
      const atMs = 30 + 170 * random.randomSample();
      await Promise.race([ended, pause(atMs)]);
      work.kill('SIGKILL');
      await ended;
      if (existsSync(join(cacheDir, 'tiny/noise'))) {
        expect(sha256(readFileSync(join(cacheDir, 'tiny/noise')))).toBe(wanted.sha256);
      }
      // Every fifth time somebody comes and needs the file.
      if (i % 5 === 4 || i === kills - 1) {
        const last = spawn(process.execPath, [child, input], { stdio: ['ignore', 'pipe', 'pipe'] });
        const errors: string[] = [];
        last.stderr.on('data', (data) => errors.push(String(data)));
        expect(await new Promise((resolve) => last.once('exit', resolve)), errors.join('')).toBe(0);
        expect(sha256(readFileSync(join(cacheDir, 'tiny/noise')))).toBe(wanted.sha256);
        expect(readdirSync(join(cacheDir, 'tiny'))).toEqual(['noise']);
      }
    }
  } finally {
    await server.close();
  }
}, 600_000);

test('two processes download once', async () => {
  const cacheDir = join(folder, 'cache-two');
  const server = await startServer((_, response) => {
    setTimeout(
      () => response.writeHead(200, { 'content-length': content.length }).end(content),
      300,
    );
  });
  try {
    const input = JSON.stringify({ info, wanted, cacheDir, mirror: server.url });
    const codes = await Promise.all(
      [1, 2, 3].map(() => {
        const work = spawn(process.execPath, [child, input], { stdio: 'ignore' });
        return new Promise((resolve) => work.once('exit', resolve));
      }),
    );
    expect(codes).toEqual([0, 0, 0]);
    expect(server.requests).toHaveLength(1);
  } finally {
    await server.close();
  }
});
