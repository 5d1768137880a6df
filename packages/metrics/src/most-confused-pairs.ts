import type { ConfusionMatrix } from './confusion-matrix.js';
import { checkLimit, checkOption } from './internal/fail.js';
import { checkClassTargets, countPairs } from './internal/pairs.js';
import type { Label, Labels } from './labels.js';
import type { WeightOptions } from './options.js';

/** Options of {@link mostConfusedPairs}. */
export interface ConfusedPairsOptions extends WeightOptions {
  /** How many pairs at most, Infinity for all. Default: 10. */
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
 * @throws TypeError or RangeError ({@link MetricError}) as {@link confusionMatrix}, and for a limit below 0
 *   or an unknown order
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
  const metric = 'mostConfusedPairs';
  const targets = checkClassTargets(metric, yTrue, yPred, options.sampleWeight);
  const { labels, pairs } = countPairs(metric, targets);
  const k = labels.length;
  const matrix = labels.map((_, i) => Array.from(pairs.subarray(i * k, i * k + k)));
  return rank(metric, { labels, matrix }, options);
}

/**
 * The same from a confusion matrix of counts.
 *
 * @param confusion - not normalized
 * @returns as {@link mostConfusedPairs}
 * @throws RangeError ({@link MetricError}) for a limit below 0 or an unknown order
 * @example
 * ```ts
 * const confusion = { labels: [0, 1], matrix: [[3, 1], [0, 4]] };
 * confusedPairsOf(confusion); // → [{ trueLabel: 0, predictedLabel: 1, count: 1, share: 0.25 }]
 * ```
 */
export function confusedPairsOf(
  confusion: ConfusionMatrix,
  options: Pick<ConfusedPairsOptions, 'limit' | 'by'> = {},
): ConfusedPair[] {
  return rank('confusedPairsOf', confusion, options);
}

function rank(
  fn: string,
  { labels, matrix }: ConfusionMatrix,
  { limit = 10, by = 'count' }: Pick<ConfusedPairsOptions, 'limit' | 'by'>,
): ConfusedPair[] {
  checkOption(fn, 'by', by, ['count', 'share']);
  checkLimit(fn, limit);
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
