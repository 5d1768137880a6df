import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Augmentation } from '../augment/augmentation.js';
import { type Batch, batches } from '../batches/batches.js';
import { DatasetError } from '../dataset-error.js';
import { generateDigits } from '../digits/generate-digits.js';
import { takeFirst } from '../subset.js';
import { prefetchBatches, shareDataset } from './index.js';
import { postableDataset } from './share-dataset.js';

// A worker cannot load TypeScript, so it is built for the test.
let folder: string;
let worker: URL;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cnnkit-worker-'));
  const outfile = join(folder, 'worker.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./node-worker.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@cnnkit/source'],
    logLevel: 'silent',
  });
  worker = pathToFileURL(outfile);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const digits = generateDigits({ count: 50, seed: 1 });
const augment: Augmentation[] = [
  { kind: 'rotate', degrees: 10 },
  { kind: 'elastic', strength: 2, smoothness: 4 },
];
const copy = ({ xs, ys, indices, ...rest }: Batch) => ({
  ...rest,
  xs: [...xs],
  ys: [...ys],
  indices: [...indices],
});

test('gives the batches of batches, bit for bit, from shared memory and from a copy', async () => {
  const options = { batchSize: 8, seed: 3, epoch: 1, augment, oneHot: true };
  const expected = Array.from(batches(digits, options), copy);
  for (const dataset of [digits, shareDataset(digits)]) {
    const got: ReturnType<typeof copy>[] = [];
    for await (const batch of prefetchBatches(dataset, { ...options, ahead: 2, worker })) {
      got.push(copy(batch));
    }
    expect(got).toEqual(expected);
  }
});

test('ends the thread when the loop is left early', async () => {
  for await (const { step } of prefetchBatches(digits, { batchSize: 5, worker })) {
    if (step === 1) break;
  }
});

test('refuses wrong options before it starts a thread, and passes on what fails in it', async () => {
  const first = (options: object) => prefetchBatches(digits, { worker, ...options }).next();
  await expect(first({ ahead: 0 })).rejects.toThrow(RangeError);
  await expect(first({ batchSize: 0 })).rejects.toThrow(RangeError);
  await expect(first({ augment: [{ kind: 'blur' }] })).rejects.toThrow('received "blur"');
});

test('a worker that cannot start is an error, not a fall back', async () => {
  const missing = new URL('no-such-worker.mjs', worker);
  const failure = await prefetchBatches(digits, { worker: missing })
    .next()
    .catch((e) => e);
  expect(failure).toBeInstanceOf(DatasetError);
  expect(failure).toMatchObject({ code: 'worker' });
  expect(failure.message).toContain('no-such-worker.mjs');
});

test('sends the images of a part and not the memory of the whole', () => {
  const part = postableDataset(takeFirst(digits, 3));
  expect(part.images.buffer.byteLength).toBe(3 * 784);
  expect(part.images).toEqual(digits.images.subarray(0, 3 * 784));
  expect(postableDataset(digits).images).toBe(digits.images);
});

test('shareDataset gives the same images once', () => {
  const shared = shareDataset(digits);
  expect(shared.images).toEqual(digits.images);
  expect(shareDataset(shared)).toBe(shared);
});
