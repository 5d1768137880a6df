import type { SummaryValue } from '../events/event.js';
import { EventWriter, type EventWriterOptions } from '../events/event-writer.js';
import type { LogFolder } from '../events/log-folder.js';

/** The sub folders Keras gives a run's two halves; TensorBoard shows each as a run. */
export type Half = 'train' | 'validation';

/** The event files of one run, each opened by its first summary and not before. */
export class RunWriters {
  readonly #folder: LogFolder;
  readonly #options: EventWriterOptions;
  readonly #writers: Map<Half, Promise<EventWriter>> = new Map();

  constructor(folder: LogFolder, options: EventWriterOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  async write(half: Half, step: number, values: readonly SummaryValue[]): Promise<void> {
    let writer = this.#writers.get(half);
    if (!writer) {
      writer = EventWriter.open(this.#folder, half, this.#options);
      this.#writers.set(half, writer);
    }
    const open = await writer;
    // One event a summary, as TensorFlow writes them.
    for (const value of values) await open.write(step, [value]);
  }

  async flush(): Promise<void> {
    for (const writer of this.#writers.values()) await (await writer).flush();
  }

  /** Closes all files, also when one of them fails, and then tells the first failure. */
  async close(): Promise<void> {
    const writers = [...this.#writers.values()];
    this.#writers.clear();
    const closed = await Promise.allSettled(writers.map(async (writer) => (await writer).close()));
    for (const result of closed) if (result.status === 'rejected') throw result.reason;
  }
}
