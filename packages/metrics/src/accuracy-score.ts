import { rightShare } from './internal/agreement.js';
import { checkPair } from './internal/targets.js';
import type { Targets } from './labels.js';
import type { CountOptions } from './options.js';

/**
 * Says how many samples got the right label; of rows, how many have every label right.
 *
 * It rewards guessing the common class: with 95 % of one class, always naming it scores 0.95. Then
 * read {@link balancedAccuracyScore} or {@link matthewsCorrcoef}. Every wrong label counts the same,
 * and so does a lucky guess: {@link logLoss} looks at the probabilities.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yPred - predicted labels of the same kind
 * @returns a share in [0, 1], or a count or weight with `normalize: false`; up is better
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, no samples, or fractions
 * @example
 * ```ts
 * accuracyScore([0, 1, 2, 3], [0, 2, 1, 3]); // → 0.5
 * accuracyScore(['cat', 'dog'], ['cat', 'cat'], { normalize: false }); // → 1
 * ```
 * @see scikit-learn's `accuracy_score`
 */
export function accuracyScore(yTrue: Targets, yPred: Targets, options: CountOptions = {}): number {
  const { normalize = true, sampleWeight } = options;
  const pair = checkPair('accuracyScore', yTrue, yPred, sampleWeight);
  return rightShare('accuracyScore', pair, normalize);
}
