import { platform } from '#platform';
import type { DatasetInfo } from '../catalog/dataset-info.js';
import { memoryFile } from '../internal/memory-file.js';
import type { ByteFile, Folder } from '../platform/platform.js';
import type { FileSource, LoadOptions } from './load-options.js';

/** A file that was found, opened. */
export interface FoundFile {
  /** Its name there. */
  readonly name: string;
  /** Where it was found: path or name of the source. */
  readonly source: string;
  readonly file: ByteFile;
}

/** A place that files are looked for in, before any cache or mirror. */
export interface FilePlace {
  /** For messages. */
  readonly name: string;
  /** Whether a file that is not there is an error. */
  readonly strict: boolean;
  /** The first of the names that is there. */
  find(names: readonly string[], signal: AbortSignal | undefined): Promise<FoundFile | undefined>;
}

/** The place that options and environment name, if any. */
export function placeOf(info: DatasetInfo, options: LoadOptions): FilePlace | undefined {
  const set = info.folder ?? info.name;
  const { source, dataDir } = options;
  if (typeof source === 'string') return folderPlace(set, source, true);
  if (source !== undefined) return sourcePlace(source);
  if (dataDir !== undefined) return folderPlace(set, dataDir, true);
  const fromEnvironment = platform.environment('CNNKIT_DATA_DIR');
  return fromEnvironment === undefined ? undefined : folderPlace(set, fromEnvironment, false);
}

function folderPlace(set: string, path: string, strict: boolean): FilePlace {
  const folder: Folder = platform.folder(path);
  return {
    name: `${folder.name} (in its sub-folder ${set} or itself)`,
    strict,
    async find(names) {
      for (const prefix of [`${set}/`, '']) {
        for (const name of names) {
          const file = await folder.open(prefix + name);
          if (file !== undefined) return { name, source: `${folder.name}/${prefix}${name}`, file };
        }
      }
      return undefined;
    },
  };
}

function sourcePlace(source: FileSource): FilePlace {
  if (typeof source !== 'object' || source === null || typeof source.read !== 'function') {
    throw new TypeError(
      'load: source must be a folder or an object with a read(name) function; ' +
        `received ${source === null ? 'null' : typeof source}.`,
    );
  }
  const place = source.name ?? 'source';
  return {
    name: place,
    strict: true,
    async find(names, signal) {
      let failure: { readonly error: unknown } | undefined;
      for (const name of names) {
        let bytes: Uint8Array | null | undefined;
        try {
          bytes = await source.read(name, signal === undefined ? {} : { signal });
        } catch (error) {
          signal?.throwIfAborted();
          // It may fail for a spelling it does not know and have the file under another one.
          if ((error as { code?: unknown } | null)?.code !== 'ENOENT') failure ??= { error };
          continue;
        }
        if (bytes === undefined || bytes === null) continue;
        if (!(bytes instanceof Uint8Array)) {
          throw new TypeError(`load: source.read('${name}') must give a Uint8Array or undefined.`);
        }
        return { name, source: `${place}/${name}`, file: memoryFile(bytes) };
      }
      if (failure !== undefined) throw failure.error;
      return undefined;
    },
  };
}
