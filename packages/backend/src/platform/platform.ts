import type { NativeKernels } from '../cnnkit/threads/native-library.js';
import type { RunningThread, ThreadStart } from '../cnnkit/threads/wasm-library.js';

/** What differs between Node and a browser. Two modules give it; an import condition picks one. */
export interface Platform {
  /** Threads to use unless told otherwise: one for each physical core, as far as they can be told. */
  defaultThreads(): number;
  /** CPU family as `process.arch` names it; empty where it cannot be told. */
  readonly arch: string;
  /** An environment variable; empty ones count as not set. */
  variable(name: string): string | undefined;
  /** Whether the calling thread may sleep. */
  readonly mayWait: boolean;
  /** Turns on relaxed SIMD where the engine has it behind a flag. */
  enableRelaxedSimd(): void;
  /** The bytes of `wasm/kernels-<build>.wasm`. */
  readKernels(build: string): Promise<Uint8Array<ArrayBuffer>>;
  /** SHA-256 of the C that the kernels were built from. */
  readKernelsHash(): Promise<string>;
  /** Loads `@cnnkit/native`; throws with the reason if it does not. Undefined where it never could. */
  readonly loadNative: (() => Promise<NativeKernels>) | undefined;
  /** Starts a thread over shared memory; undefined where there are none. */
  readonly startThread: ((start: ThreadStart) => RunningThread) | undefined;
}
