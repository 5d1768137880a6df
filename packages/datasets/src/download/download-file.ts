import { platform } from '#platform';
import type { DatasetInfo, Mirror, PublishedFile } from '../catalog/dataset-info.js';
import { DatasetError } from '../dataset-error.js';
import type { FoundFile } from '../load/file-places.js';
import type { LoadOptions, LoadProgress } from '../load/load-options.js';
import type { ByteFile, Sha256 } from '../platform/platform.js';
import type { DownloadCache } from './download-cache.js';
import { fetchInto, MirrorError } from './fetch-into.js';

/** A server that asks for a longer pause than this is left for the next mirror. */
const LONGEST_PAUSE_MS = 60_000;

/** The file out of the cache, verified; downloaded into it first if it is not there. */
export async function downloadFile(
  info: DatasetInfo,
  wanted: PublishedFile,
  options: LoadOptions,
  alsoLookedIn: string | undefined,
): Promise<FoundFile> {
  const { signal, onProgress, cacheDir } = options;
  const cache = await platform.openCache(cacheDir);
  const report = (
    phase: LoadProgress['phase'],
    file: string,
    loadedBytes: number,
    totalBytes: number,
    source: string,
  ) => onProgress?.({ dataset: info.name, file, phase, loadedBytes, totalBytes, source });
  const cached = await openCached(cache, info, wanted, options);
  if (cached !== undefined) return cached;
  const mirrors = mirrorsOf(info, options);
  const set = info.folder ?? info.name;
  return cache.exclusive(
    set,
    wanted.name,
    { signal, onWait: () => report('wait', wanted.name, 0, wanted.sizeBytes, cache.name) },
    async () => {
      // Another process may have finished it while this one waited.
      const now = await openCached(cache, info, wanted, options);
      if (now !== undefined) return now;
      const failures: MirrorError[] = [];
      for (const mirror of mirrors) {
        const { name, sizesBytes, hashes } = variantOf(wanted, mirror);
        const url = new URL(name, mirror.url).href;
        try {
          await downloadFrom(cache, set, name, url, sizesBytes, hashes, options, (loaded, total) =>
            report('download', name, loaded, total, url),
          );
          const file = await cache.open(set, name);
          if (file !== undefined) return { name, source: url, file };
          throw new DatasetError('cache', `load: ${name} vanished from ${cache.name}.`, {
            file: name,
          });
        } catch (error) {
          if (!(error instanceof MirrorError)) throw error;
          failures.push(error);
        }
      }
      throw failure(info, wanted, cache, failures, alsoLookedIn);
    },
  );
}

/** A finished download whose hash is still right; one that has rotted is removed. */
async function openCached(
  cache: DownloadCache,
  info: DatasetInfo,
  wanted: PublishedFile,
  options: LoadOptions,
): Promise<FoundFile | undefined> {
  const { name, unpacked } = wanted;
  const set = info.folder ?? info.name;
  for (const file of unpacked === undefined ? [name] : [name, unpacked.name]) {
    const opened = await cache.open(set, file);
    if (opened === undefined) continue;
    const hash = await hashOf(opened, options.signal, (loadedBytes) =>
      options.onProgress?.({
        dataset: info.name,
        file,
        phase: 'verify',
        loadedBytes,
        totalBytes: opened.sizeBytes,
        source: cache.name,
      }),
    );
    if (hash === wanted.sha256 || hash === unpacked?.sha256) {
      return { name: file, source: `${cache.name}/${set}/${file}`, file: opened };
    }
    await opened.close();
    await cache.remove(set, file);
  }
  return undefined;
}

async function hashOf(
  file: ByteFile,
  signal: AbortSignal | undefined,
  onProgress: (loadedBytes: number) => void,
): Promise<string> {
  const hash = platform.sha256();
  let done = 0;
  try {
    for await (const chunk of file.stream()) {
      signal?.throwIfAborted();
      hash.update(chunk);
      done += chunk.length;
      onProgress(done);
    }
  } catch (error) {
    await file.close();
    throw error;
  }
  return hash.digest();
}

function mirrorsOf(info: DatasetInfo, options: LoadOptions): readonly Mirror[] {
  if (options.mirrors === undefined) return info.mirrors;
  return options.mirrors.map((url) => {
    if (!URL.canParse(url)) {
      throw new TypeError(
        `load: mirrors must be absolute addresses; received ${JSON.stringify(url)}.`,
      );
    }
    return { url: url.endsWith('/') ? url : `${url}/` };
  });
}

