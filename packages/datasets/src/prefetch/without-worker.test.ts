import { expect, test, vi } from 'vitest';
import { batches } from '../batches/batches.js';
import { generateDigits } from '../digits/generate-digits.js';
import { prefetchBatches, shareDataset } from './index.js';

// The browser's side, in Node, which has no global Worker.
vi.mock('#prefetch-thread', async () => import('./browser-thread.js'));

const digits = generateDigits({ count: 10, seed: 1 });

test('where there are no workers at all, batches are made when they are asked for', async () => {
  expect('Worker' in globalThis).toBe(false);
  const sums: number[] = [];
  const sum = (xs: Float32Array) => xs.reduce((a, b) => a + b, 0);
  for await (const { xs } of prefetchBatches(digits, { batchSize: 4 })) sums.push(sum(xs));
  expect(sums).toEqual(Array.from(batches(digits, { batchSize: 4 }), ({ xs }) => sum(xs)));
});

test('shareDataset says what a page lacks that may not share memory', () => {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  expect(() => shareDataset(digits)).toThrow('Cross-Origin-Opener-Policy');
  vi.unstubAllGlobals();
});
