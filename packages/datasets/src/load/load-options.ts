/** Gives files by their published names, such as `train-images-idx3-ubyte.gz`. */
export interface FileSource {
  /** Where the files come from, for messages and provenance. Default: `'source'`. */
  readonly name?: string;
  /**
   * The whole file, compressed or not. It is asked for both spellings (`….gz` and without);
   * `undefined`, `null` or an error with code `ENOENT` mean that it has no such file; another error
   * ends the load unless the file is there in the other spelling.
   */
  read(
    name: string,
    options: { readonly signal?: AbortSignal },
  ): Uint8Array | null | undefined | Promise<Uint8Array | null | undefined>;
}

/** What `onProgress` is told. */
export interface LoadProgress {
  /** Name of the set: `'mnist'`. */
  readonly dataset: string;
  /** Name of the file at work. */
  readonly file: string;
  /** `'wait'` means that another process downloads the same file. */
  readonly phase: 'wait' | 'download' | 'read' | 'verify' | 'done';
  /** Bytes so far in this phase. */
  readonly loadedBytes: number;
  /** Bytes in all. */
  readonly totalBytes: number;
  /** Mirror, folder or source that the file comes from. */
  readonly source: string;
}

/** Options of every loader of a published set. */
export interface LoadOptions {
  /**
   * The only place to read from: a folder (Node) or an object with `read(name)`. Default: none,
   * which means `dataDir`, then the cache, then the mirrors.
   */
  readonly source?: string | FileSource;
  /**
   * A folder that holds the files, in a sub-folder with the set's name or directly; compressed or
   * not. A file that is not there is an error. Default: the environment variable
   * `CNNKIT_DATA_DIR`; of the files that are not there, cache and mirrors are asked.
   */
  readonly dataDir?: string;
  /**
   * Where downloads are kept: a folder in Node, the name of a cache in a browser. Default: the
   * environment variable `CNNKIT_CACHE_DIR`, else the platform's cache folder.
   */
  readonly cacheDir?: string;
  /** Addresses of folders to download from, instead of the known mirrors; `[]` stays offline. */
  readonly mirrors?: readonly string[];
  /** Called often, also between the chunks of a file. What it throws ends the load. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Ends the load at any moment; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Used for downloads. Default: the platform's `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** A download that gives less than 1 KiB in so long is given up. Default: 30000. */
  readonly timeoutMs?: number;
  /** How often a mirror is tried again after a failure that may pass. Default: 3. */
  readonly retries?: number;
  /** Pause before the first repetition; doubled each time. Default: 500. */
  readonly retryDelayMs?: number;
}

/** Where one file of a loaded set came from. */
export interface FileProvenance {
  /** Name of the file as it was found. */
  readonly name: string;
  /** SHA-256 of the file as it was found, in hexadecimal. */
  readonly sha256: string;
  /** Path, address or name of the source it was read from. */
  readonly source: string;
}
