import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Callback } from '../callback.js';
import type { Backup } from './backup.js';
import { compiledModel } from './compiled-model.js';
import type { BatchMaker, GeneratedData, ScaleOptions, TrainingData } from './data.js';
import { DropoutSeeds } from './dropout-seeds.js';
import type { History } from './history.js';
import { prepare } from './run.js';
import { train } from './train.js';
import type { WeightedMetric } from './weighted-metrics.js';
import type { ClassWeight } from './weights.js';

/** Options of {@link fit}, under Keras's names in camelCase. */
export interface FitOptions extends ScaleOptions {
  /** Number of the last epoch, exclusive. Default: 1. With 0 the model stays as it is and the history is empty. */
  readonly epochs?: number;
  /** Samples in a step; more than there are means one step with all. Default: 32. */
  readonly batchSize?: number;
  /** Evaluated after each epoch, and logged as `val_*`. Its `sampleWeight` weighs its loss. */
  readonly validationData?: TrainingData;
  /** Share of the data, from its end and before shuffling, that validates instead. In [0, 1). Default: 0. */
  readonly validationSplit?: number;
  /** Samples in a batch of the validation. Default: `batchSize`. */
  readonly validationBatchSize?: number;
  /** Validate every so many epochs. Default: 1. */
  readonly validationFreq?: number;
  /** Another order in each epoch. Default: true. */
  readonly shuffle?: boolean;
  /**
   * What each class weighs in the training loss, such as `{ 3: 5 }`, or a list of a weight a class
   * (`computeClassWeight` of `@cnnkit/metrics`). For rows of targets the largest names the class. Not in the validation. Give this or a
   * `sampleWeight` in the data, not both. Default: 1 each.
   */
  readonly classWeight?: ClassWeight;
  /**
   * Logged besides, each the mean over samples by their weights, or what a metric of
   * `@cnnkit/metrics/tfjs` counts with them over the whole epoch. One whose name the model's metrics
   * have already is logged as `weighted_…`. tfjs's `compile` has no place for these. Default: none.
   */
  readonly weightedMetrics?: readonly WeightedMetric[];
  /**
   * Makes the batches of each epoch out of the data, to augment them or to make them in a thread:
   * `(at) => prefetchBatches(train, { ...at, augment })` with `@cnnkit/datasets/prefetch`. The next
   * batch is asked for while the device works on the last. Default: gathered from the data.
   */
  readonly batches?: BatchMaker;
  /** Decides order, dropout and (by `batches`) augmentation, whole and below 2³². The same seed gives the same run. Default: 0. */
  readonly seed?: number;
  /** Called in this order. Default: none. */
  readonly callbacks?: readonly Callback[];
  /** First epoch to train, to go on with an earlier run. Default: 0. */
  readonly initialEpoch?: number;
  /**
   * Keeps what a stopped run needs to go on, bit for bit as if it had not stopped; a run that finds
   * such a backup goes on with it. `@cnnkit/training/node` has `backupFolder`.
   */
  readonly backup?: Backup;
  /** Ends the run after the current batch; what is trained stays, and `history.interrupted` says so. */
  readonly signal?: AbortSignal;
}

/**
 * Trains a compiled model, with Keras's semantics of epochs, logs, validation and callbacks.
 *
 * Images stay bytes until their batch, so 60,000 of MNIST take 47 MB and one buffer. Loss and
 * metrics are read from the device only when a callback wants them, at most once a batch.
 *
 * With a `sampleWeight` in the data, or a `classWeight`, each sample's loss is multiplied by its
 * weight; the reported loss is still divided by the number of samples, and `metrics` are not
 * weighted: `weightedMetrics` are. All as in Keras 3.
 *
 * A class that no sample has is no error: the model learns never to predict it. A last batch may
 * be smaller. Any tf.Optimizer will do; those of this package follow Keras's formulas.
 *
 * @param model - One input, one output; compiled. Weights change in place.
 * @param data - Images in bytes with class labels, or arrays of numbers; or `{ samples, batches }`,
 *   where samples exist only as batches. Borrowed, unchanged.
 * @returns the values of each epoch, plain data
 * @throws RangeError if data, labels, model and options do not fit, or a value is not finite;
 *   then nothing has been trained. Batches that are made are checked one by one.
 * @example
 * ```ts
 * model.compile({ optimizer: new Adam(), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
 * const { history } = await fit(model, train, { epochs: 5, batchSize: 64, validationSplit: 0.1 });
 * history.val_accuracy; // five numbers
 * ```
 */
export async function fit(
  model: LayersModel,
  data: TrainingData | GeneratedData,
  options: FitOptions = {},
): Promise<History> {
  const run = prepare(model, data, options);
  const guard = compiledModel(model) as unknown as { isTraining: boolean };
  if (guard.isTraining) {
    throw new Error('fit: model must not be in training already; await the first run.');
  }
  guard.isTraining = true;
  const dropout = new DropoutSeeds(model, run.seed);
  try {
    return await train(run, dropout);
  } finally {
    dropout.restore();
    guard.isTraining = false;
  }
}
