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
