import { BackendError } from '../errors.js';
import type { KernelLibrary } from './kernel-library.js';

/** Bytes after a block that a vector load may touch, and that keep power-of-two blocks apart in L1. */
const SLACK = 64;
const PAGE = 65536;
/** Bytes of the smallest block. */
const LEAST = 64;

/** A typed view of the arena's memory that follows its growth. */
export interface Views {
  i32: Int32Array;
  f32: Float32Array;
}

/** Blocks that are set apart: what is freed there is taken again there. Sizes are classes. */
export interface BlockPool {
  /** A free block of that size; undefined if there is none. */
  reuse(size: number): number | undefined;
  /** Called with each other block that is taken. */
  own(offset: number, size: number): void;
  /** Takes a block back; false if it is none of the pool's. */
  put(offset: number): boolean;
}

/**
 * Blocks of the one memory in size classes (an eighth apart), reused and never zeroed.
 *
 * A freed block may be handed to a later command at once, since commands run as if in order. JavaScript
 * however writes at once: an upload takes only a block that no unfinished command reads, which is
 * told by the command count at the time it was freed.
 */
export class Arena {
  readonly #memory: WebAssembly.Memory;
  readonly #maximumBytes: number;
  readonly #views: Views;
  readonly #guard: KernelLibrary['guard'];
  /** Bytes of the blocks in use, by offset; only where memory is watched. */
  readonly #opened = new Map<number, number>();
  readonly #free = new Map<number, FreeList>();
  #top: number;
  #usedBytes = 0;
  /** If set, blocks for commands come from here and return here, counted as in use meanwhile. */
  pool: BlockPool | undefined;
  /** Called where there is no room: whether it gave something back, so that it is worth another try. */
  reclaim: (() => boolean) | undefined;

  constructor(
    { memory, guard }: Pick<KernelLibrary, 'memory' | 'guard'>,
    start: number,
    maximumBytes: number,
    views: Views,
  ) {
    this.#memory = memory;
    this.#guard = guard;
    this.#maximumBytes = Math.floor(maximumBytes / PAGE) * PAGE;
    this.#views = views;
    this.#top = start;
    this.#refresh();
  }

  /** Bytes in blocks that are in use now. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes from the arena's start to the highest block ever used. */
  get reservedBytes(): number {
    return this.#top;
  }

  /**
   * @param bytes Size wanted; the block's size is its class.
   * @param finished Commands finished so far: the block must be free of all later ones. Leave out for
   * a block that only commands write.
   * @returns byte offset of the block.
   */
  take(bytes: number, finished?: number): number {
    const size = sizeClass(bytes);
    const pool = finished === undefined ? this.pool : undefined;
    const again = pool?.reuse(size);
    if (again !== undefined) return again;
    this.#usedBytes += size;
    const offset = this.#free.get(size)?.take(finished) ?? this.#extend(size, finished);
    pool?.own(offset, size);
    if (this.#guard !== undefined) {
      this.#guard(offset, bytes, size + SLACK);
      this.#opened.set(offset, bytes);
    }
    return offset;
  }

  /** Gives a block of `bytes` back; `sent` is the count of commands sent so far. */
  release(offset: number, bytes: number, sent: number): void {
    if (this.pool?.put(offset) === true) return;
    const size = sizeClass(bytes);
    // A pool gives a block back by its class; it is shut as it was opened.
    this.#guard?.(offset, this.#opened.get(offset) ?? bytes, 0);
    this.#usedBytes -= size;
    this.#listOf(size).put(offset, sent);
  }

  #extend(size: number, finished: number | undefined): number {
    const offset = this.#append(size) ?? this.#join(size, finished);
    if (offset !== undefined) return offset;
    const again =
      this.reclaim?.() === true
        ? (this.#free.get(size)?.take(finished) ?? this.#join(size, finished))
        : undefined;
    if (again === undefined) throw this.#full(size);
    return again;
  }

  /** A block at the arena's end; undefined if the memory does not reach so far. */
  #append(size: number): number | undefined {
    const offset = this.#top;
    const end = offset + size + SLACK;
    if (end > this.#memory.buffer.byteLength && !this.#grow(end)) return undefined;
    this.#top = end;
    return offset;
  }

