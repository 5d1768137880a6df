import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { RecordedStep } from '../src/cnnkit/recorded-step.ts';
import { engineBackend, prepare } from './helpers.ts';

beforeAll(() => prepare());
beforeEach(async () => {
  await tf.setBackend('cnnkit');
});

const TABLE = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

function tensorOf(bytes: Uint8Array, shape: number[], table = TABLE): tf.Tensor {
  const info = engineBackend().tensorOfBytes(shape, table, (into) => into.set(bytes));
  return tf.engine().makeTensorFromTensorInfo(info!);
}

const bytesOf = (n: number, from: number) =>
  Uint8Array.from({ length: n }, (_, i) => ((i + from) * 2731) >>> 3);

test.each([1, 3, 256, 1023, 1025, 50_176, 200_001])(
  '%i bytes are what the table says',
  async (n) => {
    const bytes = bytesOf(n, n);
    const x = tensorOf(bytes, [n]);
    expect(x.shape).toEqual([n]);
    expect(await x.data()).toEqual(Float32Array.from(bytes, (byte) => TABLE[byte]!));
    const special = Float32Array.from(TABLE, (_, byte) => [Number.NaN, -0, Infinity][byte % 3]!);
    const y = tensorOf(bytes, [n], special);
    expect(await y.data()).toEqual(Float32Array.from(bytes, (byte) => special[byte]!));
    tf.dispose([x, y]);
  },
);

test('what nobody reads gives its memory back', () => {
  const { usedBytes } = engineBackend().memory();
  for (let i = 0; i < 3; i++) tensorOf(bytesOf(5000, i), [50, 100]).dispose();
  expect(engineBackend().memory().usedBytes).toBe(usedBytes);
  const refuse = () => {
    throw new Error('no bytes');
  };
  expect(() => engineBackend().tensorOfBytes([5000], TABLE, refuse)).toThrow('no bytes');
  expect(engineBackend().memory().usedBytes).toBe(usedBytes);
  expect(engineBackend().tensorOfBytes([0, 4], TABLE, () => {})).toBeUndefined();
});

test('a table has a number for each byte', () => {
  const short = TABLE.subarray(1);
  expect(() => engineBackend().tensorOfBytes([4], short, () => {})).toThrow(
    'cnnkit backend: table must have 256 numbers, one for each byte; received 255.',
  );
});

test('a recorded step reads other bytes each time, and makes none of its own', async () => {
  const step = new RecordedStep(engineBackend());
  let within: unknown = 'nothing asked';
  for (let round = 0; round < 5; round++) {
    const bytes = bytesOf(6000, round);
    const x = tensorOf(bytes, [60, 100]);
    const { values } = step.run([x], [], ([given]) => {
      if (round === 1) within = engineBackend().tensorOfBytes([4], TABLE, () => {});
      return { values: [tf.mul(given!, 2)], gradients: [] };
    });
    const wanted = Float32Array.from(bytes, (byte) => Math.fround(TABLE[byte]! * 2));
    expect(await values[0]!.data()).toEqual(wanted);
    tf.dispose([x, ...values]);
  }
  expect([within, step.recordings, step.problem]).toEqual([undefined, 1, undefined]);
  step.forget();
});
