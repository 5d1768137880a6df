import type { Views } from './arena.js';
import type { Capture } from './capture.js';
import type { KernelLibrary } from './kernel-library.js';
import {
  DONE,
  HEAD,
  MAX_COMMANDS,
  MAX_THREADS,
  PROFILE,
  PROFILING,
  RING,
  SLEEPERS,
  SLOT_INTS,
  SLOTS,
} from './layout.js';
import { COMMANDS } from './opcodes.js';

/** Most chunks a command may have: the claim word has 16 bits for each end. */
const MAX_CHUNKS = 65535;

/** Time of one kernel, over all threads. */
export interface KernelProfile {
  readonly command: string;
  readonly chunks: number;
  readonly ms: number;
  /** The same by thread; the first is the one that calls. */
  readonly msByThread: readonly number[];
}

/**
 * The ring's producer side. JavaScript writes a command's integers and goes on; threads take them in
 * order. `sync` waits, helping, until all are done.
 */
export class Commands {
  readonly #library: KernelLibrary;
  readonly #views: Views;
  readonly #shared: boolean;
  #head: number;
  #sent = 0;

  constructor(library: KernelLibrary, views: Views) {
    this.#library = library;
    this.#views = views;
    this.#shared =
      typeof SharedArrayBuffer !== 'undefined' &&
      library.memory.buffer instanceof SharedArrayBuffer;
    this.#head = Atomics.load(views.i32, HEAD);
  }

  /** Told of each command that is sent, if set. */
  recorder: Pick<Capture, 'record'> | undefined;

  /** Names of the commands in the order of their opcodes. */
  readonly names: readonly string[] = COMMANDS;

  /** Sequence number of the next command. */
  get head(): number {
    return this.#head;
  }

  /** Sequence number of the oldest unfinished command. */
  get done(): number {
    return Atomics.load(this.#views.i32, DONE);
  }

  /** Commands sent since the start. */
  get sent(): number {
    return this.#sent;
  }

  /**
   * Sends a command.
   *
   * @param chunks How many parts it may be done in, from its shape alone: partial sums belong to
   * chunks, so this decides the bits of the result.
   * @param ints Arguments in the order of the kernel's file; `floats` follow them as float32 bits.
   */
  send(op: number, chunks: number, ints: readonly number[], floats?: readonly number[]): void {
    this.recorder?.record(op, chunks, ints, floats);
    const { i32, f32 } = this.#views;
    if (((this.#head - Atomics.load(i32, DONE)) | 0) >= SLOTS - 1) this.sync();
    let at = RING + (this.#head & (SLOTS - 1)) * SLOT_INTS;
    i32[at++] = op;
    i32[at++] = Math.max(1, Math.min(MAX_CHUNKS, chunks));
    for (let i = 0; i < ints.length; i++) i32[at++] = ints[i]!;
    if (floats !== undefined) for (let i = 0; i < floats.length; i++) f32[at++] = floats[i]!;
    this.#head = (this.#head + 1) | 0;
    this.#sent++;
    Atomics.store(i32, HEAD, this.#head);
    if (this.#shared && Atomics.load(i32, SLEEPERS) > 0) this.#library.wake();
  }

  /** Waits until every command sent is finished; the calling thread helps. */
  sync(): void {
    this.#library.drain();
  }

  /** Starts measuring kernels, or stops; either clears what was measured. */
  set profiling(on: boolean) {
    this.sync();
    new Float64Array(this.#library.memory.buffer, PROFILE * 8, MAX_THREADS * MAX_COMMANDS * 2).fill(
      0,
    );
    Atomics.store(this.#views.i32, PROFILING, on ? 1 : 0);
  }

  /** What each kernel took since profiling began, longest first. */
  profile(): KernelProfile[] {
    this.sync();
    const table = new Float64Array(
      this.#library.memory.buffer,
      PROFILE * 8,
      MAX_THREADS * MAX_COMMANDS * 2,
    );
    const rows = COMMANDS.map((command, op) => {
      const msByThread: number[] = [];
      let chunks = 0;
      for (let thread = 0; thread < this.#library.threads; thread++) {
        msByThread.push(table[(thread * MAX_COMMANDS + op) * 2]!);
        chunks += table[(thread * MAX_COMMANDS + op) * 2 + 1]!;
      }
      return { command, chunks, ms: msByThread.reduce((a, b) => a + b, 0), msByThread };
    });
    return rows.filter(({ chunks }) => chunks > 0).sort((a, b) => b.ms - a.ms);
  }
}
