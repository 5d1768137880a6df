import type { Callback, Logs, TrainingContext } from '../callback.js';

/**
 * Runs the hooks of several callbacks in their order, each awaited before the next. All share one
 * `logs` object, so what one adds (a learning rate, say) the later ones see, as in Keras.
 */
export class CallbackList {
  readonly #callbacks: readonly Callback[];

  constructor(callbacks: readonly Callback[], context: TrainingContext) {
    this.#callbacks = callbacks;
    for (const callback of callbacks) callback.setContext?.(context);
  }

  needsBatchLogs(batch: number): boolean {
    return this.#callbacks.some(
      (callback) =>
        callback.onTrainBatchEnd !== undefined && (callback.needsBatchLogs?.(batch) ?? true),
    );
  }

  async onTrainBegin(logs: Logs = {}): Promise<void> {
    for (const callback of this.#callbacks) await callback.onTrainBegin?.(logs);
  }

  async onTrainEnd(logs: Logs): Promise<void> {
    for (const callback of this.#callbacks) await callback.onTrainEnd?.(logs);
  }

  async onEpochBegin(epoch: number, logs: Logs = {}): Promise<void> {
    for (const callback of this.#callbacks) await callback.onEpochBegin?.(epoch, logs);
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    for (const callback of this.#callbacks) await callback.onEpochEnd?.(epoch, logs);
  }

  // The hooks of batches await only what is a promise: an `await` of nothing costs a turn of the
  // microtask queue, and there may be thousands of batches with none.
  async onTrainBatchBegin(batch: number): Promise<void> {
    for (const callback of this.#callbacks) {
      const waiting = callback.onTrainBatchBegin?.(batch, {});
      if (waiting !== undefined) await waiting;
    }
  }

  async onTrainBatchEnd(batch: number, logs: Logs): Promise<void> {
    for (const callback of this.#callbacks) {
      const waiting = callback.onTrainBatchEnd?.(batch, logs);
      if (waiting !== undefined) await waiting;
    }
  }

  async onTestBegin(logs: Logs = {}): Promise<void> {
    for (const callback of this.#callbacks) await callback.onTestBegin?.(logs);
  }

  async onTestEnd(logs: Logs): Promise<void> {
    for (const callback of this.#callbacks) await callback.onTestEnd?.(logs);
  }
}
