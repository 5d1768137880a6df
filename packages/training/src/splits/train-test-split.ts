import type { RandomState } from '@cnnkit/random';
import { generatorOf } from './internal/generator.js';
import { sampleCount } from './internal/sample-count.js';
import { splitCounts } from './internal/split-counts.js';
import { drawSplit } from './shuffle-split.js';
import type { ClassLabels, Split, SplitSize } from './split.js';
import { stratifiedDraw } from './stratified-shuffle-split.js';

/** Options of `trainTestSplit`. */
export interface TrainTestSplitOptions {
  /** Size of the test side. Default a quarter, or what `trainSize` leaves. */
  readonly testSize?: SplitSize;
  /** Size of the training side. Default what the test side leaves. */
  readonly trainSize?: SplitSize;
  /** Seed, or a generator that goes on from where it is. Left out: another order every time. */
  readonly seed?: number | RandomState;
  /** Whether to draw at random. Default true; false keeps the order, the test side last. */
  readonly shuffle?: boolean;
  /** Class of each sample; both sides then hold every class in the proportion of the whole. */
  readonly stratify?: ClassLabels;
}

/**
 * Which samples to train on and which to keep for the test: scikit-learn's `train_test_split`,
 * index for index, for the same seed.
 *
 * @param samples - How many samples, or a list with one entry a sample.
 * @returns Indices of both sides, in the order drawn.
 * @throws TypeError or RangeError for sizes that do not fit, and for classes too small to stratify.
 * @example
 * ```ts
 * const { train, test } = trainTestSplit(60000, { testSize: 1 / 6, seed: 42 });
 * ```
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.train_test_split.html
 */
export function trainTestSplit(
  samples: number | ArrayLike<unknown>,
  { testSize, trainSize, seed, shuffle = true, stratify }: TrainTestSplitOptions = {},
): Split {
  const caller = 'trainTestSplit';
  const n = sampleCount(caller, samples);
  const { trainCount, testCount } = splitCounts(caller, n, testSize, trainSize, 0.25);
  const random = generatorOf(seed);
  if (!shuffle) {
    if (stratify !== undefined) {
      throw new RangeError(
        `${caller}: stratify must be left out when shuffle is false; received labels. Set shuffle to true.`,
      );
    }
    return { train: range(0, trainCount), test: range(trainCount, trainCount + testCount) };
  }
  if (stratify === undefined) return drawSplit(random, n, trainCount, testCount);
  if (stratify.length !== n) {
    throw new RangeError(
      `${caller}: stratify must have one label for each of the ${n} samples; received ${stratify.length}.`,
    );
  }
  return stratifiedDraw(caller, stratify, trainCount, testCount)(random);
}

function range(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to - from }, (_, i) => from + i);
}
