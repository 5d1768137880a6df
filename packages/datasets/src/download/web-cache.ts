import { DatasetError } from '../dataset-error.js';
import { iterate } from '../internal/streams.js';
import type { ByteFile } from '../platform/platform.js';
import type { DownloadCache, PartialFile } from './download-cache.js';

/** What is used of the Cache API, so that no types of the DOM are needed. */
interface WebCache {
  match(url: string): Promise<Response | undefined>;
  put(url: string, response: Response): Promise<void>;
  delete(url: string): Promise<boolean>;
}

interface WebGlobals {
  readonly caches?: { open(name: string): Promise<WebCache> };
  readonly navigator?: {
    readonly locks?: {
      request<T>(
        name: string,
        options: { signal?: AbortSignal },
        work: () => Promise<T>,
      ): Promise<T>;
    };
  };
}

/** Chunks are gathered into blobs of this size, which the browser may keep on disk. */
const BLOB_BYTES = 8 * 2 ** 20;

/**
 * The cache of a browser: the Cache API, and Web Locks so that two tabs download once.
 *
 * Where a page has no Cache API (no TLS, private windows), files are kept for this load only.
 */
export async function openWebCache(
  place: string | undefined,
  globals: WebGlobals = globalThis as WebGlobals,
): Promise<DownloadCache> {
  const name = place ?? 'cnnkit-datasets';
  const store = await globals.caches?.open(name).catch(() => undefined);
  const memory = new Map<string, Blob>();
  const urlOf = (set: string, file: string) => `https://cnnkit.invalid/datasets/${set}/${file}`;
  return {
    name: `cache ${name}`,
    async open(set, file) {
      const url = urlOf(set, file);
      const blob = memory.get(url) ?? (await (await store?.match(url))?.blob());
      return blob === undefined ? undefined : blobFile(blob);
    },
    async remove(set, file) {
      memory.delete(urlOf(set, file));
      await store?.delete(urlOf(set, file));
    },
    async startPartial(set, file) {
      return partialBlob(async (blob) => {
        memory.set(urlOf(set, file), blob);
        try {
          await store?.put(urlOf(set, file), new Response(blob));
          if (store !== undefined) memory.delete(urlOf(set, file));
        } catch (cause) {
          // Not enough room: the load goes on from memory, the next one downloads again.
          if ((cause as Error).name !== 'QuotaExceededError') {
            throw new DatasetError(
              'cache',
              `load: ${file} could not be put into the cache ${name} (${(cause as Error).message}).`,
              { file, cause },
            );
          }
        }
      });
    },
    async exclusive(set, file, { signal }, work) {
      const locks = globals.navigator?.locks;
      if (locks === undefined) return work();
      return locks.request(urlOf(set, file), signal === undefined ? {} : { signal }, work);
    },
  };
}

function partialBlob(keep: (blob: Blob) => Promise<void>): PartialFile {
  let blobs: Blob[] = [];
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let loose = 0;
  let sizeBytes = 0;
  const gather = () => {
    blobs.push(new Blob(chunks));
    chunks = [];
    loose = 0;
  };
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    async append(bytes) {
      chunks.push(bytes as Uint8Array<ArrayBuffer>);
      loose += bytes.length;
      sizeBytes += bytes.length;
      if (loose >= BLOB_BYTES) gather();
    },
    async restart() {
      blobs = [];
      chunks = [];
      loose = 0;
      sizeBytes = 0;
    },
    async commit() {
      gather();
      await keep(new Blob(blobs));
    },
    async close() {},
  };
}

function blobFile(blob: Blob): ByteFile {
  return {
    sizeBytes: blob.size,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
    stream: (start = 0, end = blob.size) =>
      iterate(blob.slice(start, end).stream() as ReadableStream<Uint8Array>),
    close: async () => {},
  };
}
