import { expect, test } from 'vitest';
import type { Augmentation } from '../augment/augmentation.js';
import { type Batch, batches } from '../batches/batches.js';
import { generateDigits } from '../digits/generate-digits.js';
import { prefetchBatches, shareDataset } from './index.js';

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

test('a Web Worker gives the batches of batches, bit for bit, shared and copied', async () => {
  const options = { batchSize: 8, seed: 3, epoch: 1, augment, oneHot: true };
  const expected = Array.from(batches(digits, options), copy);
  for (const dataset of [digits, shareDataset(digits)]) {
    const got: ReturnType<typeof copy>[] = [];
    for await (const batch of prefetchBatches(dataset, { ...options, ahead: 2 })) {
      got.push(copy(batch));
    }
    expect(got).toEqual(expected);
  }
});

test('the worker ends when the loop is left early, and passes on what fails in it', async () => {
  for await (const { step } of prefetchBatches(digits, { batchSize: 5 })) {
    if (step === 1) break;
  }
  const wrong = prefetchBatches(digits, { augment: [{ kind: 'blur' } as never] }).next();
  await expect(wrong).rejects.toThrow(RangeError);
  await expect(wrong).rejects.toThrow('received "blur"');
});

test('a worker that cannot be loaded is an error, not a fall back', async () => {
  const worker = new URL('/no-such-worker.js', import.meta.url);
  await expect(prefetchBatches(digits, { worker }).next()).rejects.toMatchObject({
    code: 'worker',
    name: 'DatasetError',
  });
});
