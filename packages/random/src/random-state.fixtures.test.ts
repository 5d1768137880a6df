import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type IntegerType, RandomState } from './index.js';

interface Case {
  name: string;
  fn: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON whose shape depends on `fn`
  input: any;
  // biome-ignore lint/suspicious/noExplicitAny: JSON whose shape depends on `fn`
  options: any;
  // biome-ignore lint/suspicious/noExplicitAny: JSON whose shape depends on `fn`
  expected: any;
}

interface LongList {
  length: number;
  head: number[];
  tail: number[];
  sha256: string;
}

const folder =
  process.env.CNNKIT_SKLEARN_FIXTURES ?? new URL('../fixtures', import.meta.url).pathname;
const cases: Case[] = JSON.parse(readFileSync(join(folder, 'random_state.json'), 'utf8'));

// What each of the fixtures' error codes is here: our class, and the argument our message names.
const errors: Record<string, [new (message: string) => Error, RegExp]> = {
  seed_out_of_range: [RangeError, /^RandomState: seed.* must lie in/],
  range_empty: [RangeError, /^randint: low/],
  sample_too_large: [RangeError, /^choice: size must not exceed/],
};

const calls: Record<string, (random: RandomState, test: Case) => unknown> = {
  raw_uint32: (random, { options: { skip = 0, size } }) =>
    Array.from({ length: skip + size }, () => random.nextUint32()).slice(skip),
  random_sample: (random, { options }) => random.randomSample(options.size),
  standard_normal: (random, { options }) => random.standardNormal(options.size),
  normal: (random, { options: o }) => random.normal(o.loc, o.scale, o.size),
  uniform: (random, { options: o }) => random.uniform(o.low, o.high, o.size),
  permutation: (random, { input }) => random.permutation(input.n ?? input.x),
  shuffle: (random, { input }) => {
    const x = structuredClone(input.x);
    random.shuffle(x);
    return x;
  },
  randint: (random, { options: o }) =>
    random.randint(o.low, o.high, o.size, (o.dtype ?? 'int64') as IntegerType),
  choice: (random, { input, options: { size, ...options } }) =>
    random.choice(input.a, size, options),
  bytes: (random, { options }) => random.bytes(options.size),
  sequence: (random, { options }) =>
    options.calls.map(([fn, ...args]: [string, ...number[]]) => sequenceCall(random, fn, args)),
};

function sequenceCall(random: RandomState, fn: string, args: number[]): unknown {
  const method = fn.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const call = random[method as keyof RandomState] as ((...args: number[]) => unknown) | undefined;
  if (typeof call !== 'function') throw new Error(`no method for ${fn}`);
  return plain(call.apply(random, args));
}

describe('RandomState equals NumPy', () => {
  it.each(cases)('$name ($fn)', (test) => {
    const call = calls[test.fn];
    if (call === undefined) throw new Error(`unknown fn ${test.fn}`);
    const run = () => plain(call(new RandomState(test.input.seed), test));
    const code = test.expected?.error?.code;
    if (code !== undefined) {
      const [type, message] = errors[code] ?? [];
      if (type === undefined) throw new Error(`unknown error code ${code}`);
      expect(run).toThrow(type);
      expect(run).toThrow(message);
      return;
    }
    compare(run(), test.expected);
  });
});

function plain(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Array.from(value as Float64Array) : value;
}

function compare(got: unknown, expected: unknown): void {
  if (Array.isArray(expected)) {
    expect(got).toHaveLength(expected.length);
    expected.forEach((value, i) => {
      compare((got as unknown[])[i], value);
    });
  } else if (typeof expected === 'number' && !Number.isInteger(expected)) {
    // Only a normal's last bit may differ: see the limits in README.md.
    expect(Math.abs((got as number) / expected - 1)).toBeLessThan(1e-15);
  } else if (typeof expected === 'object' && expected !== null) {
    const { length, head, tail, sha256 } = expected as LongList;
    const values = got as number[];
    expect(values).toHaveLength(length);
    expect(values.slice(0, head.length)).toEqual(head);
    expect(values.slice(-tail.length)).toEqual(tail);
    const words = Buffer.from(Int32Array.from(values).buffer);
    expect(createHash('sha256').update(words).digest('hex')).toBe(sha256);
  } else {
    expect(got).toBe(expected);
  }
}
