import type { Callback, Logs, TrainingContext } from '../../callback.js';
import { type Clock, systemClock } from '../events/clock.js';
import type { SummaryValue } from '../events/event.js';
import type { LogFolder } from '../events/log-folder.js';
import { kerasGraphSummary } from '../payloads/keras-graph.js';
import { scalarSummary } from '../payloads/scalar.js';
import { activationSummaries, gradientSummaries, type Probe } from './probe-summaries.js';
import { type Half, RunWriters } from './run-writers.js';
import { weightSummaries } from './weight-summaries.js';

/** Settings of {@link TensorBoard}; names and defaults are those of Keras's callback. */
export interface TensorBoardOptions {
  /** Writes the model for the Graphs page. Default true. */
  readonly writeGraph?: boolean;
  /**
   * How often `batch_*` scalars are written: `'epoch'` (default) never, `'batch'` at every batch,
   * a number n at every n-th.
   */
  readonly updateFreq?: 'epoch' | 'batch' | number;
  /** Writes histograms at every n-th epoch, the first included. Default 0, never. */
  readonly histogramFreq?: number;
  /** With the histograms, writes weights as pictures. Default false. */
  readonly writeImages?: boolean;
  /**
   * With the histograms of weights, writes those of the layers' activations on `probe.xs` and, if
   * `probe.ys` is there, of the gradients. Keras's callback has no such thing.
   */
  readonly probe?: Probe;
  /** Writes `epoch_steps_per_second`, and `batch_steps_per_second` with `updateFreq`. Default false. */
  readonly writeStepsPerSecond?: boolean;
  /** The longest an event waits in memory. Default 120000. */
  readonly flushMs?: number;
  /** The most events that wait in memory, for each of the two files. Default 10. */
  readonly maxQueue?: number;
  /** Default the platform's. */
  readonly clock?: Clock;
}

/**
 * Writes a training run as event files for TensorBoard, with the tags, steps and folders of
 * Keras's callback of the same name:
 *
 * - `train/`: the model; per epoch (from 0) `epoch_loss`, `epoch_<metric>`, `epoch_learning_rate`;
 *   per batch (from 1, over all epochs) `batch_<log>`
 * - `validation/`: per epoch `epoch_loss`, `epoch_<metric>`; per evaluation
 *   `evaluation_<log>_vs_iterations`, at the number of batches trained so far
 * - `train/`, with `histogramFreq`: `<weight>/histogram`, `<weight>/image`,
 *   `<layer>/activation/histogram`, `<weight>/gradient/histogram`
 *
 * Each run opens new files, so a run that is taken up again stands behind the old one. If the log
 * cannot be written, the hook rejects with an `EventFileError`, and so does `fit`.
 *
 * Unlike Keras 3, `updateFreq: n` writes every epoch's values, not only those of epochs whose
 * number of batches n divides; and batch steps of a resumed run go on where it stopped.
 *
 * @example
 * ```ts
 * const callbacks = [new TensorBoard(nodeLogs('logs/run-1'), { updateFreq: 'batch' })];
 * ```
 */
export class TensorBoard implements Callback {
  readonly #options: TensorBoardOptions;
  readonly #clock: Clock;
  readonly #every: number;
  readonly #writers: RunWriters;
  #context: TrainingContext | undefined;
  #training = false;
  #epoch = 0;
  #batches = 0;
  #epochBatches = 0;
  #epochBeganMs = 0;
  #batchBeganMs = 0;

  /**
   * @param folder where the log goes: `nodeLogs(dir)` of `@cnnkit/training/tensorboard/node`,
   * `memoryLogs()`, or your own
   * @throws RangeError if an option is out of range
   */
  constructor(folder: LogFolder, options: TensorBoardOptions = {}) {
    const { updateFreq = 'epoch', histogramFreq = 0, clock = systemClock } = options;
    if (!Number.isSafeInteger(histogramFreq) || histogramFreq < 0) {
      throw new RangeError(
        `TensorBoard: histogramFreq must be a whole number of epochs, 0 for never; received ${histogramFreq}.`,
      );
    }
    this.#options = options;
    this.#clock = clock;
    this.#every = batchesBetween(updateFreq);
    this.#writers = new RunWriters(folder, options);
  }

  setContext(context: TrainingContext): void {
    this.#context = context;
  }

  async onTrainBegin(): Promise<void> {
    await this.close();
    this.#training = true;
    this.#batches = 0;
    const { writeGraph = true } = this.#options;
    if (writeGraph && this.#context) {
      await this.#write('train', 0, [kerasGraphSummary(this.#context.model)]);
    }
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
    this.#epochBatches = 0;
    this.#epochBeganMs = this.#clock.now();
  }

