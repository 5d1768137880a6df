import {
  CHUNK_BYTES,
  MOST_CHANNELS,
  type PixelKernel,
  pixelKernel,
} from '../internal/pixel-kernel.js';

/** Where the bytes of a batch lie. */
export interface PixelSource {
  readonly images: Uint8Array;
  /** Bytes of one image. */
  readonly size: number;
  /** Which images, in this order. */
  readonly indices: ArrayLike<number>;
}

/** Writes images as numbers, one after the other. */
export type PixelScaler = (source: PixelSource, out: Float32Array) => void;

/**
 * Turns images into the numbers of a table (see `pixelTable`), as fast as there is a way: by
 * WebAssembly, a division where the table is one; else by plain JavaScript. All give the same bits.
 *
 * @param kernel - null for plain JavaScript; default: the kernel, if there is one
 */
export function pixelScaler(
  table: Float32Array,
  kernel: PixelKernel | null = pixelKernel(),
): PixelScaler {
  const channels = table.length / 256;
  if (kernel === null || channels < 1 || channels > MOST_CHANNELS) {
    return (source, out) => lookUpPlainly(source, out, table);
  }
  const divisor = divisorOf(table);
  // Pixels are not torn apart.
  const chunk = CHUNK_BYTES - (CHUNK_BYTES % channels);
  return ({ images, size, indices }, out) => {
    if (divisor === undefined) kernel.table.set(table);
    let filled = 0;
    let done = 0;
    const flush = () => {
      if (divisor === undefined) kernel.lookUp(filled, channels);
      else kernel.divide(filled, divisor);
      out.set(filled === CHUNK_BYTES ? kernel.numbers : kernel.numbers.subarray(0, filled), done);
      done += filled;
      filled = 0;
    };
    for (let i = 0; i < indices.length; i++) {
      let from = indices[i]! * size;
      const end = from + size;
      while (from < end) {
        const to = Math.min(end, from + chunk - filled);
        kernel.bytes.set(images.subarray(from, to), filled);
        filled += to - from;
        from = to;
        if (filled === chunk) flush();
      }
    }
    flush();
  };
}

/** The number by which each byte is divided to give the table; undefined if there is none. */
function divisorOf(table: Float32Array): number | undefined {
  const divisor = Math.fround(255 / table[255]!);
  const divides = table.every((value, i) => Object.is(value, Math.fround((i & 255) / divisor)));
  return divides ? divisor : undefined;
}

function lookUpPlainly(
  { images, size, indices }: PixelSource,
  out: Float32Array,
  table: Float32Array,
): void {
  const channels = table.length / 256;
  let to = 0;
  for (let i = 0; i < indices.length; i++) {
    const start = indices[i]! * size;
    for (let p = 0; p < size; p += channels) {
      for (let channel = 0; channel < channels; channel++) {
        out[to++] = table[256 * channel + images[start + p + channel]!]!;
      }
    }
  }
}
