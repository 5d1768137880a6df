import { platform } from '#platform';
import { DatasetError } from '../dataset-error.js';
import { chunksOf } from '../internal/streams.js';

/** Bounds and names for {@link gunzip}. */
export interface GunzipOptions {
  /** The most bytes it may grow to, so that a decompression bomb ends early. Default: 1 GiB. */
  readonly maxBytes?: number;
  /** Name of the file, for messages. Default: `'the file'`. */
  readonly file?: string;
  /** Stops the work; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decompresses a gzip file.
 *
 * @param bytes - the whole file
 * @returns the decompressed bytes in memory of their own
 * @throws DatasetError `'format'` if it is damaged or cut off, `'too-large'` past `maxBytes`
 * @example
 * ```ts
 * const images = parseIdx(await gunzip(bytes, { maxBytes: 50_000_000 }));
 * ```
 */
export async function gunzip(bytes: Uint8Array, options: GunzipOptions = {}): Promise<Uint8Array> {
  const { maxBytes = 2 ** 30, file = 'the file', signal } = options;
  if (!isGzip(bytes)) {
    throw new DatasetError('format', `gunzip: ${file} does not start as gzip does (1f 8b).`, {
      file,
    });
  }
  // The trailer holds the length (modulo 2^32): one allocation of the right size when it is true.
  const said = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(
    0,
    true,
  );
  // Deflate gains a factor of at most 1032, so a trailer that claims more than that lies.
  let out = new Uint8Array(Math.min(said, maxBytes, 1032 * bytes.length));
  let length = 0;
  try {
    for await (const chunk of platform.decompress(chunksOf(bytes), 'gzip')) {
      signal?.throwIfAborted();
      const end = length + chunk.length;
      if (end > maxBytes) {
        throw new DatasetError(
          'too-large',
          `gunzip: ${file} must hold at most ${maxBytes} bytes when decompressed; it holds more. ` +
            'It is not the file it should be, or maxBytes is too small.',
          { file },
        );
      }
      if (end > out.length) {
        const grown = new Uint8Array(Math.min(maxBytes, Math.max(end, 2 * out.length)));
        grown.set(out.subarray(0, length));
        out = grown;
      }
      out.set(chunk, length);
      length = end;
    }
  } catch (cause) {
    if (cause instanceof DatasetError || signal?.aborted) throw cause;
    throw new DatasetError(
      'format',
      `gunzip: ${file} is not valid gzip data (${messageOf(cause)}). It is cut off or damaged.`,
      { file, cause },
    );
  }
  return length === out.length ? out : out.slice(0, length);
}

/** Whether the bytes start as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 18 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
