export type { Callback, CallbackState, Logs, TrainingContext, TrainingParams } from './callback.js';
export { CSVLogger, type CSVLoggerOptions } from './callbacks/csv-logger.js';
export { EarlyStopping, type EarlyStoppingOptions } from './callbacks/early-stopping.js';
export { LambdaCallback } from './callbacks/lambda-callback.js';
export {
  LearningRateScheduler,
  type LearningRateSchedulerOptions,
} from './callbacks/learning-rate-scheduler.js';
export { ModelCheckpoint, type ModelCheckpointOptions } from './callbacks/model-checkpoint.js';
export type { MonitorMode, WarningHandler } from './callbacks/monitor.js';
export { type ProgressBarOptions, progressBar } from './callbacks/progress-bar.js';
export {
  ReduceLROnPlateau,
  type ReduceLROnPlateauOptions,
} from './callbacks/reduce-lr-on-plateau.js';
export { SwapEMAWeights, type SwapEMAWeightsOptions } from './callbacks/swap-ema-weights.js';
export { TerminateOnNaN, type TerminateOnNaNOptions } from './callbacks/terminate-on-nan.js';
export type {
  ArrayData,
  BatchMaker,
  BatchRequest,
  GeneratedData,
  ImageData,
  PredictionData,
  ScaleOptions,
  TrainingBatch,
  TrainingData,
  WeightedData,
} from './fit/data.js';
export { type EvaluateOptions, evaluate } from './fit/evaluate.js';
export { type FitOptions, fit } from './fit/fit.js';
export type { History, Interruption } from './fit/history.js';
export { type Predictions, type PredictOptions, predict } from './fit/predict.js';
export { createTrainingContext } from './fit/training-context.js';
export type { MetricFunction, WeightedMetric } from './fit/weighted-metrics.js';
export type { ClassWeight } from './fit/weights.js';
export { Adadelta, type AdadeltaOptions } from './optimizers/adadelta.js';
export { Adagrad, type AdagradOptions } from './optimizers/adagrad.js';
export { Adam, type AdamOptions, AdamW } from './optimizers/adam.js';
export { Adamax, type AdamaxOptions } from './optimizers/adamax.js';
export { createOptimizer, optimizerNames } from './optimizers/create-optimizer.js';
export { KerasOptimizer, type UpdateStep } from './optimizers/keras-optimizer.js';
export { Lion, type LionOptions } from './optimizers/lion.js';
export { Nadam, type NadamOptions } from './optimizers/nadam.js';
export type { NamedTensor } from './optimizers/named-tensor.js';
export type { OptimizerOptions } from './optimizers/options.js';
export { RMSprop, type RMSpropOptions } from './optimizers/rmsprop.js';
export { SGD, type SGDOptions } from './optimizers/sgd.js';
export {
  type CosineDecayOptions,
  type CosineDecayRestartsOptions,
  cosineDecay,
  cosineDecayRestarts,
} from './schedules/cosine.js';
export { createSchedule } from './schedules/create-schedule.js';
export {
  type DecayOptions,
  exponentialDecay,
  inverseTimeDecay,
  type PiecewiseConstantDecayOptions,
  type PolynomialDecayOptions,
  piecewiseConstantDecay,
  polynomialDecay,
} from './schedules/decay.js';
export { type OneCycleOptions, type OneCycleSchedule, oneCycle } from './schedules/one-cycle.js';
export type { LearningRateSchedule } from './schedules/schedule.js';
export { type KFoldOptions, kFold } from './splits/k-fold.js';
export { type ShuffleSplitOptions, shuffleSplit } from './splits/shuffle-split.js';
export type { ClassLabels, Split, SplitSize } from './splits/split.js';
export {
  type SplitWarning,
  type StratifiedKFoldOptions,
  stratifiedKFold,
} from './splits/stratified-k-fold.js';
export { stratifiedShuffleSplit } from './splits/stratified-shuffle-split.js';
export { type TrainTestSplitOptions, trainTestSplit } from './splits/train-test-split.js';
export { type CategoricalLabels, type OneHot, toCategorical } from './to-categorical.js';
