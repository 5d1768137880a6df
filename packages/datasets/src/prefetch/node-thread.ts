import { Worker } from 'node:worker_threads';
import type { StartPrefetchThread } from './prefetch-thread.js';
import { workerError } from './worker-error.js';

/** Node: a thread of `node:worker_threads`. */
export const startPrefetchThread: StartPrefetchThread = (module, receive) => {
  const worker = new Worker(module ?? new URL('./node-worker.js', import.meta.url));
  worker.on('message', receive);
  worker.on('error', (cause) => receive({ kind: 'error', error: workerError(cause) }));
  worker.on('exit', () => receive({ kind: 'error', error: workerError('it ended early') }));
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    async end() {
      await worker.terminate();
    },
  };
};
