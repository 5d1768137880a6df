import { checkOption } from './internal/fail.js';
import { sum } from './internal/numpy.js';
import { checkClassTargets, countPairs, marginals, warnSingleLabel } from './internal/pairs.js';
import { warner } from './internal/warn.js';
import type { Label, Labels } from './labels.js';
import type { WarningOptions } from './warning.js';

/** Options of {@link confusionMatrix}. */
export interface ConfusionMatrixOptions extends WarningOptions {
  /** The classes to count, in the order of rows and columns. Default: all that occur, sorted. */
  readonly labels?: Labels | null | undefined;
  /** How much each sample counts, length n. Default: 1 each. */
  readonly sampleWeight?: ArrayLike<number> | null | undefined;
  /** Divide by the sum of the row (`'true'`), the column (`'pred'`) or all. Default: counts. */
  readonly normalize?: 'true' | 'pred' | 'all' | null | undefined;
}

/** Counts of truth against prediction. */
export interface ConfusionMatrix {
  /** The class of each row and column. */
  readonly labels: readonly Label[];
  /** `matrix[i][j]`: the weight of samples of class i that were taken for class j. */
  readonly matrix: readonly (readonly number[])[];
}

/**
 * Says which classes are taken for which: rows are the truth, columns the prediction.
 *
 * It misleads by its colours when classes differ in size: a common class fills its row whatever the
 * model does. `normalize: 'true'` shows recall on the diagonal, `'pred'` precision. Samples whose
 * truth or prediction is not among `labels` are left out.
 *
 * @param yTrue - true labels, length n
 * @param yPred - predicted labels, length n
 * @returns the classes and a k x k matrix, plain data
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, no samples, labels of
 *   two types, or `labels` that never occur in `yTrue`
 * @example
 * ```ts
 * const { labels, matrix } = confusionMatrix(['cat', 'ant', 'cat', 'bee'], ['cat', 'cat', 'cat', 'bee']);
 * labels; // → ['ant', 'bee', 'cat']
 * matrix; // → [[0, 0, 1], [0, 1, 0], [0, 0, 2]]
 * ```
 * @see scikit-learn's `confusion_matrix`
 */
export function confusionMatrix(
  yTrue: Labels,
  yPred: Labels,
  options: ConfusionMatrixOptions = {},
): ConfusionMatrix {
  const { labels, sampleWeight, normalize = null, onWarning } = options;
  checkOption('confusionMatrix', 'normalize', normalize, ['true', 'pred', 'all', null]);
  const targets = checkClassTargets('confusionMatrix', yTrue, yPred, sampleWeight);
  const warn = warner('confusionMatrix', onWarning);
  const counted = countPairs('confusionMatrix', targets, labels);
  if (counted.labels.length === 1) warnSingleLabel(warn);
  return {
    labels: counted.labels,
    matrix: toRows(counted.pairs, counted.labels.length, normalize),
  };
}

function toRows(pairs: Float64Array, k: number, normalize: ConfusionMatrixOptions['normalize']) {
  const total = sum(pairs);
  const { columns } = marginals(pairs, k);
  return Array.from({ length: k }, (_, i) => {
    const row = pairs.subarray(i * k, i * k + k);
    if (!normalize) return Array.from(row);
    const rowTotal = sum(row);
    return Array.from(row, (count, j) => {
      const by = normalize === 'true' ? rowTotal : normalize === 'pred' ? columns[j]! : total;
      const share = count / by;
      return Number.isNaN(share) ? 0 : share;
    });
  });
}
