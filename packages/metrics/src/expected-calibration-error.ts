import { checkBinCount } from './calibration-curve.js';
import { fail } from './internal/fail.js';
import { binOf, linspace } from './internal/numpy.js';
import { readScores } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { columnOf, readTruthColumn, sortLabels } from './internal/truth.js';
import type { Labels, Rows } from './labels.js';

/** Options of {@link expectedCalibrationError}. */
export interface CalibrationErrorOptions {
  /** How many bins of equal width, 1 or more. Default: 10. */
  readonly nBins?: number | undefined;
  /** The label of each column. Default: 0, 1, 2, … */
  readonly labels?: Labels | null | undefined;
}

/** How far confidence is from accuracy. */
export interface CalibrationError {
  /** Expected calibration error: the mean gap, weighted by the samples of each bin. */
  readonly ece: number;
  /** Maximum calibration error: the largest gap. */
  readonly mce: number;
  /** Samples in each bin. */
  readonly count: number[];
  /** Mean confidence in each bin, NaN if it is empty. */
  readonly confidence: number[];
  /** Share of right answers in each bin, NaN if it is empty. */
  readonly accuracy: number[];
}

/**
 * Says how far the model's confidence (its highest probability) is from how often it is right.
 *
 * It depends on the bins: few hide gaps that cancel, many find gaps that are chance, and the largest
 * gap (mce) is mostly that of the emptiest bin. A model that always answers the class frequencies
 * has an error of 0 and is useless.
 *
 * @param yTrue - true labels, length n; class indices unless `labels` names the columns
 * @param yProba - probability of each class, n x k
 * @returns the errors and the bins of a reliability diagram, plain data
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, NaN, values outside
 *   [0, 1], unknown labels, or less than 1 bin
 * @example
 * ```ts
 * const rows = [[0.75, 0.25], [0.25, 0.75], [0.75, 0.25], [0.75, 0.25]];
 * expectedCalibrationError([0, 1, 0, 1], rows).ece; // → 0
 * ```
 * @see Guo et al. 2017, On Calibration of Modern Neural Networks
 */
export function expectedCalibrationError(
  yTrue: Labels,
  yProba: Rows,
  options: CalibrationErrorOptions = {},
): CalibrationError {
  const metric = 'expectedCalibrationError';
  const { nBins = 10, labels } = options;
  checkBinCount(metric, nBins);
  const truth = readTruthColumn(metric, yTrue);
  const { data, length, columns } = readScores(metric, 'yProba', yProba);
  if (columns === undefined) {
    fail(metric, 'scores_need_2d', 'yProba must have a column a class; received one a sample.');
  }
  checkLengths(metric, { yTrue: truth.length, yProba: length });
  const classes = labels
    ? sortLabels(metric, labels).given
    : Array.from({ length: columns }, (_, i) => i);
  const own = columnOf(metric, truth, classes);
  const edges = linspace(0, 1, nBins + 1);
  const count = new Float64Array(nBins);
  const confidence = new Float64Array(nBins);
  const hits = new Float64Array(nBins);
  for (let i = 0; i < length; i++) {
    let best = 0;
    for (let j = 1; j < columns; j++) {
      if (data[i * columns + j]! > data[i * columns + best]!) best = j;
    }
    const highest = data[i * columns + best]!;
    const bin = binOf(edges, highest);
    count[bin]! += 1;
    confidence[bin]! += highest;
    if (best === own[i]) hits[bin]! += 1;
  }
  const meanOf = (sums: Float64Array) => Array.from(sums, (total, b) => total / count[b]!);
  const gaps = Array.from(count, (n, b) =>
    n === 0 ? 0 : Math.abs(hits[b]! / n - confidence[b]! / n),
  );
  return {
    ece: gaps.reduce((total, gap, b) => total + gap * count[b]!, 0) / length,
    mce: Math.max(...gaps),
    count: Array.from(count),
    confidence: meanOf(confidence),
    accuracy: meanOf(hits),
  };
}
