import * as tf from '@tensorflow/tfjs-core';
// It registers the gradients of tfjs's operations.
import '@tensorflow/tfjs-layers';
import { expect } from 'vitest';
import type { CnnkitBackend } from '../src/cnnkit/backend.ts';
import { useBackend } from '../src/index.ts';

/** Shape of a batch of images or of a filter. */
export type Shape4 = [number, number, number, number];

/** A seeded stream of numbers in [0, 1): mulberry32. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A whole number in [low, high]. */
export function between(next: () => number, low: number, high: number): number {
  return low + Math.floor(next() * (high - low + 1));
}

export function pick<T>(next: () => number, values: readonly T[]): T {
  return values[Math.floor(next() * values.length)]!;
}

/** Values in [-1, 1), so that sums stay of one order of magnitude. */
export function values(next: () => number, shape: readonly number[]): Float32Array {
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next() * 2 - 1);
}

let prepared: Promise<void> | undefined;
/** Starts both backends once. */
export function prepare(threads = 2): Promise<void> {
  prepared ??= (async () => {
    await useBackend({ backend: 'cpu' });
    await useBackend({ backend: 'cnnkit', threads });
  })();
  return prepared;
}

/** Ends the engine, so that another can be started. */
export function removeEngine(): void {
  if (tf.findBackend('cnnkit') !== null) tf.removeBackend('cnnkit');
}

export function engineBackend(): CnnkitBackend {
  return tf.findBackend('cnnkit') as CnnkitBackend;
}

/** What `compute` gives on a backend, as plain data; nothing is left behind. */
export async function on(
  backend: string,
  compute: () => tf.Tensor | readonly tf.Tensor[],
): Promise<{ shape: number[]; dtype: string; values: number[] }[]> {
  await tf.setBackend(backend);
  const results: tf.Tensor[] = [];
  tf.tidy(() => {
    const out = compute();
    for (const t of Array.isArray(out) ? out : [out]) results.push(tf.keep(t));
  });
  const plain = results.map((t) => ({
    shape: t.shape,
    dtype: t.dtype,
    values: Array.from(t.dataSync() as Float32Array),
  }));
  for (const t of results) t.dispose();
  return plain;
}

/** Compares `compute` on cnnkit with tfjs's cpu backend: shapes, dtypes, and values to `tolerance`. */
export async function expectSameAsCpu(
  compute: () => tf.Tensor | readonly tf.Tensor[],
  { tolerance = 1e-5, note = '' }: { tolerance?: number; note?: string } = {},
): Promise<void> {
  const expected = await on('cpu', compute);
  const received = await on('cnnkit', compute);
  expect(received.length).toBe(expected.length);
  expected.forEach((want, i) => {
    const got = received[i]!;
    expect(got.shape, note).toEqual(want.shape);
    expect(got.dtype, note).toBe(want.dtype);
    expect(largestGap(got.values, want.values), `${note} result ${i}`).toBeLessThanOrEqual(
      tolerance,
    );
  });
}

/** Largest difference over the larger of 1 and the expected size; NaN and infinities must agree. */
export function largestGap(got: readonly number[], want: readonly number[]): number {
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  // Rounding grows with the sums, so what counts is the error against the largest value there is.
  const scale = want.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 1);
  let largest = 0;
  want.forEach((w, i) => {
    const g = got[i]!;
    if (Object.is(g, w) || (Number.isNaN(g) && Number.isNaN(w)) || g === w) return;
    const gap = Number.isFinite(w) ? Math.abs(g - w) / scale : Number.POSITIVE_INFINITY;
    largest = Math.max(largest, Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap);
  });
  return largest;
}

/** Names of the commands that `compute` sends. */
export async function commandsOf(compute: () => tf.Tensor): Promise<string[]> {
  await tf.setBackend('cnnkit');
  const { commands } = engineBackend();
  commands.profiling = true;
  tf.tidy(() => void compute().dataSync());
  const names = commands.profile().map(({ command }) => command);
  commands.profiling = false;
  return names;
}
