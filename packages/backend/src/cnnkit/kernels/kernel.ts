import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from '../backend.js';

/** What tfjs hands a kernel; inputs and attributes are the kernel's own business. */
export interface KernelArgs {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: CnnkitBackend;
}

/**
 * A tfjs kernel over commands: shapes in, commands out. It returns undefined for inputs it leaves to
 * tfjs's cpu kernel (strings, complex numbers, int32 where only floats are worth it).
 */
export type Kernel = (args: KernelArgs) => TensorInfo | TensorInfo[] | undefined;

/** Whether all are float32 (bool counts where `orBool`, since its block holds floats). */
export function areFloat(
  orBool: boolean,
  ...tensors: readonly (TensorInfo | undefined)[]
): boolean {
  return tensors.every(
    (t) => t === undefined || t.dtype === 'float32' || (orBool && t.dtype === 'bool'),
  );
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i]!;
  return size;
}

/**
 * Chunks for `units` of work of `cost` multiply-adds (or floats moved) in all: enough for threads to
 * share evenly, none so small that handing it out costs more than doing it. Never from the thread
 * count, so that results do not depend on it.
 */
export function chunksFor(units: number, cost: number): number {
  return Math.max(1, Math.min(units, 32, Math.floor(cost / 16384)));
}

/**
 * Room for commands between others: `use` sends those that work in it. It is given back at the end, also if
 * `use` throws because memory is full.
 */
export function withRoom(
  { arena, commands }: CnnkitBackend,
  bytes: number,
  use: (block: number) => void,
): void {
  const block = arena.take(bytes);
  try {
    use(block);
  } finally {
    arena.release(block, bytes, commands.head);
  }
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}
