/**
 * Where things lie in the one memory; `kernels/layout.h` has the same numbers.
 *
 * Below {@link CONTROL} is the WebAssembly module's own. From there: the control block with the ring,
 * the other threads' stacks, every thread's scratch, and then the arena to the end.
 */
export const CONTROL: number = 1 << 20;
export const SLOTS = 1024;
export const SLOT_INTS = 32;
export const MAX_THREADS = 16;
export const MAX_COMMANDS = 64;
/** A command's first word: its opcode, and from this bit on how many commands right before it may still be running. */
export const AHEAD_SHIFT = 8;

/** Index of a control word among the memory's 32-bit words. */
const word = (bytes: number) => (CONTROL + bytes) >> 2;
export const HEAD: number = word(0);
export const DONE: number = word(64);
export const SLEEPERS: number = word(128);
export const QUIT: number = word(192);
export const SCRATCH: number = word(196);
export const SCRATCH_BYTES_WORD: number = word(200);
export const PROFILING: number = word(204);
export const IDLE_SPINS: number = word(208);
export const WAIT_SPINS: number = word(212);
export const FAILED: number = word(216);
export const RING: number = word(256);

const RING_BYTES = SLOTS * SLOT_INTS * 4;
/** Index of the profile's first number among the memory's 64-bit floats. */
export const PROFILE: number = (CONTROL + 256 + RING_BYTES + SLOTS * 8 + SLOTS * 4) >> 3;
/** Bytes of the control block, as `sizeof(Control)` has it. */
export const CONTROL_BYTES: number =
  256 + RING_BYTES + SLOTS * 8 + SLOTS * 4 + MAX_THREADS * MAX_COMMANDS * 16;

export const STACK_BYTES: number = 128 << 10;
/** Working memory of one thread: Winograd tiles of a few hundred channels fit. */
export const SCRATCH_BYTES: number = 4 << 20;

export interface Layout {
  /** First byte of the stacks of threads 1 and up (thread 0's is the module's own). */
  readonly stacks: number;
  readonly scratch: number;
  /** First byte of the arena. */
  readonly arena: number;
}

/** The layout for a number of threads. */
export function layoutFor(threads: number): Layout {
  const stacks = CONTROL + CONTROL_BYTES;
  const scratch = Math.ceil((stacks + threads * STACK_BYTES) / 65536) * 65536;
  return { stacks, scratch, arena: scratch + threads * SCRATCH_BYTES };
}

/** Sets the control words that a library's threads read. Called before any thread starts. */
export function writeControl(memory: WebAssembly.Memory, threads: number): void {
  new Uint8Array(memory.buffer, CONTROL, CONTROL_BYTES).fill(0);
  const words = new Int32Array(memory.buffer);
  words[SCRATCH] = layoutFor(threads).scratch;
  words[SCRATCH_BYTES_WORD] = SCRATCH_BYTES;
  words[IDLE_SPINS] = 20_000;
  words[WAIT_SPINS] = 20_000;
}