  onTrainBatchBegin(): void {
    this.#batchBeganMs = this.#clock.now();
  }

  /** Only the batches that are written; the device need not stop for the others. */
  needsBatchLogs(batch: number): boolean {
    return this.#step(batch) % this.#every === 0;
  }

  // Not async: of most batches nothing is written, and a promise for each would cost time.
  onTrainBatchEnd(batch: number, logs: Logs): void | Promise<void> {
    this.#batches = this.#step(batch);
    this.#epochBatches += 1;
    if (this.#batches % this.#every !== 0) return;
    const values = scalars(logs, (name) => `batch_${name}`);
    if (this.#options.writeStepsPerSecond) {
      const rate = perSecond(1, this.#clock.now() - this.#batchBeganMs);
      values.unshift(scalarSummary('batch_steps_per_second', rate));
    }
    return this.#write('train', this.#batches, values);
  }

  async onTestEnd(logs: Logs): Promise<void> {
    const values = scalars(logs, (name) => `evaluation_${name}_vs_iterations`);
    await this.#write('validation', this.#iterations(), values);
    // An evaluation of its own has no end of training that would close its file.
    if (!this.#training) await this.close();
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const train: Logs = {};
    const validation: Logs = {};
    for (const [name, value] of Object.entries(logs)) {
      if (name.startsWith('val_')) validation[name.slice(4)] = value;
      else train[name] = value;
    }
    delete train.learning_rate;
    const values = scalars(train, epochTag);
    if (this.#context) {
      values.push(scalarSummary('epoch_learning_rate', this.#context.learningRate));
    }
    if (this.#options.writeStepsPerSecond) {
      const rate = perSecond(this.#epochBatches, this.#clock.now() - this.#epochBeganMs);
      values.push(scalarSummary('epoch_steps_per_second', rate));
    }
    await this.#write('train', epoch, values);
    await this.#write('validation', epoch, scalars(validation, epochTag));
    const { histogramFreq = 0 } = this.#options;
    if (histogramFreq > 0 && epoch % histogramFreq === 0) await this.#writeHistograms(epoch);
  }

  async onTrainEnd(): Promise<void> {
    this.#training = false;
    await this.close();
  }

  /** Writes what waits and closes the files; `fit` need not be over. A later hook opens new ones. */
  close(): Promise<void> {
    return this.#writers.close();
  }

  /** From 1, over all epochs, those before a resumed run included. */
  #step(batch: number): number {
    return this.#epoch * (this.#context?.params.steps ?? 0) + batch + 1;
  }

  async #writeHistograms(epoch: number): Promise<void> {
    const model = this.#context?.model;
    if (!model) return;
    const { writeImages = false, probe } = this.#options;
    await this.#write('train', epoch, await weightSummaries(model, { images: writeImages }));
    if (probe) {
      await this.#write('train', epoch, await activationSummaries(model, probe.xs));
      if (probe.ys) {
        const { xs, ys, loss } = probe;
        await this.#write('train', epoch, await gradientSummaries(model, xs, ys, loss));
      }
    }
    await this.#writers.flush();
  }

  #write(half: Half, step: number, values: readonly SummaryValue[]): Promise<void> {
    return values.length > 0 ? this.#writers.write(half, step, values) : Promise.resolve();
  }

  /** Keras counts in the optimizer, over all calls of fit; so does tfjs, if its optimizer steps. */
  #iterations(): number {
    const counted = this.#context?.model.optimizer?.iterations ?? 0;
    return counted > 0 ? counted : this.#batches;
  }
}

function batchesBetween(updateFreq: 'epoch' | 'batch' | number): number {
  if (updateFreq === 'epoch') return Number.POSITIVE_INFINITY;
  if (updateFreq === 'batch') return 1;
  if (Number.isSafeInteger(updateFreq) && updateFreq >= 1) return updateFreq;
  throw new RangeError(
    `TensorBoard: updateFreq must be 'epoch', 'batch' or a whole number from 1 on; received ${updateFreq}. Leave it out for values per epoch only.`,
  );
}

/** In the order of names, as Keras sorts its logs. */
function scalars(logs: Logs, tag: (name: string) => string): SummaryValue[] {
  const names = Object.keys(logs).sort();
  return names.map((name) => scalarSummary(tag(name), logs[name]!));
}

function epochTag(name: string): string {
  return `epoch_${name}`;
}

/** A clock that has not moved gives 0, not Infinity. */
function perSecond(count: number, elapsedMs: number): number {
  return elapsedMs > 0 ? (count * 1000) / elapsedMs : 0;
}
