import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pixelTable, scaler } from './pixel-table.js';

const images = Uint8Array.from(
  { length: 300_001 },
  (_, i) => (Math.imul(i, 2654435761) >>> 9) & 255,
);

test('the way by pairs gives the numbers of the plain way, bit for bit, wherever it starts', () => {
  const table = pixelTable(1, { mean: 0.13, deviation: 0.31 });
  fc.assert(
    fc.property(fc.nat(5000), fc.nat(7), fc.nat(50), fc.boolean(), (start, offset, size, odd) => {
      const bytes = odd ? images.subarray(1) : images;
      const out = new Float32Array(64).fill(9);
      scaler(bytes, out, table)(start, offset, size);
      const expected = new Float32Array(64).fill(9);
      for (let i = 0; i < size; i++) expected[offset + i] = table[bytes[start + i]!]!;
      expect(out).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});

test('channels with numbers of their own are kept apart in large arrays too', () => {
  const table = pixelTable(3, { scale: 1, mean: [0, 1, 2] });
  const out = new Float32Array(6);
  scaler(images, out, table)(3, 0, 6);
  expect([...out]).toEqual([...images.subarray(3, 9)].map((value, i) => value - (i % 3)));
});

test('numbers beyond float32 stay what they are', () => {
  const out = new Float32Array(2);
  scaler(images, out, pixelTable(1, { scale: 1e300 }))(0, 0, 2);
  expect([...out]).toEqual([...images.subarray(0, 2)].map((v) => (v === 0 ? 0 : Infinity)));
});
