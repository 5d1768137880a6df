import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './node-lock.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cnnkit-lock-'));
  path = join(folder, 'x.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

const options = { signal: undefined, onWait: () => {}, pollMs: 5 };

test('lets one in at a time and leaves nothing behind', async () => {
  let inside = 0;
  let waits = 0;
  const enter = () =>
    withLock(path, { ...options, onWait: () => waits++ }, async () => {
      expect(++inside).toBe(1);
      await pause(10);
      inside--;
      return 'done';
    });
  expect(await Promise.all([enter(), enter(), enter()])).toEqual(['done', 'done', 'done']);
  expect(waits).toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});

test('frees the lock when the work fails', async () => {
  const work = withLock(path, options, () => Promise.reject(new Error('no')));
  await expect(work).rejects.toThrow('no');
  expect(existsSync(path)).toBe(false);
});

test('breaks the lock of a process that is gone', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(path, `${pid} ${hostname()} token`);
  expect(await withLock(path, options, async () => 'mine')).toBe('mine');
});

test('breaks the lock of another machine only when it shows no life', async () => {
  writeFileSync(path, '1 elsewhere token');
  const signal = AbortSignal.timeout(40);
  await expect(withLock(path, { ...options, signal }, async () => 1)).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(path, longAgo, longAgo);
  expect(await withLock(path, options, async () => 'mine')).toBe('mine');
});

test('breaks an empty lock only when it is old, since its owner may be about to write', async () => {
  writeFileSync(path, '');
  const signal = AbortSignal.timeout(40);
  await expect(withLock(path, { ...options, signal }, async () => 1)).rejects.toMatchObject({
    name: 'TimeoutError',
  });
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(path, longAgo, longAgo);
  expect(await withLock(path, options, async () => 'mine')).toBe('mine');
});

test('a holder that works long keeps its lock fresh', async () => {
  const longAgo = new Date(Date.now() - 60_000);
  await withLock(path, { ...options, heartbeatMs: 5 }, async () => {
    utimesSync(path, longAgo, longAgo);
    while (Date.now() - statSync(path).mtimeMs > 30_000) await pause(5);
  });
});

test('does not remove a lock that was taken over meanwhile', async () => {
  await withLock(path, options, async () => writeFileSync(path, '1 elsewhere theirs'));
  expect(existsSync(path)).toBe(true);
});

test('clears away a broken lock that somebody was killed over, and nothing else', async () => {
  writeFileSync(`${path}.0-1-2.dead`, '');
  writeFileSync(join(folder, 'y.lock.0-1-2.dead'), '');
  writeFileSync(join(folder, 'x.lock.part'), '');
  await withLock(path, options, async () => {});
  expect(readdirSync(folder).sort()).toEqual(['x.lock.part', 'y.lock.0-1-2.dead']);
});
