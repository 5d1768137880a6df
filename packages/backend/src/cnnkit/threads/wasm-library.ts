import type { KernelLibrary } from '../kernel-library.js';
import { CONTROL_BYTES, HEAD, layoutFor, QUIT, STACK_BYTES, writeControl } from '../layout.js';

/** What the compiled C exports; see `kernels/wasm.c`. */
interface Exports {
  drain(mayWait: number): void;
  work(thread: number): void;
  controlBytes(): number;
  peak(turns: number): number;
  readonly __stack_pointer: WebAssembly.Global;
}

/** One thread that drains the ring beside the caller. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
  readonly stackPointer: number;
}

export interface WasmLibraryOptions {
  readonly name: string;
  readonly description: string;
  readonly module: WebAssembly.Module;
  readonly shared: boolean;
  readonly threads: number;
  readonly maximumBytes: number;
  /** Whether the calling thread may sleep: a browser's main thread may not. */
  readonly mayWait: boolean;
  /** Starts a thread; returns what ends it by force. Absent without shared memory. */
  startThread?(start: ThreadStart): () => void;
}

/** A build of the kernels as WebAssembly: `threads - 1` workers and the caller over one memory. */
export function openWasmLibrary(options: WasmLibraryOptions): KernelLibrary {
  const { module, shared, maximumBytes, mayWait, startThread } = options;
  const threads = startThread === undefined ? 1 : options.threads;
  const layout = layoutFor(threads);
  const memory = new WebAssembly.Memory({
    initial: Math.ceil(layout.arena / 65536),
    maximum: Math.floor(maximumBytes / 65536),
    shared,
  });
  writeControl(memory, threads);
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory, now: () => performance.now() },
  }) as unknown as { exports: Exports };
  if (exports.controlBytes() !== CONTROL_BYTES) {
    throw new Error('cnnkit backend: kernels and layout.ts disagree; build the package again.');
  }
  const stops: (() => void)[] = [];
  for (let thread = 1; thread < threads; thread++) {
    const stackPointer = layout.stacks + (thread + 1) * STACK_BYTES;
    stops.push(startThread!({ module, memory, thread, stackPointer }));
  }
  const wake = () => {
    if (shared) Atomics.notify(new Int32Array(memory.buffer), HEAD);
  };
  return {
    name: options.name,
    description: options.description,
    memory,
    threads,
    drain: () => exports.drain(mayWait ? 1 : 0),
    wake,
    close() {
      exports.drain(mayWait ? 1 : 0);
      Atomics.store(new Int32Array(memory.buffer), QUIT, 1);
      wake();
      for (const stop of stops) stop();
    },
    peak: (turns) => exports.peak(turns),
  };
}
