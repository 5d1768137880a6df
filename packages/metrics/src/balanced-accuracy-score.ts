import { classSums } from './internal/label-counts.js';
import { mean } from './internal/numpy.js';
import { checkClassTargets, warnSingleLabel } from './internal/pairs.js';
import { warner } from './internal/warn.js';
import type { Labels } from './labels.js';
import type { WeightOptions } from './options.js';
import type { WarningOptions } from './warning.js';

/** Options of {@link balancedAccuracyScore}. */
export interface BalancedAccuracyOptions extends WeightOptions, WarningOptions {
  /** Rescale so that guessing scores 0 and perfection 1. Default: false. */
  readonly adjusted?: boolean | undefined;
}

/**
 * Says how much of each class is found, each class counting the same: the mean of their recalls.
 *
 * A class with three samples moves it as much as one with three thousand, so it is as uncertain as
 * its smallest class. It says nothing of precision.
 *
 * @param yTrue - true labels, length n
 * @param yPred - predicted labels, length n
 * @returns a number in [0, 1] (adjusted: at most 1); up is better
 * @throws TypeError or RangeError ({@link MetricError}) as {@link accuracyScore}
 * @example
 * ```ts
 * balancedAccuracyScore([0, 0, 0, 1], [0, 0, 0, 0]); // → 0.5
 * balancedAccuracyScore([0, 0, 0, 1], [0, 0, 0, 0], { adjusted: true }); // → 0
 * ```
 * @see scikit-learn's `balanced_accuracy_score`
 */
export function balancedAccuracyScore(
  yTrue: Labels,
  yPred: Labels,
  options: BalancedAccuracyOptions = {},
): number {
  const { adjusted = false, sampleWeight, onWarning } = options;
  const targets = checkClassTargets('balancedAccuracyScore', yTrue, yPred, sampleWeight);
  const warn = warner('balancedAccuracyScore', onWarning);
  if (targets.labels.length === 1) warnSingleLabel(warn);
  const { hits, actual } = classSums(targets);
  const recalls = hits.map((hit, i) => hit / actual[i]!).filter((recall) => !Number.isNaN(recall));
  if (recalls.length < hits.length) {
    const rule = 'yPred holds classes that yTrue does not';
    warn('classes_only_in_y_pred', 'UserWarning', `${rule}; the mean leaves them out.`);
  }
  const score = mean(recalls);
  if (!adjusted) return score;
  const chance = 1 / recalls.length;
  if (chance === 1) {
    const rule = 'adjusted is not defined for one class';
    warn('adjusted_undefined', 'UndefinedMetricWarning', `${rule}; the score is NaN.`);
  }
  return (score - chance) / (1 - chance);
}
