import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Logs } from '../callback.js';

/** How many steps may be under way before their values are read: bounds what the device queues. */
const LARGEST_BACKLOG = 16;

/**
 * Means over the samples of an epoch so far, from each batch's means. Values stay on the device
 * until someone asks, and are then read all at once: reading waits for the device.
 */
export class RunningMeans {
  readonly #names: readonly string[];
  readonly #sums: Float64Array;
  #samples = 0;
  #pending: { values: Scalar[]; samples: number }[] = [];

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#sums = new Float64Array(names.length);
  }

  /** Takes over `values` (one for each name, means over `samples`) and disposes them when read. */
  add(values: Scalar[], samples: number): void {
    this.#pending.push({ values, samples });
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
        this.#samples += samples;
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
    if (this.#samples === 0) return {};
    const entries = this.#names.map((name, i): [string, number] => [
      name,
      (this.#sums[i] as number) / this.#samples,
    ]);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }

  /** Plain numbers to go on from later; flush first. */
  snapshot(): { samples: number; sums: number[] } {
    return { samples: this.#samples, sums: [...this.#sums] };
  }

  restore({ samples, sums }: { samples: number; sums: readonly number[] }): void {
    this.#samples = samples;
    this.#sums.set(sums);
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
