import { type ConfusionMatrix, confusionMatrix } from './confusion-matrix.js';
import type { Label, Labels } from './labels.js';
import type { WeightOptions } from './options.js';

/** Options of {@link mostConfusedPairs}. */
export interface ConfusedPairsOptions extends WeightOptions {
  /** How many pairs at most. Default: 10. */
  readonly limit?: number | undefined;
  /** Order by count, or by share of the true class. Default: `'count'`. */
  readonly by?: 'count' | 'share' | undefined;
}

/** One class taken for another. */
export interface ConfusedPair {
  readonly trueLabel: Label;
  readonly predictedLabel: Label;
  /** Samples (or their weight). */
  readonly count: number;
  /** Share of the samples of the true class. */
  readonly share: number;
}

/**
 * Says which classes are most often taken for which, worst first.
 *
 * By count, common classes lead; by share, rare ones do, on few samples. Both directions of a pair
 * are listed on their own, for they often differ.
 *
 * @param yTrue - true labels, length n
 * @param yPred - predicted labels, length n
 * @returns pairs of unequal labels that occur, plain data
 * @throws TypeError or RangeError ({@link MetricError}) as {@link confusionMatrix}
 * @example
 * ```ts
 * const pairs = mostConfusedPairs(['cat', 'cat', 'dog', 'dog'], ['dog', 'dog', 'cat', 'dog']);
 * pairs[0]; // → { trueLabel: 'cat', predictedLabel: 'dog', count: 2, share: 1 }
 * ```
 */
export function mostConfusedPairs(
  yTrue: Labels,
  yPred: Labels,
  options: ConfusedPairsOptions = {},
): ConfusedPair[] {
  return confusedPairsOf(
    confusionMatrix(yTrue, yPred, { sampleWeight: options.sampleWeight }),
    options,
  );
}

/**
 * The same from a confusion matrix of counts.
 *
 * @param confusion - not normalized
 * @returns as {@link mostConfusedPairs}
 * @example
 * ```ts
 * const confusion = { labels: [0, 1], matrix: [[3, 1], [0, 4]] };
 * confusedPairsOf(confusion); // → [{ trueLabel: 0, predictedLabel: 1, count: 1, share: 0.25 }]
 * ```
 */
export function confusedPairsOf(
  { labels, matrix }: ConfusionMatrix,
  options: Pick<ConfusedPairsOptions, 'limit' | 'by'> = {},
): ConfusedPair[] {
  const { limit = 10, by = 'count' } = options;
  const pairs = matrix.flatMap((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.flatMap((count, j): ConfusedPair[] => {
      if (i === j || count === 0) return [];
      const [trueLabel, predictedLabel] = [labels[i]!, labels[j]!];
      return [{ trueLabel, predictedLabel, count, share: count / total }];
    });
  });
  return pairs.sort((a, b) => b[by] - a[by] || b.count - a.count).slice(0, limit);
}
