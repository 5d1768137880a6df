import type { Callback, TrainingContext } from '../callback.js';
import { KerasOptimizer } from '../optimizers/keras-optimizer.js';

/** Options of {@link SwapEMAWeights}. */
export interface SwapEMAWeightsOptions {
  /** Keep the averages in the model from the end of an epoch until the next begins, so that a checkpoint saves them. Default: false. */
  readonly swapOnEpoch?: boolean;
}

/** Evaluates with the moving averages of the weights that an optimizer with `useEma` keeps. */
export class SwapEMAWeights implements Callback {
  readonly #swapOnEpoch: boolean;
  #context: TrainingContext | undefined;
  #swapped = false;

  constructor({ swapOnEpoch = false }: SwapEMAWeightsOptions = {}) {
    this.#swapOnEpoch = swapOnEpoch;
  }

  setContext(context: TrainingContext): void {
    this.#context = context;
  }

  onEpochBegin(): void {
    if (this.#swapOnEpoch) this.#set(false);
  }

  onEpochEnd(epoch: number): void {
    if (!this.#swapOnEpoch) return;
    this.#set(true);
    const { params, stopTraining } = this.#context as TrainingContext;
    // The run is over: what is in the model stays, and is not to be overwritten by what is not.
    if (epoch === params.epochs - 1 || stopTraining) this.#optimizer().adoptWeightsAsAverages();
  }

  onTestBegin(): void {
    this.#set(true);
  }

  onTestEnd(): void {
    this.#set(false);
  }

  #set(swapped: boolean): void {
    if (this.#swapped === swapped) return;
    this.#optimizer().swapAverages();
    this.#swapped = swapped;
  }

  #optimizer(): KerasOptimizer {
    const optimizer: unknown = (this.#context as TrainingContext).model.optimizer;
    if (!(optimizer instanceof KerasOptimizer) || optimizer.getConfig().useEma !== true) {
      throw new TypeError(
        'SwapEMAWeights: the optimizer must be one of this package with useEma: true.',
      );
    }
    return optimizer;
  }
}
