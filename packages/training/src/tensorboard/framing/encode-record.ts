import { maskedCrc32c } from './crc32c.js';

/** Bytes a record needs besides its data: u64 length, u32 CRC of it, u32 CRC of the data. */
export const RECORD_OVERHEAD_BYTES = 16;

/**
 * One TFRecord: `u64 length, u32 masked CRC-32C of the length, data, u32 masked CRC-32C of the
 * data`, all little-endian. Records are put behind each other without anything between.
 *
 * @param data the payload; borrowed, not kept
 * @returns a new array of `data.length + 16` bytes
 */
export function encodeRecord(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(data.length + RECORD_OVERHEAD_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}
