import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Platform } from './platform.js';

// The whole of a worker, as text: a file would have to be found from sources, from dist and from a
// bundle alike.
const WORKER = `
const { workerData: { module, memory, thread, stackPointer } } = require('node:worker_threads');
const instance = new WebAssembly.Instance(module, { env: { memory, now: () => performance.now() } });
instance.exports.__stack_pointer.value = stackPointer;
instance.exports.work(thread);
`;

/** Node: files beside the package, worker_threads, and a main thread that may sleep. */
export const platform: Platform = {
  defaultThreads: availableParallelism(),
  mayWait: true,
  enableRelaxedSimd() {
    // Node 20's V8 has it behind this flag, which works at run time and reaches workers; newer ones
    // print a warning at it, so the caller asks only where validation fails.
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  },
  async readKernels(build) {
    const file = new URL(`../../wasm/kernels-${build}.wasm`, import.meta.url);
    return new Uint8Array(await readFile(file));
  },
  startThread(start) {
    const worker = new Worker(WORKER, {
      eval: true,
      workerData: start,
      // Not the program's flags: a test runner's loaders have no business here.
      execArgv: [],
      stdin: false,
    });
    worker.unref();
    return () => void worker.terminate();
  },
};
