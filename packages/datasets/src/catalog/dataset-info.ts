import type { ChannelStatistics } from '../channel-statistics.js';

/** A file as its authors publish it, and how to know it. */
export interface PublishedFile {
  /** Name on the mirrors and in the cache. */
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-256 of the published file, in hexadecimal. */
  readonly sha256: string;
  /** The same file without its compression, which is equally good. */
  readonly unpacked?: {
    readonly name: string;
    readonly sizeBytes: number;
    /** SHA-256 of the uncompressed file, where it is known. */
    readonly sha256?: string;
  };
}

/** A place on the net that serves the files of a set. */
export interface Mirror {
  /** Address of the folder, ending in `/`. */
  readonly url: string;
  /** Whether it serves the files uncompressed, under their unpacked names. Default: false. */
  readonly unpacked?: boolean;
}

/** What is known about a set without loading it. */
export interface DatasetInfo {
  /** Short name, as folders and the command line use it: `'fashion-mnist'`. */
  readonly name: string;
  /** Sub-folder in caches and data folders, where it is not the name. */
  readonly folder?: string;
  /** The name as its authors write it. */
  readonly title: string;
  readonly classNames: readonly string[];
  /** `[height, width, channels]` of each image. */
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** Images to train with. */
  readonly trainCount: number;
  /** Images to test with. */
  readonly testCount: number;
  readonly licence: string;
  readonly citation: string;
  readonly homepage: string;
  /** Mean and deviation of each channel of the training images, of pixels from 0 to 1. */
  readonly statistics: ChannelStatistics;
  readonly files: readonly PublishedFile[];
  /** Tried in this order. */
  readonly mirrors: readonly Mirror[];
}
