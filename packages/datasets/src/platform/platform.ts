import type { DownloadCache } from '../download/download-cache.js';

/** A file that can be read in parts, so that an archive larger than memory is never held. */
export interface ByteFile {
  readonly sizeBytes: number;
  /** The bytes from `start` up to `end` (exclusive), all of them. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** The same range in chunks. */
  stream(start?: number, end?: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** A folder of files that somebody laid out. */
export interface Folder {
  /** Where it is, for messages. */
  readonly name: string;
  /** The file of that name (may contain `/`), or undefined if there is none. */
  open(name: string): Promise<ByteFile | undefined>;
}

/** A hash of bytes that come in parts. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** The hash so far in hexadecimal; the object is spent. */
  digest(): string;
}

/** What differs between Node and a browser. */
export interface Platform {
  /** The value of an environment variable; undefined if it is empty or there is no environment. */
  environment(name: string): string | undefined;
  /** A folder of the file system. */
  folder(path: string): Folder;
  sha256(): Sha256;
  /** SHA-1, by which some files are published. */
  sha1(): Sha256;
  /** Decompressed chunks; fails on a stream that is cut off or damaged. */
  decompress(
    chunks: AsyncIterable<Uint8Array>,
    format: 'gzip' | 'deflate-raw',
  ): AsyncIterable<Uint8Array>;
  /** Where downloads are kept. `place`: a folder in Node, a cache name in a browser. */
  openCache(place: string | undefined): Promise<DownloadCache>;
}
