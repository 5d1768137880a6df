import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixtureJson, fromHex } from '../../../test/tensorboard-support/fixtures.js';
import { crc32c, maskedCrc32c } from './crc32c.js';
import { decodeRecords } from './decode-records.js';
import { encodeRecord } from './encode-record.js';

interface CrcFixture {
  readonly vectors: readonly { hex: string; crc32c: number; masked: number }[];
  readonly records: readonly { payload_hex: string; record_hex: string }[];
}

const { vectors, records } = fixtureJson<CrcFixture>('crc32c.json');
const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 6 });

describe('crc32c', () => {
  test.each(vectors)('of $hex is $crc32c, masked $masked', (vector) => {
    const bytes = fromHex(vector.hex);
    expect(crc32c(bytes)).toBe(vector.crc32c);
    expect(maskedCrc32c(bytes)).toBe(vector.masked);
  });
});

describe('records', () => {
  test.each(records)('of $payload_hex are those of TFRecordWriter', (record) => {
    const payload = fromHex(record.payload_hex);
    expect(encodeRecord(payload)).toEqual(fromHex(record.record_hex));
    const decoded = decodeRecords(fromHex(record.record_hex));
    expect(decoded.records).toEqual([{ offset: 0, data: payload }]);
    expect(decoded.end.kind).toBe('complete');
  });

  test('read back what was written, wherever the buffer begins', () => {
    fc.assert(
      fc.property(payloads, fc.nat(9), (written, shift) => {
        const file = join(written);
        const shifted = new Uint8Array(file.length + shift);
        shifted.set(file, shift);
        const decoded = decodeRecords(shifted.subarray(shift));
        expect(decoded.records.map(({ data }) => data)).toEqual(written);
        expect(decoded.end).toEqual({ kind: 'complete', offset: file.length });
      }),
    );
  });

  test('cut at any byte give all whole records and report the rest', () => {
    fc.assert(
      fc.property(payloads, fc.nat(), (written, at) => {
        const file = join(written);
        const length = at % file.length;
        const { records: read, end } = decodeRecords(file.subarray(0, length));
        const whole = wholeRecords(written, length);
        expect(read.map(({ data }) => data)).toEqual(written.slice(0, whole.count));
        const cut = { kind: 'cut', offset: whole.bytes, unreadBytes: length - whole.bytes };
        expect(end).toEqual(length === whole.bytes ? { kind: 'complete', offset: length } : cut);
      }),
    );
  });

  test('after a flipped bit are not read, and those before it are', () => {
    fc.assert(
      fc.property(payloads, fc.nat(), fc.nat(7), (written, at, bit) => {
        const file = join(written);
        const position = at % file.length;
        file[position]! ^= 1 << bit;
        const { records: read, end } = decodeRecords(file);
        const before = wholeRecords(written, position);
        expect(read.map(({ data }) => data)).toEqual(written.slice(0, before.count));
        expect(end).toMatchObject({ kind: 'corrupt', offset: before.bytes });
      }),
    );
  });

  test('out of any bytes at all never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { end } = decodeRecords(bytes);
        expect(end.offset).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  test('that claim more bytes than memory could hold are cut, not allocated', () => {
    const head = new Uint8Array(12);
    const view = new DataView(head.buffer);
    view.setBigUint64(0, 2n ** 63n, true);
    view.setUint32(8, maskedCrc32c(head.subarray(0, 8)), true);
    expect(decodeRecords(head).end).toEqual({ kind: 'cut', offset: 0, unreadBytes: 12 });
  });
});

function join(written: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(written.map(encodeRecord)));
}

/** How many records end at or before byte `length`, and where the last of them ends. */
function wholeRecords(written: readonly Uint8Array[], length: number) {
  let bytes = 0;
  let count = 0;
  for (const payload of written) {
    if (bytes + payload.length + 16 > length) break;
    bytes += payload.length + 16;
    count += 1;
  }
  return { count, bytes };
}
