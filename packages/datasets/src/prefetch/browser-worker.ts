import type { PrefetchCredit, PrefetchJob } from './prefetch-protocol.js';
import { servePrefetch } from './serve-prefetch.js';

// What is used of the scope of a Web Worker.
declare const self: {
  onmessage: ((event: { readonly data: PrefetchJob | PrefetchCredit }) => void) | null;
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
};

const take = servePrefetch((reply, transfer) => self.postMessage(reply, transfer));
self.onmessage = ({ data }) => take(data);
