import { hits, share } from './internal/agreement.js';
import { mean } from './internal/numpy.js';
import { checkTargets } from './internal/targets.js';
import type { Targets } from './labels.js';
import type { WeightOptions } from './options.js';

/**
 * Says what share of all labels is wrong.
 *
 * Of rows with few ones it is small whatever the model does: all zeros already score the share of
 * ones. With one label a sample it is {@link zeroOneLoss}.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yPred - predicted labels of the same kind
 * @returns a share in [0, 1]; down is better
 * @throws TypeError or RangeError ({@link MetricError}) as {@link accuracyScore}
 * @example
 * ```ts
 * hammingLoss([[0, 1], [1, 1]], [[0, 1], [0, 1]]); // → 0.25
 * ```
 * @see scikit-learn's `hamming_loss`
 */
export function hammingLoss(yTrue: Targets, yPred: Targets, options: WeightOptions = {}): number {
  const targets = checkTargets('hammingLoss', yTrue, yPred, options.sampleWeight);
  const { yTrue: truth, yPred: guess, weights, length } = targets;
  if (targets.type !== 'multilabel-indicator') {
    const right = hits(targets);
    for (let i = 0; i < length; i++) right[i]! ^= 1;
    return share(right, weights, true);
  }
  const { columns } = targets;
  let wrong = 0;
  for (let at = 0; at < length * columns; at++) {
    if (truth[at] !== guess[at]) wrong += weights ? weights[Math.floor(at / columns)]! : 1;
  }
  return wrong / (length * columns * (weights ? mean(weights) : 1));
}
