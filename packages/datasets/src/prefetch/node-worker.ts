import { parentPort } from 'node:worker_threads';
import { servePrefetch } from './serve-prefetch.js';

const port = parentPort!;
port.on(
  'message',
  servePrefetch((reply, transfer) => port.postMessage(reply, transfer)),
);
