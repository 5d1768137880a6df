import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../dataset-error.js';
import { type IdxData, parseIdx } from './parse-idx.js';
import { writeIdx } from './write-idx.js';

const header = (type: number, ...sizes: number[]) => [
  0,
  0,
  type,
  sizes.length,
  ...sizes.flatMap((size) => [size >>> 24, (size >>> 16) & 255, (size >>> 8) & 255, size & 255]),
];

describe('parseIdx', () => {
  test('reads bytes as a view into the file', () => {
    const bytes = Uint8Array.from([...header(8, 2, 3), 1, 2, 3, 4, 5, 6]);
    const { data, shape } = parseIdx(bytes);
    expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(shape).toEqual([2, 3]);
    expect(data.buffer).toBe(bytes.buffer);
  });

  test('reads numbers of every type as big-endian', () => {
    expect([...parseIdx(Uint8Array.from([...header(9, 2), 255, 1])).data]).toEqual([-1, 1]);
    expect([...parseIdx(Uint8Array.from([...header(0x0b, 1), 255, 254])).data]).toEqual([-2]);
    expect([...parseIdx(Uint8Array.from([...header(0x0c, 1), 0, 1, 0, 2])).data]).toEqual([65538]);
    expect([...parseIdx(Uint8Array.from([...header(0x0d, 1), 0x3f, 0x80, 0, 0])).data]).toEqual([
      1,
    ]);
    const double = [0xc0, 0, 0, 0, 0, 0, 0, 0];
    expect([...parseIdx(Uint8Array.from([...header(0x0e, 1), ...double])).data]).toEqual([-2]);
  });

  test.each([
    ['an empty file', [], 'needs 4 bytes or more; it has 0'],
    ['a file of gzip', [0x1f, 0x8b, 8, 0, 0, 0], 'it is gzip data'],
    ['other first bytes', [1, 0, 8, 1, 0, 0, 0, 0], 'starts with 0x01 0x00'],
    ['an unknown type', [0, 0, 10, 1, 0, 0, 0, 0], 'it is 0x0a'],
    ['no dimension', [0, 0, 8, 0], 'it says 0'],
    ['too many dimensions', [0, 0, 8, 33], 'it says 33'],
    ['a header cut off', [0, 0, 8, 3, 0, 0, 0, 1], 'needs 16 bytes; the file ends after 8'],
    ['missing values', [...header(8, 2, 2), 1, 2, 3], 'truncated: 1 bytes are missing'],
    ['values left over', [...header(8, 1), 1, 2], '1 bytes follow its end'],
    ['a shape beyond any memory', header(8, 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1), 'truncated'],
    ['half a wide number', [...header(0x0b, 1), 1], 'truncated: 1 bytes are missing'],
  ])('rejects %s and names the file', (_, bytes, message) => {
    const parse = () => parseIdx(Uint8Array.from(bytes), { file: 'x.idx' });
    expect(parse).toThrow(DatasetError);
    expect(parse).toThrow(message);
    expect(parse).toThrow('x.idx');
  });

  test('either throws a DatasetError or gives an array of the size its shape says', () => {
    const wild = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      // Mostly right headers reach deeper than noise does.
      fc
        .tuple(
          fc.constantFrom(8, 9, 0x0b, 0x0c, 0x0d, 0x0e, 7),
          fc.array(fc.constantFrom(0, 1, 2, 3, 2 ** 31, 2 ** 32 - 1), { maxLength: 5 }),
          fc.uint8Array({ maxLength: 64 }),
        )
        .map(([type, sizes, rest]) => Uint8Array.from([...header(type, ...sizes), ...rest])),
    );
    fc.assert(
      fc.property(wild, (bytes) => {
        try {
          const { data, shape } = parseIdx(bytes);
          expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('reads back what writeIdx wrote, for each type and shape', () => {
    const values = fc.oneof<fc.Arbitrary<IdxData>[]>(
      fc.uint8Array({ maxLength: 24 }),
      fc.int8Array({ maxLength: 24 }),
      fc.int16Array({ maxLength: 24 }),
      fc.int32Array({ maxLength: 24 }),
      fc.float32Array({ maxLength: 24 }),
      fc.float64Array({ maxLength: 24 }),
    );
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 2 }), (data, ones) => {
        const shape = [data.length, ...new Array<number>(ones).fill(1)];
        const read = parseIdx(writeIdx({ data, shape }));
        expect(read.shape).toEqual(shape);
        expect(read.data).toEqual(data);
      }),
    );
  });
});

test('writeIdx refuses values that do not fill the shape', () => {
  expect(() => writeIdx({ data: new Uint8Array(3), shape: [2, 2] })).toThrow(RangeError);
  expect(() => writeIdx({ data: new Uint8Array(1), shape: [] })).toThrow(RangeError);
});
