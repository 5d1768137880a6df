import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { DatasetError } from '../dataset-error.js';
import { iterate, streamOf } from '../internal/streams.js';
import type { Platform, Sha256 } from './platform.js';

/** Browsers and other runtimes with web standards: no file system, no environment. */
export const platform: Platform = {
  environment: () => undefined,
  folder(path) {
    throw new DatasetError(
      'file-missing',
      `datasets: a folder can only be read in Node; received ${path}. ` +
        'In a browser pass a source with a read(name) function, or let the mirrors be used.',
    );
  },
  // SubtleCrypto hashes nothing in parts and is missing on pages without TLS.
  sha256: () => hasher(sha256.create()),
  sha1: () => hasher(sha1.create()),
  decompress: (chunks, format) =>
    iterate(streamOf(chunks).pipeThrough(new DecompressionStream(format))),
  async openCache(place) {
    const { openWebCache } = await import('../download/web-cache.js');
    return openWebCache(place);
  },
};

function hasher(hash: { update(bytes: Uint8Array): unknown; digest(): Uint8Array }): Sha256 {
  return { update: (bytes) => void hash.update(bytes), digest: () => bytesToHex(hash.digest()) };
}