function variantOf(wanted: PublishedFile, mirror: Mirror) {
  const { unpacked } = wanted;
  const hashes = [wanted.sha256, ...(unpacked?.sha256 === undefined ? [] : [unpacked.sha256])];
  if (mirror.unpacked && unpacked !== undefined) {
    return { name: unpacked.name, sizesBytes: [unpacked.sizeBytes], hashes };
  }
  const sizes = [wanted.sizeBytes, ...(unpacked?.sha256 === undefined ? [] : [unpacked.sizeBytes])];
  return { name: wanted.name, sizesBytes: sizes, hashes };
}

/** Downloads from one mirror, with repetitions; throws MirrorError when it has to be given up. */
async function downloadFrom(
  cache: DownloadCache,
  set: string,
  name: string,
  url: string,
  sizesBytes: readonly number[],
  hashes: readonly string[],
  options: LoadOptions,
  onProgress: (loadedBytes: number, totalBytes: number) => void,
): Promise<void> {
  const { retries = 3, retryDelayMs = 500, timeoutMs = 30_000, signal } = options;
  let hash: Sha256 = platform.sha256();
  const partial = await cache.startPartial(set, name, (bytes) => hash.update(bytes));
  const restart = async () => {
    await partial.restart();
    hash = platform.sha256();
  };
  let committed = false;
  try {
    if (sizesBytes.includes(partial.sizeBytes)) {
      // An earlier process ended between the last byte and the renaming.
      if (hashes.includes(hash.digest())) {
        await partial.commit();
        committed = true;
        return;
      }
      await restart();
    } else if (partial.sizeBytes > Math.max(...sizesBytes)) {
      await restart();
    }
    for (let attempt = 1; ; attempt++) {
      const resumed = partial.sizeBytes > 0;
      try {
        await fetchInto({
          url,
          partial,
          sizesBytes,
          signal,
          timeoutMs,
          fetch: options.fetch ?? globalThis.fetch,
          onChunk: (chunk) => hash.update(chunk),
          onRestart: () => {
            hash = platform.sha256();
          },
          onProgress,
        });
        const received = hash.digest();
        if (!hashes.includes(received)) {
          await restart();
          // What was there before may be the wrong part, so the mirror gets another chance.
          throw new MirrorError(`sent another file (SHA-256 ${received})`, { passing: resumed });
        }
        await partial.commit();
        committed = true;
        return;
      } catch (error) {
        if (!(error instanceof MirrorError)) throw asCacheError(error, cache, name);
        const delayMs = Math.max(retryDelayMs * 2 ** (attempt - 1), error.retryAfterMs ?? 0);
        if (!error.passing || attempt > retries || delayMs > LONGEST_PAUSE_MS) {
          throw new MirrorError(`${url} ${error.message} (attempt ${attempt})`, {
            passing: false,
            cause: error,
          });
        }
        await pause(delayMs, signal);
      }
    }
  } finally {
    if (!committed) await partial.close();
  }
}

/** A full disk or a missing right, with the way out; anything else as it is. */
function asCacheError(cause: unknown, cache: DownloadCache, file: string): unknown {
  if (!(cause instanceof Error) || !('syscall' in cause)) return cause;
  return new DatasetError(
    'cache',
    `load: ${file} could not be written to ${cache.name} (${cause.message}). ` +
      'Make room, or set CNNKIT_CACHE_DIR or the option cacheDir.',
    { file, cause },
  );
}

function failure(
  info: DatasetInfo,
  wanted: PublishedFile,
  cache: DownloadCache,
  failures: readonly MirrorError[],
  alsoLookedIn: string | undefined,
): DatasetError {
  const tried =
    failures.length === 0
      ? ['No mirror was tried.']
      : failures.map(({ message }) => `  ${message}`);
  const looked = [alsoLookedIn, cache.name].filter((place) => place !== undefined).join('; ');
  const { name, sizeBytes, sha256, unpacked } = wanted;
  return new DatasetError(
    'download',
    [
      `load: ${name} of ${info.title} could not be downloaded, and it is not in ${looked}.`,
      ...tried,
      `By hand: get ${name} (${sizeBytes} bytes, SHA-256 ${sha256}) and put it into ` +
        `<folder>/${info.folder ?? info.name}/, with CNNKIT_DATA_DIR=<folder> or the option dataDir` +
        `${unpacked === undefined ? '' : `; uncompressed, as ${unpacked.name}, is as good`}.`,
    ].join('\n'),
    { file: name, cause: new AggregateError(failures, 'every mirror failed') },
  );
}

function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
