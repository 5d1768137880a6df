import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { CnnkitBackend } from '../src/cnnkit/backend.ts';
import { sendWinogradDw, sendWinogradDx } from '../src/cnnkit/kernels/winograd.ts';
import {
  type ConvolutionPass,
  planWithTile,
  type WinogradPlan,
  type WinogradTile,
} from '../src/cnnkit/kernels/winograd-plan.ts';
import { openKernels } from '../src/cnnkit/open.ts';
import { Storage } from '../src/cnnkit/storage.ts';
import { between, pick, random, values } from './helpers.ts';
import type { Info } from './winograd-reference.ts';

/**
 * What an element may be wrong by, against float64, in units of 2^-24 times the largest sum of
 * |x| |w| in the tensor. Winograd's sums pass through intermediates larger than those, the more so
 * the more points there are and the worse they lie; over this grid the worst are 3.0, 5.7 and 9.7, and
 * 3.6, 6.8 and 10.3 without fused multiply-adds; of EIGHT, in sixty draws, 3.0 and 3.2.
 */
export const BOUND = { 2: 6, 3: 8, 4: 20, 5: 32, 8: 6 } as const;

let engines: CnnkitBackend[] = [];

/** Opens an engine of one thread and one of two. Call it in `beforeAll`. */
export async function openEngines(): Promise<void> {
  const open = async (threads: number) =>
    new CnnkitBackend(await openKernels({ threads }), 2 ** 30);
  engines = [await open(1), await open(2)];
}
/** Call it in `afterAll`. */
export function closeEngines(): void {
  for (const engine of engines) engine.dispose();
}

type Padding = 'valid' | 'same' | tf.backend_util.ExplicitPadding;

/** A 3 x 3 convolution drawn from the seed: 1 to 130 channels, odd sizes, any padding. */
export function draw(seed: number) {
  const next = random(seed);
  const channels = pick(next, [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 48, 64, 65, 127, 130]);
  const filters = pick(next, [1, 2, 3, 4, 5, 6, 8, 9, 12, 16, 20, 31, 32, 63, 64, 66, 128, 130]);
  const batch = pick(next, [1, 1, 2, 3, 9]);
  const side = () => between(next, 3, channels * filters > 4000 ? 8 : 13);
  const pads = (): [number, number] => [between(next, 0, 3), between(next, 0, 3)];
  const pad = pick<() => Padding>(next, [
    () => 'valid',
    () => 'same',
    () => [[0, 0], pads(), pads(), [0, 0]],
  ])();
  const info = shape([batch, side(), side(), channels], filters, pad);
  const x = values(next, info.inShape);
  const w = values(next, info.filterShape);
  const bias = values(next, [filters]);
  return { next, info, x, w, bias, pad };
}

export function shape(
  inShape: [number, number, number, number],
  filters: number,
  pad: Padding,
): Info {
  return tf.backend_util.computeConv2DInfo(inShape, [3, 3, inShape[3], filters], 1, 1, pad);
}

/** Runs `send` on the engine with `threads`; what comes back is its result of `size` floats. */
export function run(
  size: number,
  send: (engine: CnnkitBackend, out: number, store: (data: Float32Array) => Storage) => unknown,
  threads = 2,
): Float32Array {
  const engine = engines[threads - 1]!;
  const storages: Storage[] = [];
  const store = (data: Float32Array) => {
    const storage = Storage.fromHost(engine, 'float32', data.slice());
    storages.push(storage);
    return storage;
  };
  // What a block held before must not matter.
  const out = store(new Float32Array(size).fill(Number.NaN));
  const block = out.blockToOverwrite();
  expect(send(engine, block, store)).not.toBe(false);
  engine.commands.sync();
  const result = engine.views.f32.slice(block >> 2, (block >> 2) + size);
  for (const storage of storages) storage.release();
  return result;
}

/** Bytes as they lie in a block of floats. */
export function asFloats(bytes: Int8Array): Float32Array {
  const whole = new Int8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return new Float32Array(whole.buffer);
}

export function plan(
  info: Info,
  pass: ConvolutionPass,
  pooled: boolean,
  m: WinogradTile,
): WinogradPlan {
  const made = planWithTile(info, pass, pooled, m);
  expect(made).toBeDefined();
  return made!;
}

/** The largest error in units of 2^-24 of the largest magnitude. */
export function error(got: Float32Array, want: Float64Array, magnitude: Float64Array): number {
  expect(got.length).toBe(want.length);
  let largest = 0;
  for (let i = 0; i < want.length; i++) {
    const gap = Math.abs(got[i]! - want[i]!);
    largest = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(largest, gap);
  }
  return largest / (unit(magnitude) || 1);
}
export function unit(magnitude: Float64Array): number {
  return magnitude.reduce((a, b) => Math.max(a, b), 0) * 2 ** -24;
}

export function inputGradientBy(
  info: Info,
  dy: Float32Array,
  w: Float32Array,
  m: WinogradTile,
  threads = 2,
): Float32Array {
  const send = (
    engine: CnnkitBackend,
    out: number,
    store: (data: Float32Array) => Storage,
  ): boolean => {
    const how = plan(info, 'input', false, m);
    return sendWinogradDx(engine, info, store(dy), store(w), out, undefined, how);
  };
  return run(tf.util.sizeFromShape(info.inShape), send, threads);
}

export function gradients(
  info: Info,
  [x, w]: readonly [Float32Array, Float32Array],
  dy: Float32Array,
  m: WinogradTile,
  threads = 2,
): [dx: Float32Array, dw: Float32Array] {
  const dx = inputGradientBy(info, dy, w, m, threads);
  const dw = run(
    w.length,
    (engine, out, store) => {
      const how = plan(info, 'filter', false, m);
      return sendWinogradDw(engine, info, store(x), store(dy), out, how);
    },
    threads,
  );
  return [dx, dw];
}
