import { hits, rightShare, share } from './internal/agreement.js';
import { mean } from './internal/numpy.js';
import { checkPair } from './internal/targets.js';
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
  const pair = checkPair('hammingLoss', yTrue, yPred, options.sampleWeight);
  const { truth, guess, weights } = pair;
  if (truth.shape === 'column') {
    if (!weights) return (truth.length - rightShare('hammingLoss', pair, false)) / truth.length;
    const wrong = hits('hammingLoss', pair);
    for (let i = 0; i < wrong.length; i++) wrong[i]! ^= 1;
    return share(wrong, weights, true);
  }
  const { data, columns, length } = truth;
  let wrong = 0;
  for (let at = 0; at < length * columns; at++) {
    if (data[at] !== (guess as typeof truth).data[at]) {
      wrong += weights ? weights[Math.floor(at / columns)]! : 1;
    }
  }
  return wrong / (length * columns * (weights ? mean(weights) : 1));
}
