import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { NativeKernels } from '../cnnkit/threads/native-library.js';
import { physicalCores } from './physical-cores.js';
import type { Platform } from './platform.js';

// The whole of a worker, as text: a file would have to be found from sources, from dist and from a
// bundle alike.
const WORKER = `
const { workerData: { module, memory, thread, stackPointer, failed, done, task } } = require('node:worker_threads');
try {
  // Linux names a thread by its directory, which goes with it.
  const name = require('node:fs').readlinkSync('/proc/thread-self');
  Atomics.store(task, 0, Number(name.slice(name.lastIndexOf('/') + 1)));
} catch {}
try {
  const instance = new WebAssembly.Instance(module, { env: { memory, now: () => performance.now() } });
  // V8 may miss that the memory grew while this thread started; its bulk copies would trap behind the old end.
  memory.grow(0);
  instance.exports.__stack_pointer.value = stackPointer;
  instance.exports.work(thread);
} catch (trap) {
  // The calling thread may be asleep until this one is done with its chunk.
  const words = new Int32Array(memory.buffer);
  Atomics.store(words, failed, 1);
  Atomics.notify(words, done);
  throw trap;
}
`;

/** Node: files beside the package, worker_threads, and a main thread that may sleep. */
export const platform: Platform = {
  defaultThreads: physicalCores,
  arch: process.arch,
  variable: (name) => process.env[name] || undefined,
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
  async readKernelsHash() {
    return await readFile(new URL('../../wasm/kernels.sha256', import.meta.url), 'utf8');
  },
  async loadNative() {
    let module: { loadNative(): NativeKernels };
    try {
      // A package that is there only if the program installed it, so no bundler may try to resolve it.
      const name = '@cnnkit/native';
      module = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as typeof module;
    } catch (cause) {
      const { code, message } = cause as { code?: string; message: string };
      const missing = code === 'ERR_MODULE_NOT_FOUND' && message.includes("'@cnnkit/native'");
      throw new Error(missing ? '@cnnkit/native is not installed' : message, { cause });
    }
    return module.loadNative();
  },
  startThread(start) {
    const task = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(WORKER, {
      eval: true,
      workerData: { ...start, task },
      // Not the program's flags: a test runner's loaders have no business here.
      execArgv: [],
      stdin: false,
    });
    worker.unref();
    // Whoever waits for it is told by the word; the error itself would end the program.
    let error: unknown;
    worker.on('error', (reason) => {
      error = reason;
    });
    worker.on('exit', () => {
      const words = new Int32Array(start.memory.buffer);
      Atomics.store(words, start.failed, 1);
      Atomics.notify(words, start.done);
    });
    return {
      stop: () => void worker.terminate(),
      isGone() {
        const id = Atomics.load(task, 0);
        return id !== 0 && !existsSync(`/proc/self/task/${id}`);
      },
      error: () => error,
    };
  },
};
