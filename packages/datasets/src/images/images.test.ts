import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { encode as encodePng } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../archives/crc32.js';
import { DatasetError } from '../dataset-error.js';
import { datasetFromImages } from './dataset-from-images.js';
import { decodeImage } from './decode-image.js';
import { resizeImage } from './resize.js';

const colour = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30);
const png = encodePng({ data: colour, width: 2, height: 2, channels: 3, depth: 8 });

/** A PNG of any kind, made by hand from its rows. */
function rawPng(
  width: number,
  height: number,
  depth: number,
  type: number,
  rows: number[],
  palette?: number[],
) {
  const chunk = (name: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(name), data]);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const tail = Buffer.alloc(4);
    tail.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, tail]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, type], 8);
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
      chunk('IHDR', header),
      ...(palette === undefined ? [] : [chunk('PLTE', Uint8Array.from(palette))]),
      chunk('IDAT', deflateSync(Uint8Array.from(rows))),
      chunk('IEND', new Uint8Array()),
    ]),
  );
}

describe('decodeImage', () => {
  test('decodes colour, and gray by the weights of ITU-R 601', async () => {
    expect(await decodeImage(png, { channels: 3 })).toEqual({
      data: colour,
      width: 2,
      height: 2,
      channels: 3,
    });
    const gray = await decodeImage(png, { channels: 1 });
    expect([...gray.data]).toEqual([76, 150, 29, 18]);
  });

  test('turns gray into colour and drops transparency', async () => {
    const data = Uint8Array.of(7, 0, 9, 255);
    const bytes = encodePng({ data, width: 2, height: 1, channels: 2, depth: 8 });
    expect([...(await decodeImage(bytes, { channels: 3 })).data]).toEqual([7, 7, 7, 9, 9, 9]);
    expect([...(await decodeImage(bytes, { channels: 1 })).data]).toEqual([7, 9]);
  });

  test('cuts 16 bits to 8, stretches fewer than 8, looks colours up', async () => {
    const deep = encodePng({
      data: Uint16Array.of(0x1234, 0xffff),
      width: 2,
      height: 1,
      channels: 1,
      depth: 16,
    });
    expect([...(await decodeImage(deep, { channels: 1 })).data]).toEqual([0x12, 0xff]);
    const oneBit = rawPng(3, 2, 1, 0, [0, 0b1010_0000, 0, 0b0100_0000]);
    expect([...(await decodeImage(oneBit, { channels: 1 })).data]).toEqual([
      255, 0, 255, 0, 255, 0,
    ]);
    const indexed = rawPng(2, 1, 8, 3, [0, 1, 0], [1, 2, 3, 4, 5, 6]);
    expect([...(await decodeImage(indexed, { channels: 3 })).data]).toEqual([4, 5, 6, 1, 2, 3]);
  });

  test('decodes JPEG', async () => {
    const rgba = new Uint8Array(16 * 16 * 4).fill(200);
    const { data } = encodeJpeg({ data: rgba, width: 16, height: 16 }, 95);
    const image = await decodeImage(data, { channels: 1 });
    expect([image.width, image.height]).toEqual([16, 16]);
    for (const value of image.data) expect(Math.abs(value - 200)).toBeLessThan(3);
  });

  test('refuses other files by name', async () => {
    const work = decodeImage(Uint8Array.of(71, 73, 70), { channels: 3, file: 'x.gif' });
    await expect(work).rejects.toThrow('x.gif must be a PNG or JPEG');
  });

  test('refuses a bomb by its header', async () => {
    const bomb = rawPng(50_000, 50_000, 8, 0, [0]);
    await expect(decodeImage(bomb, { channels: 1 })).rejects.toMatchObject({ code: 'too-large' });
  });

  test('gives an image or a DatasetError for any damage', async () => {
    const rgba = Uint8Array.from({ length: 16 * 16 * 4 }, (_, i) => (i * 7) & 255);
    const jpeg = new Uint8Array(encodeJpeg({ data: rgba, width: 16, height: 16 }, 80).data);
    for (const good of [png, jpeg]) {
      await fc.assert(
        fc.asyncProperty(
          fc.nat(good.length - 1),
          fc.nat(255),
          fc.boolean(),
          async (at, by, cut) => {
            const broken = cut ? good.slice(0, at) : good.map((b, i) => (i === at ? b ^ by : b));
            const options = { channels: 3, maxPixels: 100_000 } as const;
            const result = await decodeImage(broken, options).catch((error: unknown) => error);
            if (result instanceof Error) expect(result).toBeInstanceOf(DatasetError);
          },
        ),
        { numRuns: 150 },
      );
    }
  });
});

describe('resizeImage', () => {
  test('interpolates about pixel centres as tf.image.resize does', () => {
    // tf.image.resize([[0, 100]], [1, 4]) is [0, 25, 75, 100].
    expect([...resizeImage(Uint8Array.of(0, 100), [1, 2, 1], [1, 4])]).toEqual([0, 25, 75, 100]);
    expect([...resizeImage(Uint8Array.of(0, 10, 20, 30), [1, 4, 1], [1, 2])]).toEqual([5, 25]);
    expect([...resizeImage(Uint8Array.of(0, 90), [2, 1, 1], [3, 1])]).toEqual([0, 45, 90]);
  });

  test('keeps channels apart', () => {
    expect([...resizeImage(Uint8Array.of(0, 200, 100, 0), [1, 2, 2], [1, 1])]).toEqual([50, 100]);
  });

  test('gives the same bytes for the same size', () => {
    expect(resizeImage(colour, [2, 2, 3], [2, 2])).toBe(colour);
  });
});

describe('datasetFromImages', () => {
  const file = (path: string, bytes = png) => ({ path, read: () => bytes });

  test('numbers classes in the order of code points', async () => {
    const { dataset, paths } = await datasetFromImages(
      [file('dog/1.png'), file('Cat/2.png'), file('10/a/b.png'), file('9/x.png')],
      { size: [4, 4] },
    );
    expect(dataset.classNames).toEqual(['10', '9', 'Cat', 'dog']);
    expect([...dataset.labels]).toEqual([3, 2, 0, 1]);
    expect(dataset.shape).toEqual([4, 4, 4, 3]);
    expect(paths[0]).toBe('dog/1.png');
  });

  test('names a broken file, or skips it if asked', async () => {
    const files = [file('a/1.png'), file('a/2.png', png.subarray(0, 50)), file('b/3.png')];
    await expect(datasetFromImages(files, { size: [2, 2] })).rejects.toThrow('a/2.png');
    const { dataset, skipped } = await datasetFromImages(files, { size: [2, 2], broken: 'skip' });
    expect(dataset.shape[0]).toBe(2);
    expect(skipped).toEqual([{ path: 'a/2.png', reason: expect.stringContaining('damaged png') }]);
  });

  test('refuses paths without a class, unknown classes and wrong sizes', async () => {
    await expect(datasetFromImages([file('x.png')], { size: [2, 2] })).rejects.toThrow(RangeError);
    const options = { size: [2, 2], classNames: ['a'] } as const;
    await expect(datasetFromImages([file('b/x.png')], options)).rejects.toThrow('of a');
    for (const size of [[0, 2], [2], [1.5, 2]]) {
      await expect(datasetFromImages([], { size: size as never })).rejects.toThrow(RangeError);
    }
  });
});
