import type { Callback, CallbackState, Logs, TrainingContext } from '../callback.js';
import { pythonFloat } from '../internal/python-format.js';
import { Monitor, type MonitorMode, type WarningHandler } from './monitor.js';

/** Options of {@link ReduceLROnPlateau}, with Keras's defaults. */
export interface ReduceLROnPlateauOptions {
  /** Key of the logs to watch. Default: 'val_loss'. */
  readonly monitor?: string;
  /** What the rate is multiplied by, below 1. Default: 0.1. */
  readonly factor?: number;
  /** Epochs without improvement before the rate falls. Default: 10. */
  readonly patience?: number;
  /** Default: 'auto'. */
  readonly mode?: MonitorMode;
  /** What a change must exceed to be an improvement. Default: 0.0001. */
  readonly minDelta?: number;
  /** Epochs to wait after a reduction. Default: 0. */
  readonly cooldown?: number;
  /** The rate never falls below it. Default: 0. */
  readonly minLr?: number;
  /** Told of each reduction, in Keras's words. Default: nobody. */
  readonly onMessage?: (message: string) => void;
  /** Told that the key is not in the logs. Default: nobody. */
  readonly onWarning?: WarningHandler;
}

/** Lowers the learning rate when the monitored value no longer improves, and logs `learning_rate`. */
export class ReduceLROnPlateau implements Callback {
  readonly #options: ReduceLROnPlateauOptions;
  readonly #monitor: Monitor;
  #context: TrainingContext | undefined;
  #wait = 0;
  #cooldownCounter = 0;
  #best: number | null = null;

  constructor(options: ReduceLROnPlateauOptions = {}) {
    const { monitor = 'val_loss', mode = 'auto', minDelta = 1e-4, factor = 0.1 } = options;
    const { onWarning = () => {} } = options;
    if (!(factor < 1)) {
      throw new RangeError(
        `ReduceLROnPlateau: factor must be below 1.0; received ${pythonFloat(factor)}.`,
      );
    }
    this.#options = options;
    this.#monitor = new Monitor('ReduceLROnPlateau', monitor, mode, minDelta, onWarning);
  }

  get wait(): number {
    return this.#wait;
  }
  get cooldownCounter(): number {
    return this.#cooldownCounter;
  }
  get best(): number | null {
    return this.#best;
  }

  setContext(context: TrainingContext): void {
    this.#context = context;
  }

  onTrainBegin(): void {
    this.#best = null;
    this.#cooldownCounter = 0;
    this.#wait = 0;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    const context = this.#context as TrainingContext;
    const { patience = 10, onWarning } = this.#options;
    this.#monitor.resolve(context.model);
    logs.learning_rate = context.learningRate;
    const current = this.#monitor.value(logs);
    if (current === undefined) {
      onWarning?.(
        `Learning rate reduction is conditioned on metric \`${this.#monitor.key}\` which is not available. ` +
          `Available metrics are: ${Object.keys(logs).join(',')}.`,
      );
      return;
    }
    if (this.#cooldownCounter > 0) {
      this.#cooldownCounter--;
      this.#wait = 0;
    }
    if (this.#monitor.improves(current, this.#best)) {
      this.#best = current;
      this.#wait = 0;
    } else if (this.#cooldownCounter <= 0) {
      this.#wait++;
      if (this.#wait >= patience) this.#reduce(epoch, context);
    }
  }

  getState(): CallbackState {
    return { data: [this.#wait, this.#cooldownCounter, this.#best] };
  }

  setState({ data }: CallbackState): void {
    [this.#wait, this.#cooldownCounter, this.#best] = data as [number, number, number | null];
  }

  #reduce(epoch: number, context: TrainingContext): void {
    const { factor = 0.1, minLr = 0, cooldown = 0, onMessage } = this.#options;
    const old = context.learningRate;
    if (!(old > Math.fround(minLr))) return;
    const reduced = Math.max(old * factor, minLr);
    context.learningRate = reduced;
    this.#cooldownCounter = cooldown;
    this.#wait = 0;
    onMessage?.(
      `\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${pythonFloat(reduced)}.`,
    );
  }
}
