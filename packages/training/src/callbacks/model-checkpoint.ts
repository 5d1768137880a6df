import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Callback, CallbackState, Logs, TrainingContext } from '../callback.js';
import { pythonFixed, pythonTemplate } from '../internal/python-format.js';
import { Monitor, type MonitorMode, type WarningHandler } from './monitor.js';

/** Options of {@link ModelCheckpoint}, with Keras's defaults. */
export interface ModelCheckpointOptions {
  /**
   * Writes the model to `path`. In Node `@cnnkit/training/node` has a `modelCheckpoint` that
   * brings its own; in a browser `(model, path) => model.save('indexeddb://' + path)` will do.
   */
  readonly save: (model: LayersModel, path: string) => Promise<unknown>;
  /** Key of the logs to watch. Default: 'val_loss'. */
  readonly monitor?: string;
  /** Save only what is better than all before. Default: false. */
  readonly saveBestOnly?: boolean;
  /** Default: 'auto'. */
  readonly mode?: MonitorMode;
  /** At the end of each epoch, or every so many batches. Default: 'epoch'. */
  readonly saveFreq?: 'epoch' | number;
  /** The first value must beat it. Default: none. */
  readonly initialValueThreshold?: number | null;
  /** Told what was saved and why, in Keras's words. Default: nobody. */
  readonly onMessage?: (message: string) => void;
  /** Told that the key is not in the logs. Default: nobody. */
  readonly onWarning?: WarningHandler;
}

/**
 * Saves the model as it trains, under names such as `{epoch:02d}-{val_loss:.2f}` (epoch and batch
 * from 1, everything in the logs by its key), as Keras's callback of that name does. Unlike Keras's
 * it can watch for the best between the ends of epochs from the start.
 */
export class ModelCheckpoint implements Callback {
  readonly #path: string;
  readonly #options: ModelCheckpointOptions;
  readonly #monitor: Monitor;
  #context: TrainingContext | undefined;
  #best: number | null;
  #epoch = 0;
  #sinceSaving = 0;

  /** @throws RangeError for a `saveFreq` that is neither 'epoch' nor a whole number from 1 */
  constructor(path: string, options: ModelCheckpointOptions) {
    const { monitor = 'val_loss', mode = 'auto', saveFreq = 'epoch', onWarning } = options;
    if (saveFreq !== 'epoch' && !(Number.isInteger(saveFreq) && saveFreq >= 1)) {
      throw new RangeError(
        `ModelCheckpoint: saveFreq must be 'epoch' or a whole number of at least 1; received ${String(saveFreq)}.`,
      );
    }
    this.#path = path;
    this.#options = options;
    this.#best = options.initialValueThreshold ?? null;
    this.#monitor = new Monitor('ModelCheckpoint', monitor, mode, 0, onWarning ?? (() => {}));
  }

  /** The best value so far; null before the first. */
  get best(): number | null {
    return this.#best;
  }

  setContext(context: TrainingContext): void {
    this.#context = context;
  }

  onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  needsBatchLogs(): boolean {
    const { saveFreq = 'epoch' } = this.#options;
    return saveFreq !== 'epoch' && this.#sinceSaving + 1 >= saveFreq;
  }

  async onTrainBatchEnd(batch: number, logs: Logs): Promise<void> {
    const { saveFreq = 'epoch' } = this.#options;
    if (saveFreq === 'epoch') return;
    this.#sinceSaving++;
    if (this.#sinceSaving < saveFreq) return;
    this.#sinceSaving = 0;
    await this.#consider(this.#epoch, { batch: batch + 1, ...logs });
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { saveFreq = 'epoch' } = this.#options;
    if (saveFreq === 'epoch') await this.#consider(epoch, logs);
  }

  getState(): CallbackState {
    return { data: [this.#best, this.#sinceSaving] };
  }

  setState({ data }: CallbackState): void {
    [this.#best, this.#sinceSaving] = data as [number | null, number];
  }

  async #consider(epoch: number, logs: Logs): Promise<void> {
    const { model } = this.#context as TrainingContext;
    const { save, onMessage } = this.#options;
    const path = pythonTemplate(this.#path, { ...logs, epoch: epoch + 1 });
    if (!this.#shouldSave(epoch, logs, path)) return;
    await save(model, path);
    onMessage?.(`\nEpoch ${epoch + 1}: finished saving model to ${path}`);
  }

  #shouldSave(epoch: number, logs: Logs, path: string): boolean {
    const { saveBestOnly = false, onMessage, onWarning } = this.#options;
    if (!saveBestOnly) {
      onMessage?.(`\nEpoch ${epoch + 1}: saving model to ${path}`);
      return true;
    }
    this.#monitor.resolve((this.#context as TrainingContext).model);
    const { key } = this.#monitor;
    const current = this.#monitor.value(logs);
    if (current === undefined) {
      onWarning?.(`Can save best model only with ${key} available.`);
      return true;
    }
    const before = this.#best === null ? 'None' : pythonFixed(this.#best, 5);
    if (!this.#monitor.improves(current, this.#best)) {
      onMessage?.(`\nEpoch ${epoch + 1}: ${key} did not improve from ${before}`);
      return false;
    }
    this.#best = current;
    onMessage?.(
      `\nEpoch ${epoch + 1}: ${key} improved from ${before} to ${pythonFixed(current, 5)}, saving model to ${path}`,
    );
    return true;
  }
}
