import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultOutputFolder, openOutputFolder } from './output-folder.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cnnkit-demo-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('writes files whole, into folders that it makes', async () => {
  const out = await openOutputFolder(join(folder, 'a', 'b'));
  await out.write('pictures/x.svg', '<svg/>');
  expect(await readdir(join(folder, 'a', 'b', 'pictures'))).toEqual(['x.svg']);
  expect(await readFile(join(out.path, 'pictures', 'x.svg'), 'utf8')).toBe('<svg/>');
  expect(out.earlier).toBeUndefined();
});

test('moves the results of an earlier run aside and leaves other files alone', async () => {
  for (const run of ['one', 'two', 'three']) {
    const out = await openOutputFolder(folder);
    await out.write('manifest.json', run);
    await out.write('logs/train/events', run);
  }
  await writeFile(join(folder, 'notes.txt'), 'mine');
  expect((await readdir(folder)).sort()).toEqual([
    'logs',
    'manifest.json',
    'notes.txt',
    'previous-1',
    'previous-2',
  ]);
  expect(await readFile(join(folder, 'previous-1', 'manifest.json'), 'utf8')).toBe('one');
  expect(await readFile(join(folder, 'previous-2', 'logs', 'train', 'events'), 'utf8')).toBe('two');
});

test('a write that fails leaves no temporary file', async () => {
  const out = await openOutputFolder(folder);
  await out.write('pictures/x', 'a');
  await expect(out.write('pictures', 'not a folder')).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['pictures']);
});

test('a run that names no folder gets one of its own', () => {
  const now = new Date('2026-01-02T03:04:05.678Z');
  expect(defaultOutputFolder('/home', now, 'mnist', 'lenet')).toBe(
    join('/home', 'runs', '2026-01-02T03-04-05-mnist-lenet'),
  );
});
