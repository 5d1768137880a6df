import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  sendWinograd,
  sendWinogradDw,
  sendWinogradDx,
  sendWinogradPool,
} from '../src/cnnkit/kernels/winograd.ts';
import {
  type ConvolutionPass,
  planWithTile,
  type WinogradPlan,
} from '../src/cnnkit/kernels/winograd-plan.ts';
import { Activation } from '../src/cnnkit/opcodes.ts';
import { Storage } from '../src/cnnkit/storage.ts';
import { between, engineBackend, pick, prepare, random, values } from './helpers.ts';
import {
  convolve,
  filterGradient,
  type Info,
  inputGradient,
  pool,
  unpool,
} from './winograd-reference.ts';

beforeAll(() => prepare());

/**
 * What an element may be wrong by, against float64, in units of 2^-24 times the largest sum of
 * |x| |w| in the tensor: Winograd's sums pass through larger intermediates, more so with more points.
 */
const BOUND = { 2: 16, 3: 64 } as const;

type Padding = 'valid' | 'same' | tf.backend_util.ExplicitPadding;

function draw(seed: number) {
  const next = random(seed);
  const channels = pick(next, [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 48, 64, 65, 127, 130]);
  const filters = pick(next, [1, 2, 3, 4, 5, 6, 8, 9, 12, 16, 20, 31, 32, 63, 64, 66, 128, 130]);
  const batch = pick(next, [1, 1, 2, 3, 9]);
  const side = () => between(next, 3, channels * filters > 4000 ? 8 : 13);
  const pads = (): [number, number] => [between(next, 0, 3), between(next, 0, 3)];
  const pad: Padding = pick<() => Padding>(next, [
    () => 'valid',
    () => 'same',
    () => [[0, 0], pads(), pads(), [0, 0]],
  ])();
  const info = tf.backend_util.computeConv2DInfo(
    [batch, side(), side(), channels],
    [3, 3, channels, filters],
    1,
    1,
    pad,
  );
  return { next, info };
}

/** A tensor's storage in the engine. */
function stored(data: Float32Array): Storage {
  return Storage.fromHost(engineBackend(), 'float32', data.slice());
}
function bytesOf(data: Int8Array): Storage {
  const padded = new Int8Array(Math.ceil(data.length / 4) * 4);
  padded.set(data);
  const storage = Storage.allocate(engineBackend(), 'float32', padded.length / 4);
  new Int8Array(engineBackend().library.memory.buffer).set(padded, storage.block());
  return storage;
}
function room(size: number): Storage {
  const storage = Storage.allocate(engineBackend(), 'float32', size);
  // What a block held before must not matter.
  new Float32Array(engineBackend().library.memory.buffer, storage.block(), size).fill(Number.NaN);
  return storage;
}
function read(storage: Storage): Float32Array {
  return storage.toHost('float32') as Float32Array;
}
/** The largest error in units of 2^-24 of the largest magnitude. */
function error(got: Float32Array, want: Float64Array, magnitude: Float64Array): number {
  expect(got.length).toBe(want.length);
  const scale = magnitude.reduce((a, b) => Math.max(a, b), 0) * 2 ** -24;
  let largest = 0;
  for (let i = 0; i < want.length; i++) {
    const gap = Math.abs(got[i]! - want[i]!);
    largest = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(largest, gap);
  }
  return scale === 0 ? largest : largest / scale;
}
function planned(info: Info, pass: ConvolutionPass, pooled: boolean, m: 2 | 3): WinogradPlan {
  const plan = planWithTile(info, pass, pooled, m);
  expect(plan).toBeDefined();
  return plan!;
}

