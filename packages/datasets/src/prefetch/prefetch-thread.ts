import type { PrefetchCredit, PrefetchJob, PrefetchReply } from './prefetch-protocol.js';

/** A worker as `prefetchBatches` sees it, the same in Node and in a browser. */
export interface PrefetchThread {
  post(message: PrefetchJob | PrefetchCredit, transfer?: readonly ArrayBuffer[]): void;
  /** Ends it at once, whatever it is doing. */
  end(): Promise<void>;
}

/**
 * Starts a worker; undefined where the platform has none.
 *
 * @param module - the worker's module; undefined for the one of this package
 * @param receive - gets what the worker posts, and an `'error'` if it cannot start or dies
 */
export type StartPrefetchThread = (
  module: URL | undefined,
  receive: (reply: PrefetchReply) => void,
) => PrefetchThread | undefined;
