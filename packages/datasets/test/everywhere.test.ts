import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { everywhere } from './everywhere.js';

// The browser's test holds the same hashes.
test.each(everywhere)('%s are the same bytes on every machine', (_, sha256, bytes) => {
  expect(createHash('sha256').update(bytes()).digest('hex')).toBe(sha256);
});
