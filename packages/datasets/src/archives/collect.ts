import { DatasetError } from '../dataset-error.js';

/** The chunks again; an error as soon as they are more than `maxBytes` in all. */
export async function* limited(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  file: string,
): AsyncIterable<Uint8Array> {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > maxBytes) {
      throw new DatasetError(
        'too-large',
        `load: ${file} must hold at most ${maxBytes} bytes when decompressed; it holds more.`,
        { file },
      );
    }
    yield chunk;
  }
}

/** All bytes of chunks, at most `maxBytes`, in one piece of memory; `likelyBytes` saves a copy. */
export async function collectAll(
  chunks: AsyncIterable<Uint8Array>,
  likelyBytes: number,
  maxBytes: number,
  file: string,
): Promise<Uint8Array> {
  let bytes = new Uint8Array(likelyBytes);
  let length = 0;
  for await (const chunk of limited(chunks, maxBytes, file)) {
    if (length + chunk.length > bytes.length) {
      const grown = new Uint8Array(Math.min(maxBytes, 2 * (length + chunk.length)));
      grown.set(bytes.subarray(0, length));
      bytes = grown;
    }
    bytes.set(chunk, length);
    length += chunk.length;
  }
  return length === bytes.length ? bytes : bytes.slice(0, length);
}

/** Errors of a decompressor as errors that name the file; aborts and own errors as they are. */
export function asFormatError(cause: unknown, file: string, signal?: AbortSignal): unknown {
  if (cause instanceof DatasetError || signal?.aborted) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatasetError('format', `load: ${file} is damaged or cut off (${reason}).`, {
    file,
    cause,
  });
}
