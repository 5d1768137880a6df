import type { BlockPool } from './arena.js';
import type { CnnkitBackend } from './backend.js';
import type { SentCommand } from './commands.js';
import { madeBlock, type Storage } from './storage.js';

/** Words of a command that are another each time, as those that key a dropout mask. */
export interface Drawn {
  /** Which of the commands. */
  readonly command: number;
  /** Place of the first word among the command's integers. */
  readonly at: number;
  readonly draw: () => readonly number[];
}

/** A command that copies values which JavaScript writes each time. */
export interface Fed {
  readonly command: number;
  readonly size: number;
  readonly write: (into: Float32Array) => void;
}

/** An update of variables, whose numbers are others each time. */
export interface SentUpdate {
  /** Which of the commands. */
  readonly command: number;
  readonly kernel: string;
}

/** The numbers of an update, as `updateVariables` takes them. */
export type UpdateNumbers = Readonly<Record<string, unknown>>;

/** Updates that were sent, and what gives their numbers each time they are sent again. */
export interface RepeatedUpdates {
  readonly updates: readonly SentUpdate[];
  readonly next: () => readonly UpdateNumbers[];
}

/**
 * A computation that is written down while it runs: its commands, and the blocks they work on. What it
 * frees it takes again itself and nobody else does, so that the commands may be sent once more later.
 *
 * It only holds if sending them again would do the same. {@link fail} is told where it would not: values
 * were read back into JavaScript, which may have decided by them, or changed in place.
 */
export class Capture implements BlockPool {
  readonly commands: SentCommand[] = [];
  #drawn: readonly Drawn[] = [];
  #fed: readonly Fed[] = [];
  #repeated: readonly RepeatedUpdates[] = [];
  /** Updates of which nobody has said yet what their numbers will be. */
  #updates: SentUpdate[] = [];
  /** Storages of variables that were there before; those read by now are in `read`. */
  readonly #variables: ReadonlySet<Storage>;
  readonly #backend: CnnkitBackend;
  readonly read: Set<Storage> = new Set();
  /** Those of them that were changed in place. */
  readonly overwritten: Set<Storage> = new Set();
  /** Storages that were there before, or hold constants: they stay as long as the commands. */
  readonly kept: Set<Storage> = new Set();
  /** All blocks that were ever its own, with their sizes. */
  readonly blocks: Map<number, number> = new Map();
  /** Blocks in use and blocks to be used again, with their sizes. */
  readonly #live = new Map<number, number>();
  readonly #free = new Map<number, number[]>();
  readonly #derived = new Map<Storage, Map<string, number>>();
  /** What was computed from values of before belongs to the commands. */
  readonly #owned: { offset: number; size: number }[] = [];
  #problem: string | undefined;

  constructor(backend: CnnkitBackend, variables: ReadonlySet<Storage>) {
    this.#backend = backend;
    this.#variables = variables;
  }

