import { encodeClasses } from './internal/encode-classes.js';
import { foldsToSplits } from './internal/folds-to-splits.js';
import { generatorOf } from './internal/generator.js';
import { checkFolds, type KFoldOptions } from './k-fold.js';
import type { ClassLabels, Split } from './split.js';

/** What `stratifiedKFold` has to say about labels it can fold, but not evenly. */
export interface SplitWarning {
  readonly code: 'class_smaller_than_splits';
  readonly message: string;
}

/** Options of `stratifiedKFold`. */
export interface StratifiedKFoldOptions extends KFoldOptions {
  /** Told when a class has fewer members than there are folds, so that some folds lack it. */
  readonly onWarning?: (warning: SplitWarning) => void;
}

/**
 * As many splits as folds, each fold holding every class in the proportion of the whole:
 * scikit-learn's `StratifiedKFold`, index for index. Classes count in the order they appear.
 *
 * @param labels - Class of each sample: all whole numbers, all strings or all booleans.
 * @returns A split a fold; indices ascend on both sides, shuffled or not.
 * @throws RangeError for fewer than 2 folds, more folds than samples or than members of every
 *   class, or a seed without `shuffle`; TypeError for real-valued labels.
 */
export function stratifiedKFold(
  labels: ClassLabels,
  { splits = 5, shuffle = false, seed, onWarning }: StratifiedKFoldOptions = {},
): Split[] {
  const caller = 'stratifiedKFold';
  checkFolds(caller, splits, shuffle, seed, labels.length);
  const { codes, counts } = encodeByAppearance(caller, labels);
  // Spread over arguments, a hundred thousand classes would overflow the stack.
  const smallest = counts.reduce((a, b) => Math.min(a, b));
  const largest = counts.reduce((a, b) => Math.max(a, b));
  if (splits > largest) {
    throw new RangeError(
      `${caller}: splits must be at most the members of the largest class, ${largest}; received ${splits}.`,
    );
  }
  if (splits > smallest) {
    onWarning?.({
      code: 'class_smaller_than_splits',
      message: `${caller}: the smallest class has ${smallest} members, fewer than the ${splits} folds, so some folds lack it.`,
    });
  }

  const random = generatorOf(seed);
  const foldOf = new Int32Array(labels.length);
  const shares = foldShares(counts, splits);
  // Drawn class by class, handed out sample by sample: one pass, however many classes there are.
  const foldsOf = Array.from(counts, (count, code) => {
    const folds = new Int32Array(count);
    for (let fold = 0, at = 0; fold < splits; fold++) {
      for (const end = at + shares[fold]![code]!; at < end; at++) folds[at] = fold;
    }
    if (shuffle) random.shuffle(folds);
    return folds;
  });
  const used = new Int32Array(counts.length);
  for (const [i, code] of codes.entries()) foldOf[i] = foldsOf[code]![used[code]!++]!;
  return foldsToSplits(foldOf, splits);
}

function encodeByAppearance(
  caller: string,
  labels: ClassLabels,
): { codes: Int32Array; counts: Int32Array } {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (typeof label === 'number' && Number.isFinite(label) && !Number.isInteger(label)) {
      throw new TypeError(
        `${caller}: labels must be classes, not real values; received ${label} at ${i}.`,
      );
    }
  }
  const sorted = encodeClasses(caller, labels);
  const rank = new Int32Array(sorted.counts.length).fill(-1);
  let seen = 0;
  const codes = sorted.codes.map((code) => {
    if (rank[code] === -1) rank[code] = seen++;
    return rank[code]!;
  });
  const counts = new Int32Array(seen);
  for (const code of codes) counts[code]! += 1;
  return { codes, counts };
}

/** Members of each class in each fold: the sorted codes are dealt out to the folds in turn. */
function foldShares(counts: Int32Array, splits: number): Int32Array[] {
  const shares = Array.from({ length: splits }, () => new Int32Array(counts.length));
  let at = 0;
  counts.forEach((count, code) => {
    for (let i = 0; i < count; i++) shares[at++ % splits]![code]! += 1;
  });
  return shares;
}
