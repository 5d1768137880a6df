import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@cnnkit/backend';
import { decodeEvents } from '@cnnkit/training/tensorboard';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// The built program, as `npm run demo` starts it. `npm test` builds before it tests.
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cnnkit-demo-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function demo(
  args: readonly string[],
  onOutput?: (text: string, kill: () => void) => void,
): Promise<Ended> {
  const { CNNKIT_DATA_DIR: _, ...env } = process.env;
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
    onOutput?.(out, () => child.kill('SIGINT'));
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

const quick = ['--data', 'generated', '--samples', '640', '--model', 'lenet'];

describe('a short run', () => {
  test('prints and writes everything it promises', async () => {
    const { code, out, err } = await demo([...quick, '--epochs', '2', '--out', 'run']);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/Total params: 61,706/);
    expect(out).toMatch(/Epoch 2\/2/);
    expect(out).toMatch(/Test loss \d\.\d{4}, test accuracy 0\.\d{4}/);
    expect(out).toMatch(/weighted avg/);

    const run = join(folder, 'run');
    expect((await readdir(run)).sort()).toEqual([
      'history.csv',
      'history.json',
      'logs',
      'manifest.json',
      'model',
      'pictures',
      'report.html',
    ]);
    const manifest = JSON.parse(await readFile(join(run, 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({
      seed: 1,
      options: { data: 'generated', model: 'lenet', epochs: 2, batchSize: 64 },
      data: { name: 'generated', trainImages: 640 },
      backend: { name: 'cnnkit' },
      interrupted: false,
      results: { epochs: 2 },
    });
    for (const key of [
      'testLoss',
      'testAccuracy',
      'trainingMs',
      'samplesPerSecond',
      'peakRssBytes',
    ]) {
      expect(manifest.results[key], key).toBeGreaterThan(0);
    }
    const csv = (await readFile(join(run, 'history.csv'), 'utf8')).split('\n');
    expect(csv[0]).toMatch(/^epoch,accuracy,.*loss/);
    expect(csv).toHaveLength(4);

    // The model is one that plain tfjs reads: topology and one weights file beside it.
    const json = JSON.parse(await readFile(join(run, 'model', 'model.json'), 'utf8'));
    const weights = await readFile(join(run, 'model', json.weightsManifest[0].paths[0]));
    await useBackend({ backend: 'cnnkit' });
    const model = await loadLayersModel({
      load: async () => ({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest[0].weights,
        weightData: new Uint8Array(weights).buffer,
      }),
    });
    expect(model.countParams()).toBe(61706);

    for (const part of ['train', 'validation']) {
      const [file] = await readdir(join(run, 'logs', part));
      const { events, end } = decodeEvents(await readFile(join(run, 'logs', part, file as string)));
      expect(end.kind).toBe('complete');
      expect(events.length).toBeGreaterThan(2);
    }
  });

  test('the same seed gives the same weights and history, on one thread and on two', async () => {
    const run = async (name: string, ...more: string[]): Promise<[Buffer, string]> => {
      const { code } = await demo([...quick, '--epochs', '1', '--out', name, ...more]);
      expect(code).toBe(0);
      const model = join(folder, name, 'model');
      const file = (await readdir(model)).find((entry) => entry.endsWith('.bin')) as string;
      return [
        await readFile(join(model, file)),
        await readFile(join(folder, name, 'history.csv'), 'utf8'),
      ];
    };
    const one = await run('one', '--threads', '1');
    expect(await run('again', '--threads', '1')).toEqual(one);
    expect(await run('two', '--threads', '2')).toEqual(one);
    expect((await run('other', '--threads', '2', '--seed', '2'))[0].equals(one[0])).toBe(false);
  });
});

test('Ctrl-C ends cleanly and keeps what is trained so far', async () => {
  let sent = false;
  const args = [...quick, '--epochs', '500', '--out', 'run'];
  const { code, out, err } = await demo(args, (text, interrupt) => {
    if (sent || !text.includes('Epoch 3/500')) return;
    sent = true;
    interrupt();
  });
  expect(err).toBe('');
  expect(code).toBe(130);
  expect(out).toContain('Ending after this step');
  const manifest = JSON.parse(await readFile(join(folder, 'run', 'manifest.json'), 'utf8'));
  expect(manifest.interrupted).toBe(true);
  expect(manifest.results.epochs).toBeGreaterThanOrEqual(2);
  expect(manifest.results.epochs).toBeLessThan(500);
  expect(await readdir(join(folder, 'run', 'model'))).toContain('model.json');
});

test.each([['--epochs', '0'], ['--model', 'vgg16'], ['--nonsense']])(
  '%s %s: one clear line, exit code 2, nothing written',
  async (...args) => {
    const { code, out, err } = await demo(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(await readdir(folder)).toEqual([]);
  },
);

test('--help explains the options', async () => {
  const { code, out } = await demo(['--help']);
  expect(code).toBe(0);
  expect(out).toContain('--validation-split');
  expect(out).toContain('basic-cnn');
});
