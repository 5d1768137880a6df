import type { Callback, Logs, TrainingContext } from '../callback.js';
import { pythonFloat } from '../internal/python-format.js';

/** Options of {@link TerminateOnNaN}. */
export interface TerminateOnNaNOptions {
  /** Reject the run instead of ending it. Default: false. */
  readonly raiseError?: boolean;
  /** Told of the batch, in Keras's words. Default: nobody. */
  readonly onMessage?: (message: string) => void;
}

/** Ends a run whose loss is NaN or infinite. Reads the loss of every batch, so the device waits for it. */
export class TerminateOnNaN implements Callback {
  readonly #options: TerminateOnNaNOptions;
  #context: TrainingContext | undefined;

  constructor(options: TerminateOnNaNOptions = {}) {
    this.#options = options;
  }

  setContext(context: TrainingContext): void {
    this.#context = context;
  }

  onTrainBatchEnd(batch: number, logs: Logs): void {
    const { loss } = logs;
    if (loss === undefined || Number.isFinite(loss)) return;
    if (this.#options.raiseError) {
      throw new RangeError(
        `NaN or Inf loss encountered at batch ${batch}. Loss value: ${pythonFloat(loss)}. Terminating training immediately.`,
      );
    }
    this.#options.onMessage?.(`Batch ${batch}: Invalid loss, terminating training`);
    (this.#context as TrainingContext).stopTraining = true;
  }
}
