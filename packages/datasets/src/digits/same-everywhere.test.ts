import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { batches } from '../batches/batches.js';
import { generateDigits } from './generate-digits.js';

// The browser test holds the same hashes.
test('digits and batches are the same bytes on every machine', () => {
  const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  const digits = generateDigits({ count: 100, seed: 1 });
  expect(hash(digits.images)).toBe(
    '98ad8369379f233b4fac97dd96b03ff718e01c13a80b5cb6c69a1b6ba3ba21ac',
  );
  const steps = [
    { kind: 'shift', x: 0.1, y: 0.1 },
    { kind: 'crop', padding: 2 },
  ] as const;
  const [first] = batches(digits, { batchSize: 100, seed: 5, augment: steps });
  expect(hash(new Uint8Array(first!.xs.buffer.slice(0)))).toBe(
    'b0fde67eb36bdb3ae3162fe41f4470474ecbb454078aa75d4fe3ed09aa531b2e',
  );
});
