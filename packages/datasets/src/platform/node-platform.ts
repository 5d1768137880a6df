import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';
import type { ByteFile, Folder, Platform, Sha256 } from './platform.js';

/** Large enough that inflating is not held up by the event loop, small enough for the cache. */
const CHUNK_BYTES = 256 * 1024;

/** Node: the file system, zlib and OpenSSL. */
export const platform: Platform = {
  environment: (name) => process.env[name] || undefined,
  folder: openFolder,
  sha256: () => hasher('sha256'),
  sha1: () => hasher('sha1'),
  decompress,
  async openCache(place) {
    const { openDiskCache } = await import('../download/node-cache.js');
    return openDiskCache(place);
  },
};

function hasher(algorithm: string): Sha256 {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}

function openFolder(path: string): Folder {
  const root = resolve(path);
  return {
    name: root,
    async open(name) {
      const full = resolve(root, name);
      if (!full.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
      return openByteFile(full);
    },
  };
}

/** The file at a path, or undefined if there is none (or it is a folder). */
export async function openByteFile(path: string): Promise<ByteFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    return undefined;
  }
  const file: ByteFile = {
    sizeBytes: stats.size,
    async read(start, end) {
      const bytes = new Uint8Array(end - start);
      for (let filled = 0; filled < bytes.length; ) {
        const { bytesRead } = await handle.read(
          bytes,
          filled,
          bytes.length - filled,
          start + filled,
        );
        if (bytesRead === 0) throw new Error(`${path} ends at byte ${start + filled}`);
        filled += bytesRead;
      }
      return bytes;
    },
    async *stream(start = 0, end = stats.size) {
      for (let at = start; at < end; at += CHUNK_BYTES) {
        yield await file.read(at, Math.min(end, at + CHUNK_BYTES));
      }
    },
    close: () => handle.close(),
  };
  return file;
}

async function* decompress(
  chunks: AsyncIterable<Uint8Array>,
  format: 'gzip' | 'deflate-raw',
): AsyncIterable<Uint8Array> {
  const options = { chunkSize: CHUNK_BYTES };
  const inflate = format === 'gzip' ? createGunzip(options) : createInflateRaw(options);
  // Errors of either side reach the loop below through `inflate`, which pipeline destroys.
  pipeline(Readable.from(chunks, { objectMode: true }), inflate, () => {});
  yield* inflate;
}
