import { type backend_util, type DataType, util } from '@tensorflow/tfjs-core';
import type { Arena, Views } from './arena.js';
import type { Capture } from './capture.js';
import type { Commands } from './commands.js';

/** How values lie in a block: float32 (a bool is 0 or 1) or int32. */
export type BlockType = 'float32' | 'int32';

/** A value that is not computed yet; see `deferred.ts`. */
export interface Deferred {
  /** Sends the commands that compute it into `block`. */
  compute(block: number): void;
  /** Lets go of the operands. Called once, after computing or without it. */
  release(): void;
}

/** What the engine's parts share: one memory, its blocks, its ring. */
export interface EngineContext {
  readonly views: Views;
  readonly arena: Arena;
  readonly commands: Commands;
  /** What writes down the commands that are sent now, if anything does. */
  readonly capture: Capture | undefined;
}

/**
 * Takes a block and has it made; given back if that fails.
 *
 * @param make Sends the commands that write it.
 */
export function madeBlock(
  { arena, commands }: Pick<EngineContext, 'arena' | 'commands'>,
  bytes: number,
  make: (block: number) => void,
): number {
  const block = arena.take(bytes);
  try {
    make(block);
  } catch (error) {
    arena.release(block, bytes, commands.head);
    throw error;
  }
  return block;
}

/**
 * The values of a tensor, wherever they are: in a block of the arena, as a JavaScript array that was
 * written but not used by a kernel yet, or still to be computed. Tensors, views of tensors and
 * deferred values share one storage by counting its users.
 */
export class Storage {
  readonly type: BlockType;
  readonly size: number;
  /** The capture it was made in, if it was. */
  readonly born: Capture | undefined;
  readonly #engine: EngineContext;
  #users = 1;
  #block = 0;
  #host: backend_util.TypedArray | undefined;
  #hostType: DataType | undefined;
  #deferred: Deferred | undefined;
  #derived: Map<string, { block: number; bytes: number }> | undefined;

  private constructor(engine: EngineContext, type: BlockType, size: number) {
    this.#engine = engine;
    this.type = type;
    this.size = size;
    this.born = engine.capture;
  }

  /** Room for a kernel's result. */
  static allocate(engine: EngineContext, type: BlockType, size: number): Storage {
    const storage = new Storage(engine, type, size);
    storage.#block = engine.arena.take(size * 4);
    return storage;
  }

  /** Values from JavaScript, copied into the arena when a kernel first wants them. */
  static fromHost(
    engine: EngineContext,
    dtype: DataType,
    values: backend_util.TypedArray,
  ): Storage {
    const storage = new Storage(engine, dtype === 'int32' ? 'int32' : 'float32', values.length);
    storage.#host = values;
    storage.#hostType = dtype;
    return storage;
  }

  /** Values that JavaScript writes right where they will be, in room that no command uses. */
  static written(
    engine: EngineContext,
    size: number,
    write: (into: Float32Array) => void,
  ): Storage {
    const storage = new Storage(engine, 'float32', size);
    const block = storage.#takeForUpload();
    storage.#block = block;
    try {
      write(engine.views.f32.subarray(block / 4, block / 4 + size));
    } catch (error) {
      storage.release();
      throw error;
    }
    return storage;
  }

  /** A value that is computed when somebody reads it. */
  static defer(engine: EngineContext, size: number, deferred: Deferred): Storage {
    const storage = new Storage(engine, 'float32', size);
    storage.#deferred = deferred;
    return storage;
  }

  /** The computation this still waits for, if it does. */
  get deferred(): Deferred | undefined {
    return this.#deferred;
  }

  /** How many tensors and deferred values use this. */
  get users(): number {
    return this.#users;
  }

  /** Values that JavaScript has at hand, without waiting for anything. */
  get hostValues(): backend_util.TypedArray | undefined {
    // What is captured must not hold a variable's value as a constant.
    return this.#engine.capture?.isVariable(this) === true ? undefined : this.#host;
  }

  retain(): this {
    this.#users++;
    return this;
  }

