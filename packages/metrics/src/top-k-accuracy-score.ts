import { share } from './internal/agreement.js';
import { fail, show } from './internal/fail.js';
import { oneScore, readScores, type ScoreData, type Scores } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { checkOrdered, columnOf, readTruthColumn, type Truth } from './internal/truth.js';
import { warner } from './internal/warn.js';
import { readWeights } from './internal/weights.js';
import type { Label, Labels, Rows } from './labels.js';
import type { CountOptions } from './options.js';
import type { WarningOptions } from './warning.js';

/** Options of {@link topKAccuracyScore}. */
export interface TopKAccuracyOptions extends CountOptions, WarningOptions {
  /** How many of the highest scores may hold the true class, 1 or more. Default: 2. */
  readonly k?: number | undefined;
  /** All classes in rising order, a column each. Default: those in `yTrue`. */
  readonly labels?: Labels | null | undefined;
}

/**
 * Says how often the true class is among the `k` with the highest scores.
 *
 * It flatters: with ten classes, guessing has 0.3 of top-3. Of equal scores the later class counts
 * as the higher, so a model that scores all classes alike is right about the last ones.
 *
 * @param yTrue - true labels, length n
 * @param yScore - scores or probabilities, n x classes; of two classes also one score a sample, cut
 *   at 0.5 if all lie in [0, 1] and at 0 if not
 * @returns a share in [0, 1], or a count or weight with `normalize: false`; up is better
 * @throws TypeError or RangeError ({@link MetricError}) for columns that are not the classes, unequal
 *   lengths, or k below 1
 * @example
 * ```ts
 * const scores = [[0.5, 0.25, 0.25], [0.375, 0.5, 0.125], [0.125, 0.5, 0.375]];
 * topKAccuracyScore([0, 0, 1], scores, { labels: [0, 1, 2], k: 1 }); // → 0.6666666666666666
 * topKAccuracyScore([0, 0, 1], scores, { labels: [0, 1, 2], k: 2 }); // → 1
 * ```
 * @see scikit-learn's `top_k_accuracy_score`
 */
export function topKAccuracyScore(
  yTrue: Labels,
  yScore: ArrayLike<number> | Rows,
  options: TopKAccuracyOptions = {},
): number {
  const metric = 'topKAccuracyScore';
  const { k = 2, normalize = true, sampleWeight, labels, onWarning } = options;
  if (!Number.isInteger(k) || k < 1) {
    fail(metric, 'option_value', `k must be a whole number of 1 or more; received ${show(k)}.`);
  }
  const truth = readTruthColumn(metric, yTrue);
  const binary = truth.type === 'binary' && !(labels && labels.length > 2);
  const scores = readScores(metric, 'yScore', yScore);
  if (binary) oneScore(metric, 'yScore', scores);
  else if (scores.columns === undefined) {
    const rule = 'yScore must have a column a class';
    fail(
      metric,
      'scores_need_2d',
      `${rule}; received one score a sample for ${truth.type} labels.`,
    );
  }
  const { length } = truth;
  checkLengths(metric, {
    yTrue: length,
    yScore: scores.length,
    sampleWeight: sampleWeight?.length,
  });
  const columns = scores.columns ?? 2;
  const classes = classesOfColumns(metric, truth, binary ? 2 : columns, labels);
  if (k >= classes.length) {
    const rule = `k (${k}) covers all ${classes.length} classes`;
    warner(metric, onWarning)(
      'k_covers_all_classes',
      'UndefinedMetricWarning',
      `${rule}: always 1.`,
    );
  }
  const column = columnOf(metric, truth, classes);
  const hits = binary ? binaryHits(column, scores.data, k) : rankHits(column, scores, columns, k);
  const weights = sampleWeight ? readWeights(metric, sampleWeight, !normalize) : undefined;
  return share(hits, weights, normalize);
}

function classesOfColumns(
  fn: string,
  truth: Truth,
  columns: number,
  labels: Labels | null | undefined,
): readonly Label[] {
  const classes = labels ? checkOrdered(fn, labels) : truth.classes;
  if (classes.length === columns) return classes;
  const wayOut = labels ? 'labels must list them all' : 'the option labels lists them all';
  const rule = `yScore must have a column for each of ${classes.length} classes`;
  return fail(fn, 'class_count_differs', `${rule}; received ${columns}: ${wayOut}.`);
}

function binaryHits(truth: Int32Array, scores: ArrayLike<number>, k: number): Uint8Array {
  const hits = new Uint8Array(truth.length).fill(1);
  if (k > 1) return hits;
  let inUnit = true;
  for (let i = 0; i < scores.length; i++) inUnit &&= scores[i]! >= 0 && scores[i]! <= 1;
  const threshold = inUnit ? 0.5 : 0;
  return hits.map((_, i) => Number(Number(scores[i]! > threshold) === truth[i]));
}

/** How many columns come before the true one: those that score higher, and later ones as high. */
function ranksAbove(data: ScoreData, start: number, own: number, columns: number): number {
  const score = data[start + own]!;
  let above = 0;
  for (let j = 0; j < columns; j++) {
    const other = data[start + j]!;
    if (other > score || (other === score && j > own)) above++;
  }
  return above;
}

/** Counts the columns at or above the true one, without a branch; ties only are looked at closely. */
function rankHits(truth: Int32Array, { data }: Scores, columns: number, k: number): Uint8Array {
  const hits = new Uint8Array(truth.length);
  for (let i = 0, row = 0; i < hits.length; i++, row += columns) {
    const own = truth[i]!;
    const score = data[row + own]!;
    let even = 0;
    let odd = 0;
    let at = row;
    for (const end = row + columns - 1; at < end; at += 2) {
      even += Number(data[at]! >= score);
      odd += Number(data[at + 1]! >= score);
    }
    if (at < row + columns) even += Number(data[at]! >= score);
    hits[i] = even + odd <= k || ranksAbove(data, row, own, columns) < k ? 1 : 0;
  }
  return hits;
}
