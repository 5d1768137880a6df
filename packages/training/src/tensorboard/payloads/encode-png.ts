import { concat } from '../events/memory-logs.js';
import { crc32With, crcTable } from '../framing/crc-table.js';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** PNG's colour type by the number of channels: grey, grey and alpha, RGB, RGBA. */
const COLOUR_TYPES = [undefined, 0, 4, 2, 6];

let table: Int32Array | undefined;

/**
 * A PNG of 8-bit pixels. It compresses with the platform's `CompressionStream`, so it is the same
 * in Node and browsers and needs no library.
 *
 * @param pixels height x width x channels bytes, row by row
 * @param channels 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA
 */
export async function encodePng(
  pixels: Uint8Array,
  width: number,
  height: number,
  channels: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const colourType = COLOUR_TYPES[channels];
  if (colourType === undefined || width < 1 || height < 1) {
    throw new RangeError(
      `encodePng: an image must have 1 to 4 channels and at least one pixel; received ${height}x${width}x${channels}. Leave empty images out.`,
    );
  }
  const stride = width * channels;
  // Each row begins with its filter; 0 is none, which suits small pictures.
  const rows = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  header.setUint8(9, colourType);
  return concat([
    SIGNATURE,
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('IDAT', await zlibCompressed(rows)),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  table ??= crcTable(0xedb88320);
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(new TextEncoder().encode(name), 4);
  out.set(data, 8);
  view.setUint32(data.length + 8, crc32With(table, out.subarray(4, data.length + 8)));
  return out;
}

async function zlibCompressed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(compressed).arrayBuffer());
}
