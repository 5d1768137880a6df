import { platform } from '#platform';
import { gunzip, isGzip } from '../archives/gunzip.js';
import type { DatasetInfo, PublishedFile } from '../catalog/dataset-info.js';
import { DatasetError } from '../dataset-error.js';
import { downloadFile } from '../download/download-file.js';
import type { ByteFile } from '../platform/platform.js';
import { type FoundFile, placeOf } from './file-places.js';
import type { FileProvenance, LoadOptions, LoadProgress } from './load-options.js';
import { wrongFile } from './verify.js';

/** A whole file, decompressed and known to be the published one. */
export interface ObtainedFile {
  readonly bytes: Uint8Array;
  readonly provenance: FileProvenance;
}

/** Room for a gzip file that was packed worse than the published one. */
const GZIP_SLACK_BYTES = 64 * 1024;

/** Finds a small file of a set (one that fits in memory), verifies it and decompresses it. */
export async function obtainFile(
  info: DatasetInfo,
  wanted: PublishedFile,
  options: LoadOptions,
): Promise<ObtainedFile> {
  const { signal } = options;
  signal?.throwIfAborted();
  const found = await findFile(info, wanted, options);
  try {
    const { sizeBytes } = found.file;
    const most = Math.max(wanted.sizeBytes, wanted.unpacked?.sizeBytes ?? 0) + GZIP_SLACK_BYTES;
    // Not even read: it may be larger than memory.
    if (sizeBytes > most) throw wrongFile(info, wanted, found.source, { sizeBytes });
    const { bytes, sha256 } = await readWhole(found.file, options, (phase, loadedBytes) => ({
      dataset: info.name,
      file: found.name,
      phase,
      loadedBytes,
      totalBytes: sizeBytes,
      source: found.source,
    }));
    const raw = await verified(info, wanted, found.source, bytes, sha256, signal);
    return { bytes: raw, provenance: { name: found.name, sha256, source: found.source } };
  } finally {
    await found.file.close();
  }
}

/** Opens the file from the named place, or else out of the cache after a download. */
export async function findFile(
  info: DatasetInfo,
  wanted: PublishedFile,
  options: LoadOptions,
): Promise<FoundFile> {
  const names = spellings(wanted);
  const place = placeOf(info, options);
  const found = await place?.find(names, options.signal);
  if (found !== undefined) return found;
  if (place?.strict) {
    throw new DatasetError(
      'file-missing',
      `load: ${wanted.name} of ${info.title} must be in ${place.name}; it is not there. ` +
        `Looked for ${names.join(', ')}.`,
      { file: wanted.name },
    );
  }
  return downloadFile(info, wanted, options, place?.name);
}

/** Uncompressed first: reading is faster than inflating. */
function spellings(wanted: PublishedFile): readonly string[] {
  const plain = wanted.unpacked?.name;
  // Of some files only the packed form can be verified.
  if (plain === undefined || wanted.unpacked?.sha256 === undefined) return [wanted.name];
  // Some unpackers turn the dash of the published name into a dot.
  const dotted = plain.replace(/-(idx\d)/, '.$1');
  return [plain, wanted.name, ...(dotted === plain ? [] : [dotted, `${dotted}.gz`])];
}

async function readWhole(
  file: ByteFile,
  options: LoadOptions,
  progress: (phase: 'read' | 'done', loadedBytes: number) => LoadProgress,
): Promise<{ bytes: Uint8Array; sha256: string }> {
  const { signal, onProgress } = options;
  const bytes = new Uint8Array(file.sizeBytes);
  const hash = platform.sha256();
  let length = 0;
  onProgress?.(progress('read', 0));
  for await (const chunk of file.stream()) {
    signal?.throwIfAborted();
    bytes.set(chunk, length);
    hash.update(chunk);
    length += chunk.length;
    onProgress?.(progress('read', length));
  }
  onProgress?.(progress('done', length));
  return { bytes, sha256: hash.digest() };
}

async function verified(
  info: DatasetInfo,
  wanted: PublishedFile,
  where: string,
  bytes: Uint8Array,
  sha256: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { unpacked } = wanted;
  const sizeBytes = bytes.length;
  if (unpacked === undefined || sha256 === unpacked.sha256) {
    if (unpacked === undefined && sha256 !== wanted.sha256) {
      throw wrongFile(info, wanted, where, { sizeBytes, sha256 });
    }
    return bytes;
  }
  const published = sha256 === wanted.sha256;
  if (!published && (!isGzip(bytes) || unpacked.sha256 === undefined)) {
    throw wrongFile(info, wanted, where, { sizeBytes, sha256 });
  }
  let raw: Uint8Array;
  try {
    raw = await gunzip(bytes, { maxBytes: unpacked.sizeBytes, file: where, signal });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw wrongFile(info, wanted, where, { sizeBytes, sha256, cause });
  }
  if (published) return raw;
  // Packed by somebody else, so only what is inside can be compared.
  const hash = platform.sha256();
  hash.update(raw);
  const inner = hash.digest();
  if (inner === unpacked.sha256) return raw;
  throw wrongFile(info, wanted, where, { sizeBytes: raw.length, sha256: inner });
}
