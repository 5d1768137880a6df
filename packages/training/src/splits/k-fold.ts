import type { RandomState } from '@cnnkit/random';
import { checkSplits } from './internal/check-splits.js';
import { foldsToSplits } from './internal/folds-to-splits.js';
import { generatorOf } from './internal/generator.js';
import { sampleCount } from './internal/sample-count.js';
import type { Split } from './split.js';

/** Options of `kFold`. */
export interface KFoldOptions {
  /** How many folds, at least 2. Default 5. */
  readonly splits?: number;
  /** Whether to draw the folds at random. Default false: neighbours share a fold. */
  readonly shuffle?: boolean;
  /** Seed, or a generator that goes on from where it is; only with `shuffle`. */
  readonly seed?: number | RandomState;
}

/**
 * As many splits as folds, each fold being the test side once: scikit-learn's `KFold`, index for
 * index.
 *
 * @param samples - How many samples, or a list with one entry a sample.
 * @returns A split a fold; indices ascend on both sides, shuffled or not.
 * @throws RangeError for fewer than 2 folds, more folds than samples, or a seed without `shuffle`.
 */
export function kFold(
  samples: number | ArrayLike<unknown>,
  { splits = 5, shuffle = false, seed }: KFoldOptions = {},
): Split[] {
  const n = sampleCount('kFold', samples);
  checkFolds('kFold', splits, shuffle, seed, n);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  if (shuffle) generatorOf(seed).shuffle(order);
  const foldOf = new Int32Array(n);
  const larger = n % splits;
  for (let fold = 0, at = 0; fold < splits; fold++) {
    const size = Math.floor(n / splits) + (fold < larger ? 1 : 0);
    for (const end = at + size; at < end; at++) foldOf[order[at]!] = fold;
  }
  return foldsToSplits(foldOf, splits);
}

/** Throws unless `n` samples can be cut into these folds. */
export function checkFolds(
  caller: string,
  splits: number,
  shuffle: boolean,
  seed: number | RandomState | undefined,
  n: number,
): void {
  checkSplits(caller, splits, 2);
  if (!shuffle && seed !== undefined) {
    throw new RangeError(
      `${caller}: seed must be left out when shuffle is false; received a seed. Set shuffle to true.`,
    );
  }
  if (splits > n) {
    throw new RangeError(`${caller}: splits must be at most the ${n} samples; received ${splits}.`);
  }
}
