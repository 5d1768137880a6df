import type { Callback, Logs, TrainingContext } from '../callback.js';
import { pythonFloat } from '../internal/python-format.js';

/** Options of {@link LearningRateScheduler}. */
export interface LearningRateSchedulerOptions {
  /** Told of each rate, in Keras's words. Default: nobody. */
  readonly onMessage?: (message: string) => void;
}

/**
 * Sets the learning rate at the start of each epoch, and logs `learning_rate` at its end.
 *
 * For a rate that changes at every step, give the optimizer a schedule instead.
 *
 * @example
 * ```ts
 * new LearningRateScheduler((epoch, rate) => (epoch < 10 ? rate : rate * 0.9));
 * ```
 */
export class LearningRateScheduler implements Callback {
  readonly #schedule: (epoch: number, learningRate: number) => number;
  readonly #options: LearningRateSchedulerOptions;
  #context: TrainingContext | undefined;

  /** @param schedule - gets the epoch, from 0, and the current rate; returns the rate to use */
  constructor(
    schedule: (epoch: number, learningRate: number) => number,
    options: LearningRateSchedulerOptions = {},
  ) {
    this.#schedule = schedule;
    this.#options = options;
  }

  setContext(context: TrainingContext): void {
    this.#context = context;
  }

  onEpochBegin(epoch: number): void {
    const context = this.#context as TrainingContext;
    const rate = this.#schedule(epoch, context.learningRate);
    if (typeof rate !== 'number' || Number.isNaN(rate)) {
      throw new TypeError(
        `LearningRateScheduler: schedule must return a number; received ${String(rate)} for epoch ${epoch}.`,
      );
    }
    context.learningRate = rate;
    this.#options.onMessage?.(
      `\nEpoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${pythonFloat(rate)}.`,
    );
  }

  onEpochEnd(_epoch: number, logs: Logs): void {
    logs.learning_rate = (this.#context as TrainingContext).learningRate;
  }
}