  /** Why the commands cannot be sent again; undefined if they can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get drawn(): readonly Drawn[] {
    return this.#drawn;
  }

  get fed(): readonly Fed[] {
    return this.#fed;
  }

  get repeated(): readonly RepeatedUpdates[] {
    return this.#repeated;
  }

  /** Told where each command stands, once they are put in another order. */
  moved(places: readonly number[]): void {
    const move = <T extends { readonly command: number }>(what: T): T => ({
      ...what,
      command: places[what.command]!,
    });
    this.#drawn = this.#drawn.map(move);
    this.#fed = this.#fed.map(move);
    this.#repeated = this.#repeated.map(({ updates, next }) => ({
      updates: updates.map(move),
      next,
    }));
  }

  fail(problem: string): void {
    this.#problem ??= problem;
  }

  /** Called for each command sent. */
  record(op: number, chunks: number, ints: readonly number[], floats?: readonly number[]): void {
    this.commands.push({ op, chunks, ints: ints.slice(), floats: floats?.slice() });
  }

  /** Has integers of the last command drawn anew each time. */
  redraw(at: number, draw: (() => readonly number[]) | undefined): void {
    const command = this.commands.length - 1;
    if (draw === undefined || command < 0) this.fail('random numbers are drawn once');
    else this.#drawn = [...this.#drawn, { command, at, draw }];
  }

  /** Called when the next command is about to copy values that `write` has written. */
  feeds(size: number, write: (into: Float32Array) => void): void {
    this.#fed = [...this.#fed, { command: this.commands.length, size, write }];
  }

  /** Called when the last command is an update's. */
  updates(kernel: string): void {
    this.#updates.push({ kernel, command: this.commands.length - 1 });
  }

  /** Tells what gives the numbers of the updates sent since this was called last. */
  repeat(next: () => readonly UpdateNumbers[]): void {
    this.#repeated = [...this.#repeated, { updates: this.#updates, next }];
    this.#updates = [];
  }

  /** Whether it is known of all updates what their numbers will be. */
  get repeatable(): boolean {
    return this.#updates.length === 0;
  }

  /** Called when a command is about to change values in place. */
  overwrites(storage: Storage): void {
    if (storage.born === this) return;
    if (this.#variables.has(storage)) this.overwritten.add(storage);
    else this.fail('values are changed in place');
    // What was computed from the old values is of no use any more.
    this.#derived.delete(storage);
  }

  /** Called when a kernel reads a storage that this capture did not make. */
  reads(storage: Storage): void {
    if (storage.deferred !== undefined) this.fail('a value from outside was still to be computed');
    if (this.#variables.has(storage)) this.read.add(storage);
    else this.keep(storage);
  }

  /** Keeps what a command reads and no command writes. */
  keep(storage: Storage): void {
    if (this.kept.has(storage)) return;
    this.kept.add(storage);
    storage.retain();
  }

  /** Whether `storage` is a variable's, whose values are others each time. */
  isVariable(storage: Storage): boolean {
    return this.#variables.has(storage);
  }

  /** As `Storage.derived`, of a storage of before: made anew, since its values are others each time. */
  derived(storage: Storage, key: string, bytes: number, make: (block: number) => void): number {
    const made = this.#derived.get(storage) ?? new Map<string, number>();
    this.#derived.set(storage, made);
    const known = made.get(key);
    if (known !== undefined) return known;
    const block = madeBlock(this.#backend, bytes, make);
    made.set(key, block);
    this.#owned.push({ offset: block, size: this.#live.get(block) ?? 0 });
    this.#live.delete(block);
    return block;
  }

  reuse(size: number): number | undefined {
    // A build that watches memory must see each tensor in a place of its own.
    if (this.#backend.library.guard !== undefined) return undefined;
    const offset = this.#free.get(size)?.pop();
    if (offset !== undefined) this.#live.set(offset, size);
    return offset;
  }

  own(offset: number, size: number): void {
    this.#live.set(offset, size);
    this.blocks.set(offset, size);
  }

  put(offset: number): boolean {
    const size = this.#live.get(offset);
    if (size === undefined) return false;
    this.#live.delete(offset);
    const free = this.#free.get(size) ?? [];
    this.#free.set(size, free);
    free.push(offset);
    return true;
  }

  /** Blocks that some storage still holds. */
  get live(): ReadonlySet<number> {
    return new Set(this.#live.keys());
  }

  /** Gives back every block that no storage holds. Call when nothing is sent any more. */
  release(): void {
    const { arena, commands } = this.#backend;
    for (const { offset, size } of this.#owned) arena.release(offset, size, commands.head);
    for (const [size, offsets] of this.#free) {
      for (const offset of offsets) arena.release(offset, size, commands.head);
    }
    for (const storage of this.kept) storage.release();
    this.#owned.length = 0;
    this.#free.clear();
    this.kept.clear();
  }
}
