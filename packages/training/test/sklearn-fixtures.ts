import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** One recorded answer of scikit-learn or Keras; the shape of its parts depends on `fn`. */
export interface FixtureCase {
  name: string;
  fn: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON whose shape depends on `fn`
  input: any;
  options: Record<string, never>;
  // biome-ignore lint/suspicious/noExplicitAny: JSON whose shape depends on `fn`
  expected: any;
  warnings?: { type: string; message: string }[];
  float_options?: string[];
}

/** The cases of a file, from the folder in CNNKIT_SKLEARN_FIXTURES or this package's copy. */
export function fixtureCases(file: string): FixtureCase[] {
  const own = fileURLToPath(new URL('../fixtures/sklearn', import.meta.url));
  const folder = process.env.CNNKIT_SKLEARN_FIXTURES ?? own;
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

// What our message must name for each of the fixtures' error codes.
const messages: Record<string, RegExp> = {
  test_size_out_of_range: /testSize must lie in \(0, 1\) or be a count below/,
  train_size_out_of_range: /trainSize must lie in \(0, 1\) or be a count below/,
  train_and_test_exceed_n: /testSize and trainSize must not exceed the \d+ samples/,
  train_and_test_exceed_one: /testSize \+ trainSize must be at most 1/,
  train_set_empty: /trainSize must leave at least one sample/,
  class_with_one_member: /labels must give every class at least 2 members/,
  train_size_below_class_count: /trainSize must hold at least one sample for each of/,
  test_size_below_class_count: /testSize must hold at least one sample for each of/,
  stratify_needs_shuffle: /stratify must be left out when shuffle is false/,
  lengths_differ: /stratify must have one label for each of/,
  n_splits_too_small: /splits must be at least/,
  more_splits_than_samples: /splits must be at most the \d+ samples/,
  more_splits_than_class_members: /splits must be at most the members of the largest class/,
  random_state_without_shuffle: /seed must be left out when shuffle is false/,
  seed_out_of_range: /seed must lie in/,
  target_type: /labels must be classes, not real values/,
  index_out_of_bounds: /labels must lie in/,
  empty_input: /labels must not be empty/,
  negative_count: /numClasses must not be negative/,
  not_an_integer: /labels must be whole numbers/,
};

/** Holds what `run` returns or throws against what was recorded. */
export function expectRecorded(test: FixtureCase, run: () => unknown): void {
  const code = test.expected?.error?.code;
  if (code === undefined) {
    compare(run(), test.expected);
    return;
  }
  const message = messages[code];
  if (message === undefined) throw new Error(`unknown error code ${code}`);
  expect(run).toThrow(message);
}

/** Labels as listed or by their rule. */
export function labelsOf(value: unknown): never {
  if (value === null || typeof value !== 'object' || !('rule' in value)) return value as never;
  const { rule, n, a, cuts } = value as { rule: string; n: number; a: number; cuts: number[] };
  if (rule !== 'quadratic') throw new Error(`unknown rule ${rule}`);
  return Int32Array.from({ length: n }, (_, i) => {
    const v = (31 * i * i + 7 * i + a) % 1009;
    return cuts.filter((cut) => cut <= v).length;
  }) as never;
}

function compare(got: unknown, expected: unknown): void {
  if (Array.isArray(expected)) {
    const values = ArrayBuffer.isView(got) ? Array.from(got as Int32Array) : (got as unknown[]);
    expect(values).toHaveLength(expected.length);
    if (typeof expected[0] === 'object') {
      for (const [i, value] of expected.entries()) compare(values[i], value);
    } else {
      expect(values).toEqual(expected);
    }
    return;
  }
  const record = expected as Record<string, unknown>;
  if (!('sha256' in record)) {
    for (const key of Object.keys(record)) compare((got as typeof record)[key], record[key]);
    return;
  }
  const values = got as Int32Array;
  expect(values).toHaveLength(record.length as number);
  expect([...values.slice(0, (record.head as number[]).length)]).toEqual(record.head);
  expect([...values.slice(-(record.tail as number[]).length)]).toEqual(record.tail);
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(record.sha256);
}
