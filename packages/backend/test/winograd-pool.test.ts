import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendWinogradPool } from '../src/cnnkit/kernels/winograd.ts';
import { Activation } from '../src/cnnkit/opcodes.ts';
import {
  BOUND,
  closeEngines,
  draw,
  error,
  openEngines,
  plan,
  run,
  shape,
  unit,
} from './winograd-harness.ts';
import { convolve, pool } from './winograd-reference.ts';

beforeAll(openEngines);
afterAll(closeEngines);

const SEEDS = Array.from({ length: 24 }, (_, i) => i);
describe.each([2, 4, 5, 8] as const)('with tiles of %i', (m) => {
  test.each(SEEDS)('values and winners, drawn by seed %i', (seed) => {
    const { info, x, w, bias } = draw(seed + 200);
    if (info.outHeight < 2 || info.outWidth < 2) return;
    const { sum, magnitude } = convolve(info, x, w, bias);
    const want = pool(info, sum);
    const size = want.pooled.length;
    let pooled: Float32Array | undefined;
    const bytes = run(Math.ceil(size / 4), (engine, out, store) => {
      const values = store(new Float32Array(size));
      const operands = [store(x), store(w)] as const;
      const into = [store(bias).block(), values.blockToOverwrite(), out] as const;
      sendWinogradPool(
        engine,
        info,
        operands,
        ...into,
        Activation.relu,
        plan(info, 'forward', true, m),
      );
      pooled = values.toHost('float32') as Float32Array;
    });
    expect(error(pooled!, want.pooled, magnitude)).toBeLessThan(BOUND[m]);
    const winners = new Int8Array(bytes.buffer, 0, size);
    // Where float64 sees a clear winner it has won here too.
    const clear = 2 * BOUND[m] * unit(magnitude);
    const wrong = Array.from(winners).filter(
      (winner, i) => winner !== want.winners[i] && want.margin[i]! > clear,
    );
    expect(wrong).toEqual([]);
  });
});

test('the first of equal outputs wins its window, and none does where relu is off', () => {
  const info = shape([1, 4, 4, 1], 2, 'valid');
  const x = new Float32Array(16).fill(1);
  const w = Float32Array.from({ length: 18 }, (_, i) => (i % 2 === 0 ? 1 : -1));
  const bytes = run(1, (engine, out, store) =>
    sendWinogradPool(
      engine,
      info,
      [store(x), store(w)],
      0,
      store(new Float32Array(2)).blockToOverwrite(),
      out,
      Activation.relu,
      plan(info, 'forward', true, 2),
    ),
  );
  expect(Array.from(new Int8Array(bytes.buffer, 0, 2))).toEqual([0, 4]);
});
