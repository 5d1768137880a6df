/**
 * The boundary between the backend and whatever computes. Above it: tensors, the arena, fusion, and
 * commands written as integers into the ring (`layout.ts`, `opcodes.ts`). Below it: a build of the C
 * in `kernels/` that takes commands from the ring in order and finishes them, on one thread or more,
 * working on the same memory. Nothing above knows which build that is.
 */
export interface KernelLibrary {
  /** Which build: `wasm-fma`, `wasm-simd`, and whatever native ones there may be. */
  readonly name: string;
  /** One line for people: instruction set and threads. */
  readonly description: string;
  /** The one memory. It may grow; its buffer must be asked for again after growing. */
  readonly memory: WebAssembly.Memory;
  /** Threads that drain the ring, counting the caller of `drain`. */
  readonly threads: number;
  /** Helps until all commands sent are finished. */
  drain(): void;
  /** Wakes threads that sleep on the ring's head; called only if some do. */
  wake(): void;
  /** Ends the threads. The library cannot be used after. */
  close(): void;
  /**
   * Only in a build that watches memory: says that the first `bytes` of a place of `room` bytes are in
   * use, or no longer (`room` 0). Waits until all commands sent are finished.
   */
  guard?(offset: number, bytes: number, room: number): void;
  /** Multiply-adds in a dependent-free loop, for measuring a machine's peak: 12 vectors a turn. */
  peak(turns: number): number;
}
