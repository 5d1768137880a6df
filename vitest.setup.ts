import { afterEach, beforeEach, expect, vi } from 'vitest';

// A library prints nothing unless asked and warns through its results, so whatever reaches the
// console's warn or error during a test is a defect. A test that expects a warning replaces the
// spy itself.
const warnings: unknown[][] = [];

beforeEach(() => {
  warnings.length = 0;
  vi.spyOn(console, 'warn').mockImplementation((...args) => void warnings.push(args));
  vi.spyOn(console, 'error').mockImplementation((...args) => void warnings.push(args));
});

afterEach(() => {
  vi.restoreAllMocks();
  expect(warnings, 'nothing may be written to console.warn or console.error').toEqual([]);
});
