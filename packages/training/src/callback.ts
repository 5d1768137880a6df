import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** What a callback is told: `loss`, `accuracy`, `val_loss`, `learning_rate` …, spelled as Keras spells them. */
export type Logs = Record<string, number>;

/** The facts of a run that hold from its first batch to its last. */
export interface TrainingParams {
  /** Epochs the run was asked for. */
  readonly epochs: number;
  /** Batches in one epoch, the last and smaller one counted. */
  readonly steps: number;
  /** Images in a full batch. */
  readonly batchSize: number;
  /** Images in one epoch. */
  readonly samples: number;
}

/** What a callback may see and do: the model in training, the run's facts, and the way to end it. */
export interface TrainingContext {
  readonly model: LayersModel;
  readonly params: TrainingParams;
  /** Set to true to end the run after the current batch's and epoch's callbacks. */
  stopTraining: boolean;
  /** Learning rate of the optimizer; assigning changes it from the next step on. */
  learningRate: number;
}

/** What a callback needs to go on in a resumed run. */
export interface CallbackState {
  /** Anything JSON can hold. */
  readonly data: unknown;
  readonly tensors?: readonly Tensor[];
}

/**
 * Hooks into a training run, named and timed as Keras 3 names and times them. Every hook is
 * optional and may return a promise, which `fit` awaits before it goes on.
 *
 * Epochs and batches count from 0. `logs` belongs to the caller: copy what you keep.
 */
export interface Callback {
  /** Called once, before `onTrainBegin`. */
  setContext?(context: TrainingContext): void;
  onTrainBegin?(logs?: Logs): void | Promise<void>;
  onTrainEnd?(logs?: Logs): void | Promise<void>;
  onEpochBegin?(epoch: number, logs?: Logs): void | Promise<void>;
  /** After validation, so that `val_*` keys are there. */
  onEpochEnd?(epoch: number, logs: Logs): void | Promise<void>;
  onTrainBatchBegin?(batch: number, logs?: Logs): void | Promise<void>;
  /**
   * Asked before the logs of a batch are read from the device, which waits for it to catch up.
   * If every callback answers false, `onTrainBatchEnd` gets empty logs and the device runs on.
   * Without this method the answer is true for a callback that has `onTrainBatchEnd`.
   */
  needsBatchLogs?(batch: number): boolean;
  /** `logs` are the epoch's running means, as in Keras; see `needsBatchLogs`. */
  onTrainBatchEnd?(batch: number, logs: Logs): void | Promise<void>;
  onTestBegin?(logs?: Logs): void | Promise<void>;
  onTestEnd?(logs: Logs): void | Promise<void>;
  /** For a backup; tensors are borrowed. A callback without it starts anew in a resumed run. */
  getState?(): CallbackState;
  /** Called after `onTrainBegin` of a resumed run; tensors are borrowed. */
  setState?(state: CallbackState): void;
}
