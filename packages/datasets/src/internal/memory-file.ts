import type { ByteFile } from '../platform/platform.js';
import { chunksOf } from './streams.js';

/** Bytes in memory as an open file. */
export function memoryFile(bytes: Uint8Array): ByteFile {
  return {
    sizeBytes: bytes.length,
    read: async (start, end) => bytes.subarray(start, end),
    stream: (start = 0, end = bytes.length) => chunksOf(bytes.subarray(start, end)),
    close: async () => {},
  };
}
