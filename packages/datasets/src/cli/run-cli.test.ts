import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startServer } from '../../test/loopback-server.js';
import { runCli } from './run-cli.js';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'cnnkit-cli-'));
});
afterEach(() => rmSync(cache, { recursive: true, force: true }));

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (t: string) => void out.push(t), err: (t: string) => void err.push(t) };
  const code = await runCli([...args, '--cache-dir', cache], io);
  return { code, out: out.join(''), err: err.join('') };
}

test('list names every set', async () => {
  const { code, out } = await run('list');
  expect(code).toBe(0);
  for (const name of ['mnist', 'fashion-mnist', 'kmnist', 'emnist-letters', 'cifar-100']) {
    expect(out).toMatch(new RegExp(`^${name} `, 'm'));
  }
  expect(out).not.toContain('in the cache');
});

test('info tells classes, licence and hashes', async () => {
  const { code, out } = await run('info', 'mnist');
  expect(code).toBe(0);
  expect(out).toContain('CC BY-SA 3.0');
  expect(out).toContain('440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609');
});

test('path gives the cache folder', async () => {
  expect((await run('path')).out).toBe(`${cache}\n`);
  expect((await run('path', 'emnist-letters')).out).toBe(`${join(cache, 'emnist')}\n`);
});

test('verify tells damaged from missing, and removes nothing', async () => {
  mkdirSync(join(cache, 'mnist'));
  const path = join(cache, 'mnist/t10k-labels-idx1-ubyte.gz');
  writeFileSync(path, 'broken');
  const { code, out } = await run('verify', 'mnist');
  expect(code).toBe(1);
  expect(out).toContain('t10k-labels-idx1-ubyte.gz  damaged');
  expect(out).toContain('train-images-idx3-ubyte.gz  missing');
  expect(existsSync(path)).toBe(true);
  rmSync(path);
  expect((await run('verify')).code).toBe(0);
});

test('verify looks where a load does: into CNNKIT_DATA_DIR, then the cache', async () => {
  const data = join(cache, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 't10k-labels-idx1-ubyte'), 'broken');
  vi.stubEnv('CNNKIT_DATA_DIR', data);
  vi.stubEnv('CNNKIT_CACHE_DIR', cache);
  const out: string[] = [];
  const io = { out: (text: string) => void out.push(text), err: () => {} };
  expect(await runCli(['verify', 'mnist'], io)).toBe(1);
  expect(out.join('')).toContain('t10k-labels-idx1-ubyte.gz  damaged');
  expect((await run('verify', 'mnist')).out).toContain('t10k-labels-idx1-ubyte.gz  missing');
  vi.unstubAllEnvs();
});

test('clean removes what it is asked to, and nothing else', async () => {
  for (const name of ['mnist', 'kmnist', 'mine']) mkdirSync(join(cache, name));
  expect((await run('clean')).code).toBe(2);
  await run('clean', 'mnist');
  expect(existsSync(join(cache, 'mnist'))).toBe(false);
  expect(existsSync(join(cache, 'kmnist'))).toBe(true);
  await run('clean', '--all');
  expect(existsSync(join(cache, 'kmnist'))).toBe(false);
  expect(existsSync(join(cache, 'mine'))).toBe(true);
});

test('download fails with one clear message when no mirror gives the file', async () => {
  const server = await startServer((_, response) => void response.writeHead(404).end());
  try {
    const { code, err } = await run('download', 'kmnist', '--mirror', server.url);
    expect(code).toBe(1);
    expect(err).toContain('answered 404 Not Found');
    expect(err).toContain('By hand');
  } finally {
    await server.close();
  }
});

test.each([
  [['frobnicate'], 'no command "frobnicate"'],
  [['info'], 'info needs one set'],
  [['info', 'nonsense'], 'received "nonsense"'],
  [['download'], 'download needs a set'],
  [['download', 'nonsense'], 'received "nonsense"'],
  [['list', '--wrong'], '--wrong'],
])('%j is wrong usage: one line and code 2', async (args, message) => {
  const { code, err } = await run(...args);
  expect(code).toBe(2);
  expect(err).toContain(message);
  expect(err.trim().split('\n')).toHaveLength(1);
});

test('--help explains every command', async () => {
  const { code, out } = await run('--help');
  expect(code).toBe(0);
  for (const word of ['list', 'info', 'download', 'verify', 'path', 'clean']) {
    expect(out).toContain(`cnnkit-datasets ${word}`);
  }
});
