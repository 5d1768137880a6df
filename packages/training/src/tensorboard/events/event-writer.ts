import { type Clock, systemClock } from './clock.js';
import {
  type EventInit,
  encodeEvent,
  fileVersionEvent,
  type SummaryValue,
  summaryEvent,
} from './event.js';
import { EventFileError } from './event-file-error.js';
import { eventFileName, secondsAfter } from './event-file-name.js';
import type { LogFile, LogFolder } from './log-folder.js';
import { concat } from './memory-logs.js';

/** Settings of an {@link EventWriter}. */
export interface EventWriterOptions {
  /** The longest an event waits in memory. Default 120000, as in TensorFlow. */
  readonly flushMs?: number;
  /** The most events that wait in memory. Default 10, as in TensorFlow. */
  readonly maxQueue?: number;
  /** Ends the file's name. Default `.v2`, as in TensorFlow 2. */
  readonly suffix?: string;
  /** Default the platform's. */
  readonly clock?: Clock;
}

/** Big events (images, embeddings) do not wait for their number. */
const MAX_QUEUED_BYTES = 1 << 20;

/**
 * Writes one event file. Events are encoded when they are handed in and reach the file in that
 * order, whole groups of them in one append, so a process killed at any moment leaves a file that
 * TensorBoard reads up to a cut tail.
 *
 * After a failed append the file may end in the middle of a record, so nothing more is written to
 * it: every later call is rejected with the same {@link EventFileError}.
 *
 * @example
 * ```ts
 * const writer = await EventWriter.open(memoryLogs(), 'train');
 * await writer.write(0, [scalarSummary('loss', 0.5)]);
 * await writer.close();
 * ```
 */
export class EventWriter {
  /** The file, relative to its log folder. */
  readonly path: string;
  readonly #file: LogFile;
  readonly #options: Required<EventWriterOptions>;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #lastAppend: Promise<void> = Promise.resolve();
  #failure: EventFileError | undefined;
  #cancelTimer: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  private constructor(path: string, file: LogFile, options: Required<EventWriterOptions>) {
    this.path = path;
    this.#file = file;
    this.#options = options;
  }

  /**
   * Makes a new event file in `folder` and writes its first event. An old file is never taken up
   * again: its end may be cut.
   *
   * @param folder where the log lies
   * @param run the run's sub folder, as `train`; `''` for the folder itself
   * @throws EventFileError with code `open-failed`
   */
  static async open(
    folder: LogFolder,
    run = '',
    options: EventWriterOptions = {},
  ): Promise<EventWriter> {
    const { flushMs = 120_000, maxQueue = 10, suffix = '.v2', clock = systemClock } = options;
    if (!(flushMs > 0) || !(maxQueue >= 1)) {
      throw new RangeError(
        `EventWriter.open: flushMs must be above 0 and maxQueue at least 1; received ${flushMs} and ${maxQueue}.`,
      );
    }
    let path = run;
    try {
      const seconds = secondsAfter(await folder.list(run), clock.now() / 1000);
      const { host, processId } = folder;
      let file: LogFile | undefined;
      for (let uid = 0; !file; uid++) {
        const name = eventFileName({ seconds, host, processId, uid, suffix });
        path = run === '' ? name : `${run}/${name}`;
        file = await folder.create(path);
      }
      await file.append(encodeEvent(fileVersionEvent(clock.now() / 1000)));
      return new EventWriter(path, file, { flushMs, maxQueue, suffix, clock });
    } catch (cause) {
      const message = `EventWriter.open: cannot write to ${path || 'the log folder'}: ${messageOf(cause)}`;
      throw new EventFileError('open-failed', path, message, cause);
    }
  }

  /**
   * Adds summaries of one step, stamped with the present time. The promise resolves at once while
   * there is room to wait in memory, else when the file has taken what waits: await it, and a slow
   * disk slows the caller instead of filling memory.
   *
   * @param step epoch, batch or any other whole number from 0 on
   */
  async write(step: number, values: readonly SummaryValue[]): Promise<void> {
    await this.writeEvent(summaryEvent(step, values, this.#options.clock.now() / 1000));
  }

  /** Adds any event as it is, its time included. See {@link EventWriter.write}. */
  async writeEvent(event: EventInit): Promise<void> {
    this.#check();
    const record = encodeEvent(event);
    this.#queue.push(record);
    this.#queuedBytes += record.length;
    const { maxQueue, flushMs, clock } = this.#options;
    if (this.#queue.length >= maxQueue || this.#queuedBytes >= MAX_QUEUED_BYTES) {
      await this.flush();
    } else {
      // A failure is kept and told by the next call.
      this.#cancelTimer ??= clock.after(flushMs, () => void this.#append().catch(() => {}));
    }
  }

  /** Resolves when all that was written so far is in the file. */
  async flush(): Promise<void> {
    if (this.#failure) throw this.#failure;
    await this.#append();
  }

  /** Flushes and closes the file. A second call does nothing new. */
  close(): Promise<void> {
    this.#closing ??= this.#append().finally(() => this.#file.close());
    return this.#closing;
  }

  async #append(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const bytes = concat(this.#queue);
    this.#queue = [];
    this.#queuedBytes = 0;
    const append = this.#lastAppend.then(() => {
      if (this.#failure) throw this.#failure;
      return bytes.length > 0 ? this.#file.append(bytes) : undefined;
    });
    this.#lastAppend = append.catch((cause) => {
      const message = `EventWriter: cannot write ${this.path}: ${messageOf(cause)}. The log ends here; open a new one.`;
      this.#failure ??= new EventFileError('write-failed', this.path, message, cause);
    });
    await this.#lastAppend;
    if (this.#failure) throw this.#failure;
  }

  #check(): void {
    if (this.#failure) throw this.#failure;
    if (this.#closing) {
      const message = `EventWriter: ${this.path} is closed. Open a new file for what comes now.`;
      throw new EventFileError('closed', this.path, message);
    }
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
