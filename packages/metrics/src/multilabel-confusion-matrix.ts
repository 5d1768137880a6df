import { labelCounts } from './internal/label-counts.js';
import { checkTargets } from './internal/targets.js';
import type { Label, Labels, Targets } from './labels.js';
import type { WeightOptions } from './options.js';

/** Options of {@link multilabelConfusionMatrix}. */
export interface MultilabelConfusionMatrixOptions extends WeightOptions {
  /** The classes (of rows: the columns) to count, one or more. Default: all, sorted. */
  readonly labels?: Labels | null | undefined;
  /** A matrix a sample instead of one a label; rows of 0 and 1 only. Default: false. */
  readonly samplewise?: boolean | undefined;
}

/** A 2 x 2 matrix a label (or sample). */
export interface MultilabelConfusionMatrix {
  /** The label, or the index of the sample, of each matrix. */
  readonly labels: readonly Label[];
  /** Each `[[true negatives, false positives], [false negatives, true positives]]`. */
  readonly matrices: readonly (readonly (readonly number[])[])[];
}

/**
 * Says of each label how often it was rightly and wrongly given and withheld, against all others.
 *
 * True negatives dominate with many labels, and make everything built on them look good.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yPred - predicted labels of the same kind
 * @returns the labels and a 2 x 2 matrix for each, plain data
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths or no samples, and for
 *   `samplewise` with one label a sample
 * @example
 * ```ts
 * multilabelConfusionMatrix([0, 1, 2], [0, 2, 2]).matrices[2]; // → [[1, 1], [0, 1]]
 * ```
 * @see scikit-learn's `multilabel_confusion_matrix`
 */
export function multilabelConfusionMatrix(
  yTrue: Targets,
  yPred: Targets,
  options: MultilabelConfusionMatrixOptions = {},
): MultilabelConfusionMatrix {
  const { labels, sampleWeight, samplewise = false } = options;
  const metric = 'multilabelConfusionMatrix';
  const targets = checkTargets(metric, yTrue, yPred, sampleWeight);
  const counts = labelCounts(metric, targets, labels, samplewise);
  const matrices = counts.labels.map((_, i) => [
    [counts.tn[i]!, counts.fp[i]!],
    [counts.fn[i]!, counts.tp[i]!],
  ]);
  return { labels: counts.labels, matrices };
}
