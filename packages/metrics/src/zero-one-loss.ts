import { hits, rightShare, share } from './internal/agreement.js';
import { checkPair } from './internal/targets.js';
import type { Targets } from './labels.js';
import type { CountOptions } from './options.js';

/**
 * Says how many samples got a wrong label: one minus {@link accuracyScore}, and as misleading.
 *
 * Of rows, one wrong label makes the sample wrong; {@link hammingLoss} counts the labels.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yPred - predicted labels of the same kind
 * @returns a share in [0, 1], or a count or weight with `normalize: false`; down is better
 * @throws TypeError or RangeError ({@link MetricError}) as {@link accuracyScore}
 * @example
 * ```ts
 * zeroOneLoss([0, 1, 2, 3], [0, 2, 2, 3]); // → 0.25
 * ```
 * @see scikit-learn's `zero_one_loss`
 */
export function zeroOneLoss(yTrue: Targets, yPred: Targets, options: CountOptions = {}): number {
  const { normalize = true, sampleWeight } = options;
  const pair = checkPair('zeroOneLoss', yTrue, yPred, sampleWeight);
  if (normalize) return 1 - rightShare('zeroOneLoss', pair, true);
  if (!pair.weights) return pair.truth.length - rightShare('zeroOneLoss', pair, false);
  // All weights less those of the right ones would be a little off 0 where none is wrong.
  const wrong = hits('zeroOneLoss', pair).map((hit) => 1 - hit);
  return share(wrong, pair.weights, false);
}
