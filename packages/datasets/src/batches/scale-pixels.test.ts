import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sourceSha256 } from '../internal/gen/pixel-kernel.js';
import { pixelKernel } from '../internal/pixel-kernel.js';
import { pixelTable, type ScalingOptions } from './pixel-table.js';
import { pixelScaler } from './scale-pixels.js';

const images = Uint8Array.from(
  { length: 200_001 },
  (_, i) => (Math.imul(i, 2654435761) >>> 9) & 255,
);

/** What the WebAssembly and plain JavaScript give, and what the table says. */
function threeWays(options: ScalingOptions, channels: number, pixels: number, indices: number[]) {
  const table = pixelTable(channels, options);
  const size = channels * pixels;
  const length = size * indices.length;
  const expected = new Float32Array(length + 3).fill(9);
  indices.forEach((index, i) => {
    for (let p = 0; p < size; p++) {
      expected[i * size + p] = table[256 * (p % channels) + images[index * size + p]!]!;
    }
  });
  const run = (scale: ReturnType<typeof pixelScaler>) => {
    const out = new Float32Array(length + 3).fill(9);
    scale({ images, size, indices }, out);
    return out;
  };
  return { expected, wasm: run(pixelScaler(table)), plain: run(pixelScaler(table, null)) };
}

const bytesOf = ({ buffer }: Float32Array) => new Uint8Array(buffer);

const scalings: ScalingOptions[] = [
  {},
  { scale: 1 },
  { scale: -1 },
  { scale: 1 / 127.5, mean: 1 },
  { mean: 0.1307, deviation: 0.3081 },
];

describe('pixelScaler', () => {
  test('WebAssembly is there in Node', () => expect(pixelKernel()).not.toBeNull());

  test('gives the numbers of the table, bit for bit, in both ways, and writes no further', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...scalings),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 9000 }),
        fc.array(fc.nat(3), { maxLength: 4 }),
        (options, channels, pixels, indices) => {
          const { expected, wasm, plain } = threeWays(options, channels, pixels, indices);
          expect(Buffer.compare(bytesOf(wasm), bytesOf(expected))).toBe(0);
          expect(Buffer.compare(bytesOf(plain), bytesOf(expected))).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('keeps channels with numbers of their own apart', () => {
    const { expected, wasm, plain } = threeWays({ scale: 1, mean: [0, 1, 2] }, 3, 7000, [0, 2, 1]);
    expect(wasm).toEqual(expected);
    expect(plain).toEqual(expected);
    expect(wasm[0]).toBe(images[0]);
    expect(wasm[1]).toBe(images[1]! - 1);
  });

  test('numbers beyond float32 stay what they are, and so do more channels than the kernel has', () => {
    const far = threeWays({ scale: 1e300 }, 1, 300, [1]);
    expect(far.wasm).toEqual(far.expected);
    const many = threeWays({ mean: 0.5 }, 100, 30, [1, 0]);
    expect(many.wasm).toEqual(many.expected);
  });

  test('the kernel was compiled from the source that lies here', () => {
    const source = readFileSync(new URL('../../kernels/pixels.c', import.meta.url));
    // If not: node scripts/build-pixel-kernel.mjs
    expect(sourceSha256).toBe(createHash('sha256').update(source).digest('hex'));
  });
});
