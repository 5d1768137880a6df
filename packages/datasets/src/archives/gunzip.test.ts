import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../dataset-error.js';
import { gunzip } from './gunzip.js';

const text = new TextEncoder().encode('cnnkit '.repeat(1000));
const packed = new Uint8Array(gzipSync(text));

describe('gunzip', () => {
  test('gives back what gzip packed', async () => {
    expect(await gunzip(packed)).toEqual(text);
    expect(await gunzip(new Uint8Array(gzipSync(new Uint8Array(0))))).toEqual(new Uint8Array(0));
  });

  test('ends a decompression bomb at maxBytes', async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(20_000_000)));
    const work = gunzip(bomb, { maxBytes: 1_000_000, file: 'bomb.gz' });
    await expect(work).rejects.toMatchObject({ code: 'too-large', file: 'bomb.gz' });
  });

  test('allows exactly maxBytes', async () => {
    expect((await gunzip(packed, { maxBytes: text.length })).length).toBe(text.length);
    await expect(gunzip(packed, { maxBytes: text.length - 1 })).rejects.toThrow('at most');
  });

  test('does not believe a trailer that claims gigabytes', async () => {
    const lying = packed.slice();
    lying.set([255, 255, 255, 127], lying.length - 4);
    await expect(gunzip(lying)).rejects.toMatchObject({ code: 'format' });
  });

  test('rejects every truncation', async () => {
    for (let length = 0; length < packed.length; length += 7) {
      await expect(gunzip(packed.subarray(0, length), { file: 'cut.gz' })).rejects.toThrow(
        'cut.gz',
      );
    }
    await expect(gunzip(packed.subarray(0, -1))).rejects.toThrow(DatasetError);
  });

  test('never gives wrong bytes for a flipped bit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(packed.length * 8 - 1), async (bit) => {
        const broken = packed.slice();
        broken[bit >> 3] = broken[bit >> 3]! ^ (1 << (bit & 7));
        // A few header bits (time, system, flags) mean nothing for the content.
        const result = await gunzip(broken, { maxBytes: 10_000 }).catch((error: unknown) => error);
        if (result instanceof Uint8Array) expect(result).toEqual(text);
        else expect(result).toBeInstanceOf(DatasetError);
      }),
      { numRuns: 200 },
    );
  });

  test('stops at an aborted signal with its reason', async () => {
    const reason = new Error('enough');
    await expect(gunzip(packed, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
