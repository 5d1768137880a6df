import { maskedCrc32c } from './crc32c.js';
import { RECORD_OVERHEAD_BYTES } from './encode-record.js';

/** A record's payload and where the record begins in the file. */
export interface TfRecord {
  readonly offset: number;
  /** A view of the input, not a copy. */
  readonly data: Uint8Array;
}

/**
 * Why reading stopped. `complete`: at the end. `cut`: the last record is not all there, which is
 * what a killed (or a still running) writer leaves. `corrupt`: a checksum does not match; nothing
 * after `offset` can be trusted, not even where the next record begins.
 */
export type RecordsEnd =
  | { readonly kind: 'complete'; readonly offset: number }
  | { readonly kind: 'cut'; readonly offset: number; readonly unreadBytes: number }
  | {
      readonly kind: 'corrupt';
      readonly offset: number;
      readonly unreadBytes: number;
      readonly reason: string;
    };

/** All whole records of a file, and how the file ends. */
export interface DecodedRecords {
  readonly records: readonly TfRecord[];
  readonly end: RecordsEnd;
}

/**
 * Reads TFRecords, checking both checksums of each. It never throws on what the bytes hold: a cut
 * tail or a corrupt record ends the reading and is reported in `end`.
 *
 * @param bytes a whole file or as much of it as there is
 */
export function decodeRecords(bytes: Uint8Array): DecodedRecords {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: TfRecord[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const unreadBytes = bytes.length - offset;
    const corrupt = (reason: string): DecodedRecords => ({
      records,
      end: { kind: 'corrupt', offset, unreadBytes, reason },
    });
    const cut: DecodedRecords = { records, end: { kind: 'cut', offset, unreadBytes } };
    if (unreadBytes < 12) return cut;
    if (view.getUint32(offset + 8, true) !== maskedCrc32c(bytes.subarray(offset, offset + 8))) {
      return corrupt('the checksum of the length does not match');
    }
    const length = view.getBigUint64(offset, true);
    if (length > BigInt(unreadBytes - RECORD_OVERHEAD_BYTES)) return cut;
    const end = offset + 12 + Number(length);
    const data = bytes.subarray(offset + 12, end);
    if (view.getUint32(end, true) !== maskedCrc32c(data)) {
      return corrupt('the checksum of the data does not match');
    }
    records.push({ offset, data });
    offset = end + 4;
  }
  return { records, end: { kind: 'complete', offset } };
}
