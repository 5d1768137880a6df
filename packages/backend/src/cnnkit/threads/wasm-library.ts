import { BackendError } from '../../errors.js';
import type { KernelLibrary } from '../kernel-library.js';
import {
  CONTROL_BYTES,
  DONE,
  FAILED,
  HEAD,
  layoutFor,
  QUIT,
  STACK_BYTES,
  writeControl,
} from '../layout.js';

/** What the compiled C exports; see `kernels/wasm.c`. */
interface Exports {
  drain(mayWait: number): number;
  work(thread: number): void;
  controlBytes(): number;
  peak(turns: number): number;
  readonly __stack_pointer: WebAssembly.Global;
}

/** What `drain` gives; anything else is that it waited a second for another thread's chunk. */
const [DEAD, DRAINED] = [0, 1];

/** One thread that drains the ring beside the caller. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly thread: number;
  readonly stackPointer: number;
  /** Index of the control word that says a thread died, among the memory's 32-bit words. */
  readonly failed: number;
  /** Index of the word that those who wait for that thread sleep on. */
  readonly done: number;
}

/** A thread that was started. */
export interface RunningThread {
  /** Ends it by force. */
  stop(): void;
  /** Whether the system says that it is gone, without waiting for an event; false where that cannot be told. */
  isGone(): boolean;
  /** What it ended with, as far as its owner was told; undefined while nothing is known. */
  error(): unknown;
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
  /** Starts a thread. Absent without shared memory. */
  startThread?(start: ThreadStart): RunningThread;
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
  const running: RunningThread[] = [];
  for (let thread = 1; thread < threads; thread++) {
    const stackPointer = layout.stacks + (thread + 1) * STACK_BYTES;
    running.push(
      startThread!({ module, memory, thread, stackPointer, failed: FAILED, done: DONE }),
    );
  }
  let ended = false;
  // Threads start while the caller goes on: what they do not take, it does, with the same bits. One that
  // cannot start is told as one that dies is, else the rest would be slow in silence. A chunk whose thread
  // died never finishes, and what it left half done stays so: no result after that could be trusted.
  const drain = () => {
    if (ended)
      throw new BackendError('KERNELS_UNAVAILABLE', 'cnnkit backend: its engine was closed.');
    let cause: unknown;
    try {
      while (Atomics.load(new Int32Array(memory.buffer), FAILED) === 0) {
        const result = exports.drain(mayWait ? 1 : 0);
        if (result === DRAINED) return;
        if (result === DEAD || running.some((thread) => thread.isGone())) break;
      }
    } catch (trap) {
      cause = trap;
    }
    Atomics.store(new Int32Array(memory.buffer), FAILED, 1);
    cause ??= running.map((thread) => thread.error()).find((error) => error !== undefined);
    throw new BackendError(
      'ENGINE_FAILED',
      'cnnkit backend: a thread of the engine died, and what it computed is lost. ' +
        "Call tf.removeBackend('cnnkit') and useBackend() to start another, " +
        'with threads: 1 if the others cannot start here.',
      { cause },
    );
  };
  const wake = () => {
    if (shared) Atomics.notify(new Int32Array(memory.buffer), HEAD);
  };
  return {
    name: options.name,
    description: options.description,
    memory,
    threads,
    drain,
    wake,
    close() {
      if (ended) return;
      try {
        drain();
      } catch {
        // A dead engine is closed all the same.
      }
      ended = true;
      Atomics.store(new Int32Array(memory.buffer), QUIT, 1);
      wake();
      for (const thread of running) thread.stop();
    },
    peak: (turns) => exports.peak(turns),
  };
}
