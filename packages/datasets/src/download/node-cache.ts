import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatasetError } from '../dataset-error.js';
import { openByteFile } from '../platform/node-platform.js';
import { cacheFolder } from './cache-folder.js';
import type { DownloadCache, PartialFile } from './download-cache.js';
import { withLock } from './node-lock.js';

/** The cache in a folder: `<folder>/<set>/<file>`, beside it `.part` and `.lock` files. */
export function openDiskCache(place: string | undefined): DownloadCache {
  const root = place === undefined ? cacheFolder() : resolve(place);
  const pathOf = (set: string, file: string) => join(root, set, file);
  return {
    name: root,
    open: (set, file) => openByteFile(pathOf(set, file)),
    remove: (set, file) => rm(pathOf(set, file), { force: true }),
    startPartial: (set, file, onEarlier) => startPartial(join(root, set), file, onEarlier),
    async exclusive(set, file, options, work) {
      const folder = join(root, set);
      try {
        await mkdir(folder, { recursive: true });
      } catch (cause) {
        throw new DatasetError(
          'cache',
          `load: the cache folder must be writable; ${folder} cannot be made ` +
            `(${(cause as Error).message}). Set CNNKIT_CACHE_DIR or the option cacheDir.`,
          { file: folder, cause },
        );
      }
      return withLock(`${pathOf(set, file)}.lock`, options, work);
    },
  };
}

async function startPartial(
  folder: string,
  file: string,
  onEarlier: (bytes: Uint8Array) => void,
): Promise<PartialFile> {
  // A process that was thought dead may still hold its own partial file open and write to it. So
  // nobody goes on in a file of another: the bytes are copied, and hashed on the way.
  const path = join(folder, `${file}.${randomUUID()}.part`);
  const handle = await open(path, 'wx');
  let sizeBytes = 0;
  const append = async (bytes: Uint8Array) => {
    await writeAll(handle, bytes, sizeBytes);
    sizeBytes += bytes.length;
  };
  try {
    const earlier = await partialsOf(folder, file, path);
    const largest = earlier[0] === undefined ? undefined : await openByteFile(earlier[0]);
    if (largest !== undefined) {
      try {
        for await (const chunk of largest.stream()) {
          onEarlier(chunk);
          await append(chunk);
        }
      } finally {
        await largest.close();
      }
    }
    // Windows does not remove what another process holds open: then it stays until next time.
    for (const other of earlier) await rm(other, { force: true }).catch(() => {});
  } catch (error) {
    await handle.close();
    await rm(path, { force: true });
    throw error;
  }
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    append,
    async restart() {
      await handle.truncate(0);
      sizeBytes = 0;
    },
    async commit() {
      await handle.sync();
      await handle.close();
      await rename(path, join(folder, file));
    },
    async close() {
      await handle.close();
      if (sizeBytes === 0) await rm(path, { force: true });
    },
  };
}

/** Partial files that interrupted downloads of the same file left, the largest first. */
async function partialsOf(folder: string, file: string, own: string): Promise<readonly string[]> {
  const found: { path: string; size: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (path === own || !name.startsWith(`${file}.`) || !name.endsWith('.part')) continue;
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile()) found.push({ path, size: stats.size });
  }
  return found.sort((a, b) => b.size - a.size).map(({ path }) => path);
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
