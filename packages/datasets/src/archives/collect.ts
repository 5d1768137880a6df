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

/** Exactly `sizeBytes` bytes out of chunks, in one piece of memory. */
export async function collect(
  chunks: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  file: string,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  let length = 0;
  for await (const chunk of limited(chunks, sizeBytes, file)) {
    bytes.set(chunk, length);
    length += chunk.length;
  }
  if (length === sizeBytes) return bytes;
  throw new DatasetError(
    'format',
    `load: ${file} must hold ${sizeBytes} bytes when decompressed; it ends after ${length}.`,
    { file },
  );
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
