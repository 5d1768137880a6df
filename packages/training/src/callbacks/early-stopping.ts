import type { Callback, CallbackState, Logs, TrainingContext } from '../callback.js';
import { KeptWeights } from './kept-weights.js';
import { Monitor, type MonitorMode, type WarningHandler } from './monitor.js';

/** Options of {@link EarlyStopping}, with Keras's defaults. */
export interface EarlyStoppingOptions {
  /** Key of the logs to watch. Default: 'val_loss'. */
  readonly monitor?: string;
  /** What a change must exceed to be an improvement. Default: 0. */
  readonly minDelta?: number;
  /** Epochs without improvement before the run ends. Default: 0. */
  readonly patience?: number;
  /** Default: 'auto'. */
  readonly mode?: MonitorMode;
  /** Waiting starts over only with a value that beats this too. Default: none. */
  readonly baseline?: number | null;
  /** At the end, early or not, put back the weights of the best epoch. Default: false. */
  readonly restoreBestWeights?: boolean;
  /** Epochs before this one neither count nor can be the best. Default: 0. */
  readonly startFromEpoch?: number;
  /** Told which epoch stopped the run and which was restored, in Keras's words. Default: nobody. */
  readonly onMessage?: (message: string) => void;
  /** Told that the key is not in the logs. Default: nobody. */
  readonly onWarning?: WarningHandler;
}

/**
 * Ends a run whose monitored value no longer improves, as Keras's callback of that name does.
 * tfjs's own can neither restore weights nor watch anything but `acc` upwards by itself.
 *
 * @example
 * ```ts
 * const stopping = new EarlyStopping({ patience: 3, restoreBestWeights: true });
 * await fit(model, train, { epochs: 100, validationSplit: 0.1, callbacks: [stopping] });
 * stopping.bestEpoch;
 * ```
 */
export class EarlyStopping implements Callback {
  readonly #options: EarlyStoppingOptions;
  readonly #monitor: Monitor;
  readonly #kept = new KeptWeights();
  #context: TrainingContext | undefined;
  #wait = 0;
  #stoppedEpoch = 0;
  #best: number | null = null;
  #bestEpoch = 0;

  constructor(options: EarlyStoppingOptions = {}) {
    const { monitor = 'val_loss', mode = 'auto', minDelta = 0, onWarning = () => {} } = options;
    this.#options = options;
    this.#monitor = new Monitor('EarlyStopping', monitor, mode, minDelta, onWarning);
  }

  /** Epochs since the last improvement. */
  get wait(): number {
    return this.#wait;
  }
  /** The epoch that ended the run, from 0; 0 if none did. */
  get stoppedEpoch(): number {
    return this.#stoppedEpoch;
  }
  /** The best value so far; null before the first. */
  get best(): number | null {
    return this.#best;
  }
  /** Its epoch, from 0. */
  get bestEpoch(): number {
    return this.#bestEpoch;
  }

  setContext(context: TrainingContext): void {
    this.#context = context;
  }

  onTrainBegin(): void {
    this.#kept.dispose();
    this.#wait = 0;
    this.#stoppedEpoch = 0;
    this.#best = null;
    this.#bestEpoch = 0;
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    const context = this.#context as TrainingContext;
    const { patience = 0, baseline = null, startFromEpoch = 0 } = this.#options;
    const { restoreBestWeights = false } = this.#options;
    this.#monitor.resolve(context.model);
    const current = this.#monitor.value(logs);
    if (current === undefined) this.#warn(logs);
    if (current === undefined || epoch < startFromEpoch) return;
    if (restoreBestWeights && this.#kept.empty) {
      this.#kept.keep(context.model);
      this.#bestEpoch = epoch;
    }
    this.#wait++;
    if (this.#monitor.improves(current, this.#best)) {
      this.#best = current;
      this.#bestEpoch = epoch;
      if (restoreBestWeights) this.#kept.keep(context.model);
      if (baseline === null || this.#monitor.improves(current, baseline)) this.#wait = 0;
      return;
    }
    if (this.#wait >= patience && epoch > 0) {
      this.#stoppedEpoch = epoch;
      context.stopTraining = true;
    }
  }

  onTrainEnd(): void {
    const { onMessage = () => {}, restoreBestWeights = false } = this.#options;
    if (this.#stoppedEpoch > 0) onMessage(`Epoch ${this.#stoppedEpoch + 1}: early stopping`);
    if (!restoreBestWeights || this.#kept.empty) return;
    onMessage(`Restoring model weights from the end of the best epoch: ${this.#bestEpoch + 1}.`);
    this.#kept.restoreTo((this.#context as TrainingContext).model);
    this.#kept.dispose();
  }

  getState(): CallbackState {
    const data = [this.#wait, this.#stoppedEpoch, this.#best, this.#bestEpoch];
    return { data, tensors: this.#kept.weights };
  }

  setState({ data, tensors = [] }: CallbackState): void {
    [this.#wait, this.#stoppedEpoch, this.#best, this.#bestEpoch] = data as [
      number,
      number,
      number | null,
      number,
    ];
    this.#kept.keepAll(tensors);
  }

  #warn(logs: Logs): void {
    this.#options.onWarning?.(
      `Early stopping conditioned on metric \`${this.#monitor.key}\` which is not available. ` +
        `Available metrics are: ${Object.keys(logs).join(',')}`,
    );
  }
}
