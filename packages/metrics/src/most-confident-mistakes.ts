import { columnLabels } from './internal/column-labels.js';
import { checkLimit, fail } from './internal/fail.js';
import { readScores } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { columnOf, readTruthColumn } from './internal/truth.js';
import type { Label, Labels, Rows } from './labels.js';

/** Options of {@link mostConfidentMistakes}. */
export interface ConfidentMistakesOptions {
  /** How many samples at most, Infinity for all. Default: 10. */
  readonly limit?: number | undefined;
  /** The label of each column. Default: 0, 1, 2, … */
  readonly labels?: Labels | null | undefined;
}

/** A sample that the model was sure of, and wrong about. */
export interface ConfidentMistake {
  /** Which sample. */
  readonly index: number;
  readonly trueLabel: Label;
  readonly predictedLabel: Label;
  /** Probability of the predicted class. */
  readonly confidence: number;
  /** Probability of the true class. */
  readonly trueProbability: number;
}

/**
 * Says which samples the model got wrong while it was most sure: the first to look at, for many are
 * wrong labels in the data.
 *
 * It shows the worst, not the usual mistakes; {@link mostConfusedPairs} shows those.
 *
 * @param yTrue - true labels, length n; class indices unless `labels` names the columns
 * @param yProba - probability of each class, n x k; of equal values the first column is predicted
 * @returns mistakes from the most confident down, plain data
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, NaN, unknown
 *   labels, `labels` that are not one a column, or a limit below 0
 * @example
 * ```ts
 * const rows = [[0.75, 0.25], [0.125, 0.875], [0.5, 0.5]];
 * mostConfidentMistakes([1, 0, 0], rows).map(({ index }) => index); // → [1, 0]
 * ```
 */
export function mostConfidentMistakes(
  yTrue: Labels,
  yProba: Rows,
  options: ConfidentMistakesOptions = {},
): ConfidentMistake[] {
  const metric = 'mostConfidentMistakes';
  const { limit = 10, labels } = options;
  checkLimit(metric, limit);
  const truth = readTruthColumn(metric, yTrue);
  const { data, length, columns } = readScores(metric, 'yProba', yProba);
  if (columns === undefined) {
    fail(metric, 'scores_need_2d', 'yProba must have a column a class; received one a sample.');
  }
  checkLengths(metric, { yTrue: truth.length, yProba: length });
  const classes = columnLabels(metric, columns, labels);
  const own = columnOf(metric, truth, classes);
  const mistakes: ConfidentMistake[] = [];
  for (let i = 0; i < length; i++) {
    const row = i * columns;
    let best = 0;
    for (let j = 1; j < columns; j++) if (data[row + j]! > data[row + best]!) best = j;
    if (best === own[i]) continue;
    mistakes.push({
      index: i,
      trueLabel: classes[own[i]!]!,
      predictedLabel: classes[best]!,
      confidence: data[row + best]!,
      trueProbability: data[row + own[i]!]!,
    });
  }
  return mistakes.sort((a, b) => b.confidence - a.confidence || a.index - b.index).slice(0, limit);
}
