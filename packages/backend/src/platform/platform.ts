import type { ThreadStart } from '../cnnkit/threads/wasm-library.js';

/** What differs between Node and a browser. Two modules give it; an import condition picks one. */
export interface Platform {
  /** Threads to use unless told otherwise: physical cores as far as they can be told. */
  readonly defaultThreads: number;
  /** Whether the calling thread may sleep. */
  readonly mayWait: boolean;
  /** Turns on relaxed SIMD where the engine has it behind a flag. */
  enableRelaxedSimd(): void;
  /** The bytes of `wasm/kernels-<build>.wasm`. */
  readKernels(build: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Starts a thread over shared memory; undefined where there are none. */
  readonly startThread: ((start: ThreadStart) => () => void) | undefined;
}
