import { columnLabels } from './internal/column-labels.js';
import { fail } from './internal/fail.js';
import { borrow } from './internal/memory.js';
import { lowerBound } from './internal/numpy.js';
import { readScores } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { count, marks, type ThresholdCounts } from './internal/thresholds.js';
import { columnOf, readTruthColumn } from './internal/truth.js';
import { readWeights } from './internal/weights.js';
import type { Label, Labels, Rows } from './labels.js';
import type { WeightOptions } from './options.js';

/** Options of {@link thresholdTable}. */
export interface ThresholdTableOptions extends WeightOptions {
  /** The thresholds of the rows. Default: 0.1, 0.2, … 0.9. */
  readonly thresholds?: readonly number[] | undefined;
  /** The label of each column. Default: 0, 1, 2, … */
  readonly labels?: Labels | null | undefined;
}

/** Decisions at one threshold: the class is given if its probability is at least this. */
export interface ThresholdRow {
  readonly threshold: number;
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
  /** NaN if the class is never given. */
  readonly precision: number;
  /** NaN if the class never occurs. */
  readonly recall: number;
  /** NaN if the class never occurs and is never given. */
  readonly f1Score: number;
}

/** The thresholds of one class against the others. */
export interface ClassThresholds {
  readonly label: Label;
  readonly rows: readonly ThresholdRow[];
  /** The row with the highest F1 over all scores that occur. */
  readonly best: ThresholdRow;
}

/**
 * Says what each class would gain and lose at other thresholds than "the highest wins", and which
 * threshold has the best F1.
 *
 * The best threshold is picked on these data and looks better here than on others: pick on a
 * validation set, report on a test set.
 *
 * @param yTrue - true labels, length n; class indices unless `labels` names the columns
 * @param yProba - probability of each class, n x k
 * @returns an entry a column, plain data
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, NaN, unknown
 *   labels, or `labels` that are not one a column
 * @example
 * ```ts
 * const rows = [[0.75, 0.25], [0.625, 0.375], [0.25, 0.75], [0.875, 0.125]];
 * const [, positive] = thresholdTable([0, 1, 1, 0], rows, { thresholds: [0.5] });
 * positive?.rows[0]?.recall; // → 0.5
 * positive?.best.threshold; // → 0.375
 * ```
 */
export function thresholdTable(
  yTrue: Labels,
  yProba: Rows,
  options: ThresholdTableOptions = {},
): ClassThresholds[] {
  const metric = 'thresholdTable';
  const { labels, sampleWeight, thresholds = TENTHS } = options;
  const truth = readTruthColumn(metric, yTrue);
  const { data, length, columns } = readScores(metric, 'yProba', yProba);
  if (columns === undefined) {
    fail(metric, 'scores_need_2d', 'yProba must have a column a class; received one a sample.');
  }
  checkLengths(metric, { yTrue: truth.length, yProba: length, sampleWeight: sampleWeight?.length });
  const weights = sampleWeight ? readWeights(metric, sampleWeight) : undefined;
  const classes = columnLabels(metric, columns, labels);
  const own = columnOf(metric, truth, classes);
  return classes.map((label, c) => {
    const scores = new Float64Array(length);
    for (let i = 0; i < length; i++) scores[i] = data[i * columns + c]!;
    return borrow((memory) => {
      const counts = count(marks(own, c), scores, weights, 'none', memory);
      return { label, ...tableOf(counts, thresholds) };
    });
  });
}

const TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

function tableOf(
  counts: ThresholdCounts,
  thresholds: readonly number[],
): Omit<ClassThresholds, 'label'> {
  const { fps, tps, rising } = counts;
  const [positives, negatives] = [tps.at(-1)!, fps.at(-1)!];
  const rowAt = (threshold: number): ThresholdRow => {
    const last = rising.length - 1 - lowerBound(rising, threshold);
    const [tp, fp] = last < 0 ? [0, 0] : [tps[last]!, fps[last]!];
    const fn = positives - tp;
    return {
      threshold,
      ...{ tp, fp, fn, tn: negatives - fp },
      precision: tp / (tp + fp),
      recall: tp / positives,
      f1Score: (2 * tp) / (2 * tp + fp + fn),
    };
  };
  let best = rowAt(rising.at(-1)!);
  for (let i = rising.length - 2; i >= 0; i--) {
    const row = rowAt(rising[i]!);
    if (row.f1Score > best.f1Score) best = row;
  }
  return { rows: thresholds.map(rowAt), best };
}
