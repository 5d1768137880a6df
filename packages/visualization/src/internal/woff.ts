import { unzlibSync } from 'fflate';

/**
 * The OpenType file inside a WOFF 1.0 file (https://www.w3.org/TR/WOFF/): pages take WOFF as it is,
 * the renderer takes only OpenType (its WOFF2 reader traps), and one copy of a font is enough.
 */
export function woffToSfnt(woff: Uint8Array): Uint8Array {
  const input = new DataView(woff.buffer, woff.byteOffset, woff.byteLength);
  const tables = input.getUint16(12);
  const sfnt = new Uint8Array(input.getUint32(16));
  const output = new DataView(sfnt.buffer);
  const power = 2 ** Math.floor(Math.log2(tables));
  output.setUint32(0, input.getUint32(4));
  output.setUint16(4, tables);
  output.setUint16(6, power * 16);
  output.setUint16(8, Math.log2(power));
  output.setUint16(10, (tables - power) * 16);
  let next = 12 + tables * 16;
  for (let table = 0; table < tables; table += 1) {
    const entry = 44 + table * 20;
    const start = input.getUint32(entry + 4);
    const packedBytes = input.getUint32(entry + 8);
    const bytes = input.getUint32(entry + 12);
    const packed = woff.subarray(start, start + packedBytes);
    sfnt.set(packedBytes < bytes ? unzlibSync(packed) : packed, next);
    const record = 12 + table * 16;
    output.setUint32(record, input.getUint32(entry));
    output.setUint32(record + 4, input.getUint32(entry + 16));
    output.setUint32(record + 8, next);
    output.setUint32(record + 12, bytes);
    next += (bytes + 3) & ~3;
  }
  return sfnt;
}
