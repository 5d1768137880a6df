/** Castagnoli's polynomial 0x1EDC6F41 with its bits reversed, as the reflected algorithm wants it. */
const POLYNOMIAL = 0x82f63b78;
const MASK_DELTA = 0xa282ead8;

let table: Int32Array | undefined;

/**
 * CRC-32C (Castagnoli) of `bytes` as an unsigned 32-bit number.
 *
 * @param bytes any number of bytes, none included (which gives 0)
 */
export function crc32c(bytes: Uint8Array): number {
  table ??= makeTable();
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) {
    crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/**
 * CRC-32C as TFRecord stores it: rotated and shifted by a constant, because a CRC over data that
 * hold CRCs of their own is weak.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}

function makeTable(): Int32Array {
  const made = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    made[byte] = crc;
  }
  return made;
}
