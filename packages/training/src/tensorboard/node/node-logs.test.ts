import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spawnTypeScript } from '../../../test/tensorboard-support/spawn-typescript.js';
import { decodeEvents } from '../events/event.js';
import { EventWriter } from '../events/event-writer.js';
import { scalarSummary } from '../payloads/scalar.js';
import { nodeLogs } from './node-logs.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cnnkit-logs-'));
});
afterAll(() => rm(dir, { recursive: true }));

const loss = [scalarSummary('loss', 1)];

describe('nodeLogs', () => {
  test('makes no folder before the first file', async () => {
    const logs = nodeLogs(join(dir, 'later'));
    expect(await logs.list('train')).toEqual([]);
    await expect(stat(join(dir, 'later'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('names files by the machine and the process, and gives each run a new one', async () => {
    const logs = nodeLogs(join(dir, 'names'));
    expect(logs.processId).toBe(process.pid);
    for (let i = 0; i < 3; i++) {
      const writer = await EventWriter.open(logs, 'train');
      await writer.write(i, loss);
      await writer.close();
    }
    const names = await readdir(join(dir, 'names/train'));
    expect(names).toHaveLength(3);
    for (const name of names) {
      expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+\.v2$/);
      const { events, end } = decodeEvents(await readFile(join(dir, 'names/train', name)));
      expect(end.kind).toBe('complete');
      expect(events).toHaveLength(2);
    }
  });

  test('never opens a file that is there', async () => {
    const logs = nodeLogs(join(dir, 'taken'));
    const file = await logs.create('a');
    await file!.close();
    expect(await logs.create('a')).toBeUndefined();
  });

  test('replaces a whole file and leaves nothing beside it', async () => {
    const logs = nodeLogs(join(dir, 'whole'));
    await logs.write('x/config', new Uint8Array([1]));
    await logs.write('x/config', new Uint8Array([2]));
    expect(await logs.list('x')).toEqual(['config']);
    expect([...(await readFile(join(dir, 'whole/x/config')))]).toEqual([2]);
  });

  test('says what the file system said when the folder cannot be written', async () => {
    await nodeLogs(dir).write('a-file', new Uint8Array(0));
    const opening = EventWriter.open(nodeLogs(join(dir, 'a-file')), 'train');
    await expect(opening).rejects.toMatchObject({
      code: 'open-failed',
      cause: { code: 'ENOTDIR' },
    });
  });
});

test('a process killed while it writes leaves a file that reads to a cut tail at most', async () => {
  const logs = join(dir, 'killed');
  const child = spawnTypeScript('test/tensorboard-support/endless-writer.ts', [logs]);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => setTimeout(resolve, 50));
    child.once('exit', () => reject(new Error('the writer ended by itself')));
  });
  child.kill('SIGKILL');
  await exited;
  const [name] = await readdir(logs);
  const { events, end } = decodeEvents(await readFile(join(logs, name!)));
  expect(end.kind).not.toBe('corrupt');
  const steps = events.slice(1).map(({ event }) => Number(event.step));
  expect(steps.length).toBeGreaterThan(0);
  expect(steps).toEqual(Array.from(steps, (_, i) => i));
});
