import type { ByteFile } from '../platform/platform.js';

/** A download under way. Only its owner writes to it, so what was hashed is what is stored. */
export interface PartialFile {
  /** Bytes that are there, also those that an earlier, interrupted download left. */
  readonly sizeBytes: number;
  append(bytes: Uint8Array): Promise<void>;
  /** Forgets all bytes. */
  restart(): Promise<void>;
  /** Makes it durable and lets it appear in the cache under its name, all at once. */
  commit(): Promise<void>;
  /** Stops, and leaves the bytes for a later download to go on with. */
  close(): Promise<void>;
}

/** Where finished downloads are kept, by set and file name. */
export interface DownloadCache {
  /** For messages: a folder, or the name of a browser's cache. */
  readonly name: string;
  /** A finished file. */
  open(set: string, file: string): Promise<ByteFile | undefined>;
  remove(set: string, file: string): Promise<void>;
  /** Starts or goes on with a download; `onEarlier` is given the bytes that are there already. */
  startPartial(
    set: string,
    file: string,
    onEarlier: (bytes: Uint8Array) => void,
  ): Promise<PartialFile>;
  /** Runs `work` while no other process (or page) runs it for the same file. */
  exclusive<T>(
    set: string,
    file: string,
    options: { readonly signal: AbortSignal | undefined; readonly onWait: () => void },
    work: () => Promise<T>,
  ): Promise<T>;
}
