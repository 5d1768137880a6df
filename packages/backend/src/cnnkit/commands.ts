import type { Views } from './arena.js';
import type { Capture } from './capture.js';
import type { KernelLibrary } from './kernel-library.js';
import {
  AHEAD_SHIFT,
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

/** A command as it was sent. */
export interface SentCommand {
  readonly op: number;
  readonly chunks: number;
  readonly ints: readonly number[];
  readonly floats: readonly number[] | undefined;
}

/** Commands as the ring holds them, to be sent together: command i begins at word `i * SLOT_INTS`. */
export interface PackedCommands {
  readonly count: number;
  readonly i32: Int32Array;
  /** The same words as numbers. */
  readonly f32: Float32Array;
}

/** Word of a packed command's argument. */
export const argumentAt = (command: number, at: number): number => command * SLOT_INTS + 2 + at;

/**
 * Writes commands down as the ring will hold them.
 *
 * @param ahead How many of the commands right before each may still be running when it begins; by default none.
 */
export function packCommands(
  commands: readonly SentCommand[],
  ahead: readonly number[] = [],
): PackedCommands {
  const i32 = new Int32Array(commands.length * SLOT_INTS);
  const f32 = new Float32Array(i32.buffer);
  commands.forEach(({ op, chunks, ints, floats = [] }, i) => {
    i32[i * SLOT_INTS] = op | ((ahead[i] ?? 0) << AHEAD_SHIFT);
    i32[i * SLOT_INTS + 1] = wholeChunks(chunks);
    i32.set(ints, argumentAt(i, 0));
    f32.set(floats, argumentAt(i, ints.length));
  });
  return { count: commands.length, i32, f32 };
}

const wholeChunks = (chunks: number) => Math.max(1, Math.min(MAX_CHUNKS, chunks));

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
    i32[at++] = wholeChunks(chunks);
    for (let i = 0; i < ints.length; i++) i32[at++] = ints[i]!;
    if (floats !== undefined) for (let i = 0; i < floats.length; i++) f32[at++] = floats[i]!;
    this.#publish(1);
  }

  /** Sends commands that were packed. Threads that sleep are woken once, not for each. */
  sendPacked({ count, i32: packed }: PackedCommands): void {
    for (let at = 0; at < count; ) {
      const { i32 } = this.#views;
      const free = SLOTS - 1 - ((this.#head - Atomics.load(i32, DONE)) | 0);
      if (free <= 0) {
        this.sync();
        continue;
      }
      const slot = this.#head & (SLOTS - 1);
      const n = Math.min(count - at, free, SLOTS - slot);
      i32.set(packed.subarray(at * SLOT_INTS, (at + n) * SLOT_INTS), RING + slot * SLOT_INTS);
      this.#publish(n);
      at += n;
    }
  }

  /** Shows the threads `n` more commands. */
  #publish(n: number): void {
    const { i32 } = this.#views;
    this.#head = (this.#head + n) | 0;
    this.#sent += n;
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
