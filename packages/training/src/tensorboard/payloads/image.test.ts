import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { dumpValue } from '../../../test/tensorboard-support/dump-event.js';
import { type DumpedValue, onlyFileOf } from '../../../test/tensorboard-support/fixtures.js';
import { crc32With, crcTable } from '../framing/crc-table.js';
import { encodePng } from './encode-png.js';
import { type ImageBatch, type ImageOptions, imageSummary } from './image.js';
import { spriteOf } from './sprite.js';

const ramp = Uint8Array.from({ length: 2 * 4 * 6 * 3 }, (_, i) => i);
const grey = Float32Array.from({ length: 35 }, (_, i) => Math.fround(Math.fround(i) / 34));

/** What make.py handed to tf.summary.image. */
const inputs: Record<string, ImageBatch> = {
  rgb: { data: ramp, shape: [2, 4, 6, 3] },
  gray: { data: grey, shape: [1, 5, 7, 1] },
  rgba: { data: new Uint8Array(16).fill(128), shape: [1, 2, 2, 4] },
  'five of which three': { data: new Uint8Array(20), shape: [5, 2, 2, 1] },
};

describe('imageSummary', () => {
  const written = onlyFileOf('images').events.filter(({ step, values }) => values && step === 0);

  test.each(written.map(({ values }) => values![0]!))(
    'holds the pixels that TensorFlow wrote for $tag',
    async (value) => {
      const input = inputs[value.tag];
      if (!input) throw new Error(`nobody knows the images of ${value.tag}`);
      const ours = dumpValue(await imageSummary(value.tag, input)) as unknown as DumpedValue;
      expect({ ...ours, values: undefined }).toEqual({ ...value, values: undefined });
      expect(partsOf(ours)).toEqual(partsOf(value));
    },
  );

  test('cuts numbers off at 0 and 1, and NaN at 0', async () => {
    const data = [-1, 2, Number.NaN, 0.5];
    const value = dumpValue(await imageSummary('x', { data, shape: [1, 1, 4, 1] }));
    const parts = partsOf(value as unknown as DumpedValue) as { pixels: number[] }[];
    expect(parts[2]!.pixels).toEqual([0, 255, 0, 127]);
  });

  test('writes as many as it is told', async () => {
    const options: ImageOptions = { maxOutputs: 4 };
    const value = await imageSummary('x', inputs['five of which three']!, options);
    expect(dumpValue(value).shape).toEqual([6]);
  });

  test('refuses data that do not fit the shape, and five channels', async () => {
    const shape = [1, 2, 2, 5] as const;
    await expect(imageSummary('x', { data: [0], shape })).rejects.toThrow(/data must hold 20/);
    const data = new Uint8Array(20);
    await expect(imageSummary('x', { data, shape })).rejects.toThrow(/1 to 4 channels/);
  });
});

describe('encodePng', () => {
  test.each([1, 2, 3, 4])('gives back pixels of %d channels', async (channels) => {
    const pixels = Uint8Array.from({ length: 5 * 7 * channels }, (_, i) => (i * 37) & 255);
    const png = decodePng(await encodePng(pixels, 7, 5, channels));
    expect(png).toEqual({ width: 7, height: 5, channels, pixels: [...pixels] });
  });
});

describe('spriteOf', () => {
  test('lays pictures out from the left to the right, then down', () => {
    // Three pictures of 1x2 pixels: 1 2 | 3 4 over 5 6 | black.
    const sprite = spriteOf(Uint8Array.of(1, 2, 3, 4, 5, 6), [3, 1, 2, 1]);
    expect(sprite).toEqual({
      pixels: Uint8Array.of(1, 2, 3, 4, 5, 6, 0, 0),
      width: 4,
      height: 2,
      channels: 1,
    });
  });

  test('refuses what TensorBoard cannot show', () => {
    const shape = [100_000, 28, 28, 1] as const;
    expect(() => spriteOf(new Uint8Array(0), shape)).toThrow(/at most 8192 pixels/);
  });
});

/** Width, height and decoded pictures: two encoders need not compress alike. */
function partsOf(value: DumpedValue): unknown[] {
  const [width, height, ...images] = (value.values as { base64: string }[]).map(({ base64 }) =>
    Buffer.from(base64, 'base64'),
  );
  return [width!.toString(), height!.toString(), ...images.map((png) => decodePng(png))];
}

/** Reads 8-bit PNGs. */
function decodePng(file: Uint8Array) {
  const bytes = Buffer.from(file);
  const chunks: Record<string, Buffer> = {};
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const data = bytes.subarray(at + 8, at + 8 + length);
    const crc = crc32With(crcTable(0xedb88320), bytes.subarray(at + 4, at + 8 + length));
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc);
    chunks[bytes.toString('latin1', at + 4, at + 8)] = data;
    at += 12 + length;
  }
  const width = chunks.IHDR!.readUInt32BE(0);
  const height = chunks.IHDR!.readUInt32BE(4);
  const channels = { 0: 1, 2: 3, 4: 2, 6: 4 }[chunks.IHDR![9]!]!;
  const rows = inflateSync(chunks.IDAT!);
  const stride = width * channels;
  const pixels: number[] = [];
  const at = (y: number, x: number) => (x < 0 || y < 0 ? 0 : pixels[y * stride + x]!);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)]!;
    for (let x = 0; x < stride; x++) {
      const [left, up, corner] = [at(y, x - channels), at(y - 1, x), at(y - 1, x - channels)];
      const guesses = [0, left, up, (left + up) >> 1, paeth(left, up, corner)];
      pixels.push((rows[y * (stride + 1) + 1 + x]! + guesses[filter]!) & 255);
    }
  }
  return { width, height, channels, pixels };
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [up - corner, left - corner, left + up - 2 * corner].map(Math.abs);
  if (a! <= b! && a! <= c!) return left;
  return b! <= c! ? up : corner;
}