  /** @returns whether the memory reaches to `end` now. */
  #grow(end: number): boolean {
    if (end > this.#maximumBytes) return false;
    const have = this.#memory.buffer.byteLength;
    // By an eighth at least, so that a growing model does not grow the memory at every tensor.
    const generous = Math.min(this.#maximumBytes, Math.max(end, have + (have >> 3), 64 << 20));
    for (const wanted of [generous, end]) {
      try {
        this.#memory.grow(Math.ceil((wanted - have) / PAGE));
        this.#refresh();
        return true;
      } catch {
        // The machine has not as much; perhaps it has what is needed.
      }
    }
    return false;
  }

  /**
   * Room for a block made of free ones of other sizes that lie side by side, which is looked for only
   * when there is no other. What is left over of them is free again.
   */
  #join(size: number, finished: number | undefined): number | undefined {
    const blocks = [...this.#free.values()].flatMap((list) => list.drain(finished));
    blocks.sort((a, b) => a.offset - b.offset);
    const runs: Run[] = [];
    for (const { offset, size: bytes, sent } of blocks) {
      const end = offset + bytes + SLACK;
      const last = runs.at(-1);
      // A gap that no block fits in is what an earlier one left over.
      if (last !== undefined && offset - last.end < LEAST + SLACK) {
        last.end = end;
        if (((sent - last.sent) | 0) > 0) last.sent = sent;
      } else runs.push({ start: offset, end, sent });
    }
    // The smallest that is large enough, so that large ones stay.
    const need = size + SLACK;
    const fitting = runs.filter(({ start, end }) => end - start >= need);
    const best = fitting.sort((a, b) => a.end - a.start - (b.end - b.start))[0];
    let result = best?.start;
    if (best !== undefined) best.start += need;
    const last = runs.at(-1);
    if (best === undefined && last !== undefined && this.#top - last.end < LEAST + SLACK) {
      // The last ones may do together with what the memory can still grow by.
      const top = this.#top;
      this.#top = last.start;
      result = this.#append(size);
      if (result === undefined) this.#top = top;
      else runs.pop();
    }
    for (const { start, end, sent } of runs) this.#putPieces(start, end, sent);
    return result;
  }

  /** Frees a stretch as blocks of the largest classes that fit. */
  #putPieces(start: number, end: number, sent: number): void {
    let at = start;
    while (end - at >= LEAST + SLACK) {
      const size = classWithin(end - at - SLACK);
      this.#listOf(size).put(at, sent);
      at += size + SLACK;
    }
  }

  #listOf(size: number): FreeList {
    const list = this.#free.get(size) ?? new FreeList(size);
    this.#free.set(size, list);
    return list;
  }

  #full(size: number): BackendError {
    this.#usedBytes -= size;
    const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
    return new BackendError(
      'MEMORY_FULL',
      `cnnkit backend: no room for a tensor of ${mib(size)}; ${mib(this.#usedBytes)} are in use of ` +
        `at most ${mib(this.#maximumBytes)} (a WebAssembly memory ends at 4 GiB). ` +
        'Use a smaller batch, or dispose tensors that are no longer needed.',
    );
  }

  #refresh(): void {
    this.#views.i32 = new Int32Array(this.#memory.buffer);
    this.#views.f32 = new Float32Array(this.#memory.buffer);
  }
}

/** Multiples of 64 bytes; above 1 KiB eight classes an octave, so that at most an eighth is wasted. */
function sizeClass(bytes: number): number {
  const lines = Math.max(LEAST, Math.ceil(bytes / 64) * 64);
  if (lines <= 1024) return lines;
  const step = Math.max(64, 2 ** (Math.floor(Math.log2(lines)) - 3));
  return Math.ceil(lines / step) * step;
}

/** The largest size class of at most so many bytes. */
function classWithin(bytes: number): number {
  const lines = Math.floor(bytes / 64) * 64;
  if (lines <= 1024) return lines;
  const step = Math.max(64, 2 ** (Math.floor(Math.log2(lines)) - 3));
  return Math.floor(lines / step) * step;
}

/** Free bytes in one piece, and the command count at which the last of them was freed. */
interface Run {
  start: number;
  end: number;
  sent: number;
}

/** Blocks of one size with the command count at which each was freed, oldest first. */
class FreeList {
  readonly #size: number;
  #offsets: number[] = [];
  #sent: number[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  put(offset: number, sent: number): void {
    this.#offsets.push(offset);
    this.#sent.push(sent);
  }

  /** The newest block, still in cache; or, for an upload, the oldest if its last reader is done. */
  take(finished: number | undefined): number | undefined {
    if (finished === undefined) {
      this.#sent.pop();
      return this.#offsets.pop();
    }
    const sent = this.#sent[0];
    // Command counts wrap at 2^32; compare them as the ring does.
    if (sent === undefined || ((finished - sent) | 0) < 0) return undefined;
    this.#sent.shift();
    return this.#offsets.shift();
  }

  /** Takes all blocks out; for an upload, those alone that no unfinished command uses. */
  drain(finished: number | undefined): { offset: number; size: number; sent: number }[] {
    const taken: { offset: number; size: number; sent: number }[] = [];
    const left = new FreeList(this.#size);
    this.#offsets.forEach((offset, i) => {
      const sent = this.#sent[i]!;
      if (finished === undefined || ((finished - sent) | 0) >= 0)
        taken.push({ offset, size: this.#size, sent });
      else left.put(offset, sent);
    });
    [this.#offsets, this.#sent] = [left.#offsets, left.#sent];
    return taken;
  }
}
