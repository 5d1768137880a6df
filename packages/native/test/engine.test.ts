import { describe, expect } from 'vitest';
import type { NativeEngine, NativeKernels } from '../src/index.ts';
import { nativeTest } from './native-test.ts';

// Where kernels/layout.h of @cnnkit/backend puts what this needs: words of 32 bits, bytes.
const CONTROL = 1 << 20;
const [HEAD, DONE] = [CONTROL >> 2, (CONTROL + 64) >> 2];
const SLOT = (CONTROL + 256) >> 2;
const X = 2 << 20;
const MEMORY = 4 << 20;
const COUNT = 100_000;
const SQUARE = 3; // of enum UnaryOp

const memory = () => new Uint8Array(new SharedArrayBuffer(MEMORY));

/** Sends one command, of 7 chunks, that squares 0, 1, 2 … COUNT - 1; the engine need not be awake. */
function square(native: NativeKernels, bytes: Uint8Array): void {
  const words = new Int32Array(bytes.buffer);
  new Float32Array(bytes.buffer, X, COUNT).set(Float32Array.from({ length: COUNT }, (_, i) => i));
  const unary = native.commands.split(' ').indexOf('unary');
  words.set([unary, 7, X, X, COUNT, SQUARE, 0, 0], SLOT);
  Atomics.store(words, HEAD, 1);
}

const squared = (bytes: Uint8Array) =>
  new Float32Array(bytes.buffer, X, COUNT).every((value, i) => value === Math.fround(i * i));

nativeTest('says what it was built from', async (native) => {
  const sources = new URL('../../backend/scripts/kernel-sources.mjs', import.meta.url).href;
  const { kernelsHash } = (await import(sources)) as { kernelsHash(): string };
  expect(native.kernels).toBe(kernelsHash());
  expect(native.commands.trim().split(' ')).toContain('conv2d_dw');
});

nativeTest('says which vectors this CPU has, widest first', ({ bits }) => {
  expect(bits.length).toBeGreaterThan(0);
  expect(bits).toEqual([512, 256, 128].filter((width) => bits.includes(width)));
  if (process.arch === 'arm64') expect(bits).toEqual([128]);
});

describe('an engine', () => {
  nativeTest('runs a command at each width, on one thread and on three', (native) => {
    for (const bits of native.bits) {
      for (const threads of [1, 3]) {
        const bytes = memory();
        const engine = native.open(bytes, threads, bits);
        square(native, bytes);
        native.wake(engine);
        native.drain(engine);
        expect(Atomics.load(new Int32Array(bytes.buffer), DONE)).toBe(1);
        expect(squared(bytes), `${bits} bits, ${threads} threads`).toBe(true);
        native.close(engine);
      }
    }
  });

  nativeTest('finishes what was sent before it closes', (native) => {
    const bytes = memory();
    const engine = native.open(bytes, 1, native.bits[0]!);
    square(native, bytes);
    native.close(engine);
    expect(squared(bytes)).toBe(true);
  });

  nativeTest('drains an empty ring at once', (native) => {
    const engine = native.open(memory(), 2, native.bits[0]!);
    native.drain(engine);
    native.close(engine);
  });

  nativeTest('is of no use once it is closed, and cannot be closed twice', (native) => {
    const engine = native.open(memory(), 2, native.bits[0]!);
    native.close(engine);
    for (const use of [native.drain, native.wake, native.close]) {
      expect(() => use(engine)).toThrow(new TypeError('cnnkit native: an open engine is needed.'));
    }
  });

  nativeTest('is one of as many as one likes', (native) => {
    const engines: [NativeEngine, Uint8Array][] = [];
    for (let i = 0; i < 20; i++) {
      const bytes = memory();
      engines.push([native.open(bytes, 4, native.bits[i % native.bits.length]!), bytes]);
    }
    for (const [engine, bytes] of engines) {
      square(native, bytes);
      native.wake(engine);
    }
    for (const [engine, bytes] of engines.reverse()) {
      native.drain(engine);
      expect(squared(bytes)).toBe(true);
      native.close(engine);
    }
  });

  nativeTest('opens and closes again and again', (native) => {
    for (let i = 0; i < 300; i++) native.close(native.open(memory(), 2, native.bits[0]!));
  });

  nativeTest('measures the rate of multiply-adds', (native) => {
    const engine = native.open(memory(), 1, native.bits[0]!);
    expect(native.peak(engine, 1000)).toEqual(expect.any(Number));
    native.close(engine);
  });
});

describe('refuses with a TypeError', () => {
  const OPEN =
    'cnnkit native: open takes a Uint8Array of shared memory with a control block, threads (1 to 16) and bits.';
  const cases: [string, (width: number) => unknown[], string][] = [
    ['no arguments', () => [], OPEN],
    ['one argument too few', () => [memory(), 1], OPEN],
    ['a buffer', (width) => [new SharedArrayBuffer(MEMORY), 1, width], OPEN],
    ['null', (width) => [null, 1, width], OPEN],
    ['memory that is not shared', (width) => [new Uint8Array(MEMORY), 1, width], OPEN],
    ['floats', (width) => [new Float32Array(MEMORY), 1, width], OPEN],
    [
      'a memory without room for the control block',
      (width) => [new Uint8Array(CONTROL), 1, width],
      OPEN,
    ],
    ['an empty memory', (width) => [new Uint8Array(0), 1, width], OPEN],
    ['no thread', (width) => [memory(), 0, width], OPEN],
    ['17 threads', (width) => [memory(), 17, width], OPEN],
    ['NaN threads', (width) => [memory(), Number.NaN, width], OPEN],
    ['threads as text', (width) => [memory(), '2', width], OPEN],
    ['64 bits', () => [memory(), 1, 64], 'cnnkit native: this CPU has no vectors of so many bits.'],
    ['bits as text', () => [memory(), 1, '128'], OPEN],
  ];
  for (const [what, args, message] of cases) {
    nativeTest(`to open ${what}`, (native) => {
      const open = native.open as (...args: unknown[]) => unknown;
      expect(() => open(...args(native.bits[0]!))).toThrow(new TypeError(message));
    });
  }

  nativeTest('to use what is no engine', (native) => {
    const needed = new TypeError('cnnkit native: an open engine is needed.');
    for (const name of ['drain', 'wake', 'close'] as const) {
      const use = native[name] as (...args: unknown[]) => unknown;
      for (const args of [[], [{}], [undefined], [1], ['engine']]) {
        expect(() => use(...args)).toThrow(needed);
      }
    }
    const peak = native.peak as (...args: unknown[]) => unknown;
    expect(() => peak({}, 1)).toThrow(needed);
    const closed = native.open(memory(), 1, native.bits[0]!);
    native.close(closed);
    expect(() => peak(closed, 1)).toThrow(needed);
  });
});
