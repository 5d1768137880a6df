import type { RandomState } from '@cnnkit/random';
import { checkSplits } from './internal/check-splits.js';
import { generatorOf } from './internal/generator.js';
import { sampleCount } from './internal/sample-count.js';
import { splitCounts } from './internal/split-counts.js';
import type { Split, SplitSize } from './split.js';

/** Options of `shuffleSplit` and `stratifiedShuffleSplit`. */
export interface ShuffleSplitOptions {
  /** How many independent splits. Default 10. */
  readonly splits?: number;
  /** Size of the test side. Default a tenth, or what `trainSize` leaves. */
  readonly testSize?: SplitSize;
  /** Size of the training side. Default what the test side leaves. */
  readonly trainSize?: SplitSize;
  /** Seed, or a generator that goes on from where it is. Left out: another order every time. */
  readonly seed?: number | RandomState;
}

/**
 * Several independent random splits of the same samples: scikit-learn's `ShuffleSplit`, index for
 * index. Unlike folds, test sides of different splits may overlap, and their sizes are free.
 *
 * @param samples - How many samples, or a list with one entry a sample.
 * @returns One split after another; indices in the order drawn, not sorted.
 * @throws TypeError or RangeError for sizes that do not fit.
 */
export function shuffleSplit(
  samples: number | ArrayLike<unknown>,
  { splits = 10, testSize, trainSize, seed }: ShuffleSplitOptions = {},
): Split[] {
  const n = sampleCount('shuffleSplit', samples);
  checkSplits('shuffleSplit', splits, 1);
  const { trainCount, testCount } = splitCounts('shuffleSplit', n, testSize, trainSize, 0.1);
  const random = generatorOf(seed);
  return Array.from({ length: splits }, () => drawSplit(random, n, trainCount, testCount));
}

/** One random split: the test side is drawn first. */
export function drawSplit(
  random: RandomState,
  n: number,
  trainCount: number,
  testCount: number,
): Split {
  const order = random.permutation(n);
  return {
    train: order.slice(testCount, testCount + trainCount),
    test: order.slice(0, testCount),
  };
}