const GRID = Array.from({ length: 24 }, (_, i) => i);
describe.each([2, 3] as const)('Winograd with tiles of %i outputs', (m) => {
  test.each(GRID)(
    'forward with bias stays within its bound of float64, drawn by seed %i',
    (seed) => {
      const { next, info } = draw(seed);
      const [x, w, b] = [
        values(next, info.inShape),
        values(next, [9, info.inChannels, info.outChannels]),
        values(next, [info.outChannels]),
      ];
      const { sum, magnitude } = convolve(info, x, w, b);
      const out = room(sum.length);
      const activation = pick(next, [Activation.linear, Activation.relu, Activation.sigmoid]);
      const want = sum.map((v) =>
        activation === Activation.relu
          ? Math.max(0, v)
          : activation === Activation.sigmoid
            ? 1 / (1 + Math.exp(-v))
            : v,
      );
      sendWinograd(
        engineBackend(),
        info,
        [stored(x), stored(w)],
        stored(b).block(),
        out.block(),
        activation,
        planned(info, 'forward', false, m),
      );
      const e = error(read(out), want, magnitude);
      expect(e).toBeLessThan(BOUND[m]);
    },
  );
  test.each(GRID)(
    'both gradients stay within their bounds of float64, drawn by seed %i',
    (seed) => {
      const { next, info } = draw(seed + 100);
      const [x, w, dy] = [
        values(next, info.inShape),
        values(next, [9, info.inChannels, info.outChannels]),
        values(next, info.outShape),
      ];
      const [wantX, wantW] = [inputGradient(info, dy, w), filterGradient(info, x, dy)];
      const [dx, dw] = [room(x.length), room(w.length)];
      const gradient = { dy: stored(dy), unpool: undefined };
      sendWinogradDx(
        engineBackend(),
        info,
        gradient,
        stored(w),
        dx.block(),
        planned(info, 'input', false, m),
      );
      sendWinogradDw(
        engineBackend(),
        info,
        stored(x),
        gradient,
        dw.block(),
        planned(info, 'filter', false, m),
      );
      const ex = error(read(dx), wantX.sum, wantX.magnitude);
      const ew = error(read(dw), wantW.sum, wantW.magnitude);
      expect(ex).toBeLessThan(BOUND[m]);
      expect(ew).toBeLessThan(BOUND[m]);
    },
  );
});
test.each(GRID)('pooled with winners, and the gradients from them, drawn by seed %i', (seed) => {
  const { next, info } = draw(seed + 200);
  if (info.outHeight < 2 || info.outWidth < 2) return;
  const [x, w, b] = [
    values(next, info.inShape),
    values(next, [9, info.inChannels, info.outChannels]),
    values(next, [info.outChannels]),
  ];
  const { sum, magnitude } = convolve(info, x, w, b);
  const want = pool(info, sum);
  const [out, winners] = [room(want.pooled.length), room(Math.ceil(want.pooled.length / 4))];
  sendWinogradPool(
    engineBackend(),
    info,
    [stored(x), stored(w)],
    stored(b).block(),
    out.block(),
    winners.block(),
    Activation.relu,
    planned(info, 'forward', true, 2),
  );
  expect(error(read(out), want.pooled, magnitude)).toBeLessThan(BOUND[2]);
  const won = new Int8Array(
    engineBackend().library.memory.buffer.slice(
      winners.block(),
      winners.block() + want.pooled.length,
    ),
  );
  const unclear = BOUND[2] * 2 ** -24 * magnitude.reduce((p, q) => Math.max(p, q), 0);
  won.forEach((winner, i) => {
    if (winner !== want.winners[i]) expect(want.margin[i]).toBeLessThan(2 * unclear);
  });
  const dy = values(next, [want.pooled.length]);
  const dz = unpool(info, dy, won);
  const [wantX, wantW] = [inputGradient(info, dz, w), filterGradient(info, x, dz)];
  const [dx, dw] = [room(x.length), room(w.length)];
  const gradient = {
    dy: stored(new Float32Array(1)),
    unpool: { pooled: stored(dy), winners: bytesOf(won) },
  };
  sendWinogradDx(
    engineBackend(),
    info,
    gradient,
    stored(w),
    dx.block(),
    planned(info, 'input', true, 2),
  );
  sendWinogradDw(
    engineBackend(),
    info,
    stored(x),
    gradient,
    dw.block(),
    planned(info, 'filter', true, 2),
  );
  expect(error(read(dx), wantX.sum, wantX.magnitude)).toBeLessThan(BOUND[2]);
  expect(error(read(dw), wantW.sum, wantW.magnitude)).toBeLessThan(BOUND[2]);
});