  release(): void {
    if (--this.#users > 0) return;
    if (this.#block !== 0) {
      this.#engine.arena.release(this.#block, this.size * 4, this.#engine.commands.head);
    }
    this.#block = 0;
    this.#host = undefined;
    this.#dropDerived();
    const deferred = this.#deferred;
    this.#deferred = undefined;
    deferred?.release();
  }

  /** Byte offset of the values, computed or uploaded by now. */
  block(): number {
    const { views, capture } = this.#engine;
    if (capture !== undefined && this.born !== capture) capture.reads(this);
    if (this.#block !== 0) return this.#block;
    if (this.#host === undefined) {
      const deferred = this.#deferred!;
      return this.settleBy((block) => deferred.compute(block));
    }
    capture?.keep(this);
    const block = this.#takeForUpload();
    (this.type === 'int32' ? views.i32 : views.f32).set(this.#host, block / 4);
    // Small arrays are kept, since scalars are often wanted on both sides.
    if (this.size > 256) this.#host = undefined;
    this.#block = block;
    return block;
  }

  /** JavaScript writes at once: into room that no unfinished command uses, if need be after waiting for some. */
  #takeForUpload(): number {
    const { arena, commands } = this.#engine;
    const bytes = this.size * 4;
    if (commands.done === commands.head) return arena.take(bytes, commands.done);
    try {
      return arena.take(bytes, commands.done);
    } catch {
      commands.sync();
      return arena.take(bytes, commands.done);
    }
  }

  /**
   * Takes a block for this deferred value, and gives it back if `compute` throws: then the value waits on.
   *
   * @param compute Sends the commands that write the value.
   * @returns the block.
   */
  settleBy(compute: (block: number) => void): number {
    const block = madeBlock(this.#engine, this.size * 4, compute);
    this.settle(block);
    return block;
  }

  /** Takes over a block that somebody else computed this deferred value into. */
  settle(block: number): void {
    this.#block = block;
    const deferred = this.#deferred;
    this.#deferred = undefined;
    deferred?.release();
  }

  /**
   * Something computed from these values (a filter's transform, say), kept until they change or go.
   *
   * @param make Sends the commands that write it into a block of `bytes`.
   */
  derived(key: string, bytes: number, make: (block: number) => void): number {
    const { capture } = this.#engine;
    if (capture !== undefined && this.born !== capture) {
      return capture.derived(this, key, bytes, make);
    }
    const known = this.#derived?.get(key);
    if (known !== undefined) return known.block;
    const block = madeBlock(this.#engine, bytes, make);
    this.#derived ??= new Map();
    this.#derived.set(key, { block, bytes });
    return block;
  }

  #dropDerived(): void {
    const { arena, commands } = this.#engine;
    for (const { block, bytes } of this.#derived?.values() ?? [])
      arena.release(block, bytes, commands.head);
    this.#derived = undefined;
  }

  /** The block, about to be overwritten by an update in place: what JavaScript knew is void. */
  blockToOverwrite(): number {
    this.#engine.capture?.overwrites(this);
    const block = this.block();
    this.changed();
    return block;
  }

  /** Forgets what was known of the values: commands write others. */
  changed(): void {
    this.#host = undefined;
    this.#dropDerived();
  }

  /**
   * The values as tfjs's cpu kernels want them (bool as bytes); waits for the threads if they are not
   * at hand. Callers do not change them.
   */
  toHost(dtype: DataType): backend_util.TypedArray {
    const { capture } = this.#engine;
    if (capture !== undefined && (this.#host === undefined || capture.isVariable(this))) {
      capture.fail('values are read back');
    }
    if (this.#host !== undefined && this.#hostType === dtype) return this.#host;
    // Of an empty tensor there is nothing to wait for.
    if (this.size === 0) return util.getTypedArrayFromDType(dtype as 'float32', 0);
    const block = this.block();
    this.#engine.commands.sync();
    const { i32, f32 } = this.#engine.views;
    const at = block / 4; // not a shift, which would take 2 GiB for a negative number
    const values = (this.type === 'int32' ? i32 : f32).slice(at, at + this.size);
    this.#host = dtype === 'bool' ? Uint8Array.from(values) : values;
    this.#hostType = dtype;
    return this.#host;
  }
}
