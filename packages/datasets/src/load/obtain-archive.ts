import { platform } from '#platform';
import type { DatasetInfo, PublishedFile } from '../catalog/dataset-info.js';
import type { FoundFile } from './file-places.js';
import type { FileProvenance, LoadOptions } from './load-options.js';
import { findFile } from './obtain-file.js';

/** An archive too large to be held, opened, with its hash. */
export interface OpenArchive {
  readonly found: FoundFile;
  readonly provenance: FileProvenance;
  /** Whether it is the published archive, byte for byte. */
  readonly published: boolean;
}

/** Finds an archive and hashes it in passing; the caller closes it. */
export async function openArchive(
  info: DatasetInfo,
  wanted: PublishedFile,
  options: LoadOptions,
): Promise<OpenArchive> {
  const found = await findFile(info, wanted, options);
  const hash = platform.sha256();
  const totalBytes = found.file.sizeBytes;
  let loadedBytes = 0;
  try {
    for await (const chunk of found.file.stream()) {
      options.signal?.throwIfAborted();
      hash.update(chunk);
      loadedBytes += chunk.length;
      options.onProgress?.({
        dataset: info.name,
        file: found.name,
        phase: 'verify',
        loadedBytes,
        totalBytes,
        source: found.source,
      });
    }
  } catch (error) {
    await found.file.close();
    throw error;
  }
  const sha256 = hash.digest();
  const provenance = { name: found.name, sha256, source: found.source };
  return { found, provenance, published: sha256 === wanted.sha256 };
}
