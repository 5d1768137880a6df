import type { PrefetchReply } from './prefetch-protocol.js';
import type { StartPrefetchThread } from './prefetch-thread.js';
import { workerError } from './worker-error.js';

// What is used of the DOM's Worker. Bundlers find workers by the words `new Worker(new URL(…))` on
// the global of that name, so it is declared, not passed in.
declare const Worker:
  | (new (
      module: URL,
      options: { readonly type: 'module' },
    ) => {
      onmessage: ((event: { readonly data: PrefetchReply }) => void) | null;
      onerror: ((event: { readonly message?: string; preventDefault(): void }) => void) | null;
      postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
      terminate(): void;
    })
  | undefined;

/** Browsers and runtimes with their standards: a Web Worker, where there are such. */
export const startPrefetchThread: StartPrefetchThread = (module, receive) => {
  if (typeof Worker === 'undefined') return undefined;
  const worker =
    module === undefined
      ? new Worker(new URL('./browser-worker.js', import.meta.url), { type: 'module' })
      : new Worker(module, { type: 'module' });
  worker.onmessage = ({ data }) => receive(data);
  worker.onerror = (event) => {
    // Reported here, and so not to the page's console as well.
    event.preventDefault();
    // A module that cannot be loaded gives an event without a message.
    const reason = event.message || 'its module could not be loaded; a bundler has to carry it';
    receive({ kind: 'error', error: workerError(reason) });
  };
  return {
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    async end() {
      worker.terminate();
    },
  };
};
