import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Logs } from '../callback.js';

/** How many steps may be under way before their values are read: bounds what the device queues. */
const LARGEST_BACKLOG = 16;

/** The state of {@link RunningMeans} as plain numbers, one of each for each name. */
export interface MeansSnapshot {
  readonly sums: readonly number[];
  readonly counts: readonly number[];
}

/**
 * Means over the samples of an epoch so far, from each batch's means. Values stay on the device
 * until someone asks, and are then read all at once: reading waits for the device.
 */
export class RunningMeans {
  readonly #names: readonly string[];
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;
  #pending: { values: Scalar[]; samples: number }[] = [];

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#sums = new Float64Array(names.length);
    this.#counts = new Float64Array(names.length);
  }

  /**
   * Takes over `values` and disposes them when read.
   *
   * @param values - for each name a sum over `samples`, divided by their number
   * @param counts - for each name what the batch adds to the divisor of the mean: the number of
   *   samples, or their weights
   */
  add(values: Scalar[], samples: number, counts: readonly number[]): void {
    this.#pending.push({ values, samples });
    counts.forEach((count, i) => {
      this.#counts[i] = (this.#counts[i] as number) + count;
    });
  }

  get full(): boolean {
    return this.#pending.length >= LARGEST_BACKLOG;
  }

  /** Reads what is pending. */
  async flush(): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    if (pending.length === 0) return;
    const all = pending.flatMap(({ values }) => values);
    try {
      const numbers = await readScalars(all);
      let at = 0;
      for (const { samples } of pending) {
        for (let i = 0; i < this.#sums.length; i++) {
          this.#sums[i] = (this.#sums[i] as number) + samples * (numbers[at++] as number);
        }
      }
    } finally {
      tf.dispose(all);
    }
  }

  /** The means of what was flushed; sorted by name, as Keras logs them. */
  logs(): Logs {
    // The loss comes first and counts samples.
    if (this.#counts[0] === 0) return {};
    const entries = this.#names.map((name, i): [string, number] => {
      const count = this.#counts[i] as number;
      // Keras's mean of what has no weight is 0.
      return [name, count === 0 ? 0 : (this.#sums[i] as number) / count];
    });
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }

  /** Plain numbers to go on from later; flush first. */
  snapshot(): MeansSnapshot {
    return { sums: [...this.#sums], counts: [...this.#counts] };
  }

  restore({ sums, counts }: MeansSnapshot): void {
    this.#sums.set(sums);
    this.#counts.set(counts);
  }

  dispose(): void {
    for (const { values } of this.#pending) tf.dispose(values);
    this.#pending = [];
  }
}

async function readScalars(scalars: Scalar[]): Promise<ArrayLike<number>> {
  const [only] = scalars;
  if (scalars.length === 1 && only !== undefined) return only.data();
  const stacked = tf.stack(scalars);
  try {
    return await stacked.data();
  } finally {
    stacked.dispose();
  }
}
