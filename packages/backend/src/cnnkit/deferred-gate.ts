import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { CnnkitBackend } from './backend.js';
import { sendPartialSums } from './kernels/fold.js';
import { chunksFor } from './kernels/kernel.js';
import { Binary, Op } from './opcodes.js';
import type { Deferred, Storage } from './storage.js';

/** Where relu's gradient is taken along: what relu gave, and where its columns' sums go (0 for nowhere). */
export interface Gate {
  readonly of: Storage;
  readonly sums: number;
}

/** A gradient that can be computed together with relu's. */
export interface Gateable extends Deferred {
  /**
   * Sends the commands that compute it where `gate.of` is positive, and its columns' sums.
   *
   * @returns false, with nothing sent, where no kernel does both at once.
   */
  computeGated(block: number, gate: Gate): boolean;
}

function isGateable(deferred: Deferred | undefined): deferred is Gateable {
  return deferred !== undefined && 'computeGated' in deferred;
}

/**
 * `dy * step(y)`, relu's gradient, which waits to be told whether the sums of its columns are wanted too:
 * they are the gradient of a bias, which tfjs asks for before anybody reads the rest. Where dy waits as
 * well, and for a kernel that can, all are computed at once and dy itself never exists.
 */
export class DeferredGate implements Deferred {
  readonly #backend: CnnkitBackend;
  readonly dy: Storage;
  readonly of: Storage;
  readonly columns: number;

  constructor(backend: CnnkitBackend, dy: Storage, of: Storage, columns: number) {
    this.#backend = backend;
    this.dy = dy.retain();
    this.of = of.retain();
    this.columns = columns;
  }

  compute(block: number): void {
    if (this.#along(block, 0)) return;
    const n = this.dy.size;
    const from = [this.dy.block(), this.of.block()];
    const ints = [...from, block, Binary.stepGrad, n, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0];
    this.#backend.commands.send(Op.binary, chunksFor(n >> 10, n), ints);
  }

  /** The same, and the sums of the columns into `sums`. */
  computeWithSums(block: number, sums: number): void {
    if (this.#along(block, sums)) return;
    const rows = this.dy.size / this.columns;
    // From the shape alone: partial sums decide the bits.
    const parts = Math.max(1, Math.min(32, rows >> 5));
    const from = [this.dy.block(), this.of.block()];
    const span = { outer: 1, reduced: parts, inner: this.columns };
    const chunks = chunksFor(parts, this.dy.size);
    sendPartialSums(this.#backend, span, sums, (partial) => {
      const ints = [...from, block, partial, rows, this.columns, parts];
      this.#backend.commands.send(Op.gateSum, chunks, ints);
    });
  }

  #along(block: number, sums: number): boolean {
    const { deferred } = this.dy;
    return isGateable(deferred) && deferred.computeGated(block, { of: this.of, sums });
  }

  release(): void {
    this.dy.release();
    this.of.release();
  }
}

/** relu's gradient, to be computed when somebody reads it or its sums. */
export function deferGate(backend: CnnkitBackend, dy: TensorInfo, of: Storage): TensorInfo {
  const columns = dy.shape.at(-1) ?? 1;
  return backend.deferredOutput(
    dy.shape,
    new DeferredGate(backend, backend.storageOf(dy), of, columns),
  );
}

/** What waits for relu's gradient over so many columns, if `storage` does. */
export function gateOf(storage: Storage, columns: number): DeferredGate | undefined {
  const { deferred } = storage;
  return deferred instanceof DeferredGate && deferred.columns === columns ? deferred : undefined;
}
