import { DatasetError } from '../dataset-error.js';

/** An image as bytes. */
export interface DecodedImage {
  /** `height * width * channels` bytes. */
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  /** 1 for gray, 3 for colour. */
  readonly channels: 1 | 3;
}

/** Bounds and names for {@link decodeImage}. */
export interface DecodeImageOptions {
  /** 1 for gray, 3 for colour; the image is converted. */
  readonly channels: 1 | 3;
  /** Name of the file, for messages. Default: `'the file'`. */
  readonly file?: string;
  /** Images with more pixels are refused before they are decoded. Default: 50 million. */
  readonly maxPixels?: number;
}

/**
 * Decodes a PNG or JPEG file.
 *
 * Transparency is dropped and 16 bits are cut to 8, as TensorFlow does. The kind is taken from the
 * content, not from a name.
 *
 * @param bytes - the whole file
 * @throws DatasetError `'format'` if it is damaged or of another kind, `'too-large'`
 * @example
 * ```ts
 * const { data, height, width } = await decodeImage(bytes, { channels: 3 });
 * ```
 */
export async function decodeImage(
  bytes: Uint8Array,
  options: DecodeImageOptions,
): Promise<DecodedImage> {
  const { channels, file = 'the file', maxPixels = 50_000_000 } = options;
  const kind = kindOf(bytes);
  if (kind === undefined) {
    throw new DatasetError('format', `decodeImage: ${file} must be a PNG or JPEG; it is neither.`, {
      file,
    });
  }
  try {
    const image =
      kind === 'png' ? await decodePng(bytes, maxPixels, file) : await decodeJpeg(bytes, maxPixels);
    return convert(image, channels);
  } catch (cause) {
    if (cause instanceof DatasetError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError('format', `decodeImage: ${file} is a damaged ${kind} (${reason}).`, {
      file,
      cause,
    });
  }
}

/** Any number of channels: gray, gray + alpha, colour, colour + alpha. */
interface RawImage {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

function kindOf(bytes: Uint8Array): 'png' | 'jpeg' | undefined {
  const starts = (...magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10)) return 'png';
  return starts(0xff, 0xd8, 0xff) ? 'jpeg' : undefined;
}

async function decodePng(bytes: Uint8Array, maxPixels: number, file: string): Promise<RawImage> {
  if (bytes.length < 33) throw new Error('its header is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pixels = view.getUint32(16) * view.getUint32(20);
  if (pixels > maxPixels) {
    throw new DatasetError(
      'too-large',
      `decodeImage: ${file} must have at most ${maxPixels} pixels; it has ${pixels}.`,
      { file },
    );
  }
  const { convertIndexedToRgb, decode } = await import('fast-png');
  const png = decode(bytes, { checkCrc: true });
  const { width, height, depth } = png;
  if (png.palette !== undefined) {
    const data = convertIndexedToRgb(png);
    return { data, width, height, channels: data.length / (width * height) };
  }
  const data =
    depth === 16
      ? Uint8Array.from(png.data, (value) => value >> 8)
      : depth === 8
        ? Uint8Array.from(png.data)
        : unpackBits(png.data, width, height, depth);
  return { data, width, height, channels: png.channels };
}

/** Gray of 1, 2 or 4 bits, each row starting with a whole byte. */
function unpackBits(
  data: ArrayLike<number>,
  width: number,
  height: number,
  depth: number,
): Uint8Array {
  const most = (1 << depth) - 1;
  const rowBytes = Math.ceil((width * depth) / 8);
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const bit = (i % width) * depth;
    const byte = data[Math.floor(i / width) * rowBytes + (bit >> 3)]!;
    return (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most;
  });
}

async function decodeJpeg(bytes: Uint8Array, maxPixels: number): Promise<RawImage> {
  const { decode } = await import('jpeg-js');
  const { data, width, height } = decode(bytes, {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: maxPixels / 1e6,
    maxMemoryUsageInMB: 1024,
  });
  return { data, width, height, channels: 3 };
}

function convert(image: RawImage, channels: 1 | 3): DecodedImage {
  const { data, width, height } = image;
  const pixels = width * height;
  const colour = image.channels >= 3;
  if (image.channels === channels) return { data, width, height, channels };
  const out = new Uint8Array(pixels * channels);
  for (let i = 0; i < pixels; i++) {
    const from = i * image.channels;
    if (channels === 1) {
      // ITU-R 601, as libjpeg and Pillow weigh colours.
      out[i] = colour
        ? Math.round(0.299 * data[from]! + 0.587 * data[from + 1]! + 0.114 * data[from + 2]!)
        : data[from]!;
    } else {
      for (let c = 0; c < 3; c++) out[3 * i + c] = data[from + (colour ? c : 0)]!;
    }
  }
  return { data: out, width, height, channels };
}
