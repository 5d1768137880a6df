import { crc32With, crcTable } from './crc-table.js';

/** Castagnoli's polynomial 0x1EDC6F41, reversed. */
const POLYNOMIAL = 0x82f63b78;
const MASK_DELTA = 0xa282ead8;

let table: Int32Array | undefined;

/**
 * CRC-32C (Castagnoli) of `bytes` as an unsigned 32-bit number.
 *
 * @param bytes any number of bytes, none included (which gives 0)
 */
export function crc32c(bytes: Uint8Array): number {
  table ??= crcTable(POLYNOMIAL);
  return crc32With(table, bytes);
}

/**
 * CRC-32C as TFRecord stores it: rotated and shifted by a constant, because a CRC over data that
 * hold CRCs of their own is weak.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}
