import {
  averageColumns,
  checkScoreAverage,
  oneHotRows,
  type ScoreAverage,
} from './internal/binary-average.js';
import { checkOption, fail, show } from './internal/fail.js';
import { binaryRocAuc } from './internal/roc-area.js';
import { onePairAtATime } from './internal/roc-one-vs-one.js';
import { oneScore, readScores, type Scores } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { checkOrdered, columnOf, readTruth, type Truth } from './internal/truth.js';
import { warner } from './internal/warn.js';
import { readWeights, requireWeight } from './internal/weights.js';
import type { Labels, Rows, Targets } from './labels.js';
import type { PerClass, WeightOptions } from './options.js';
import type { WarningOptions } from './warning.js';

/** Options of {@link rocAucScore}. */
export interface RocAucOptions extends WeightOptions, WarningOptions {
  /** How the classes' scores become one; `null` for one a class. Default: `'macro'`. */
  readonly average?: ScoreAverage | undefined;
  /** Up to this false positive rate only, in (0, 1], standardized; two classes. Default: all. */
  readonly maxFpr?: number | null | undefined;
  /** More than two classes: each against the rest, or each against each other; must be said. */
  readonly multiClass?: 'raise' | 'ovr' | 'ovo' | undefined;
  /** All classes in rising order, a column each. Default: those in `yTrue`. */
  readonly labels?: Labels | null | undefined;
}

/**
 * Says how often a positive scores above a negative (ties count half): the area under the ROC curve.
 *
 * It looks at order only, so it says nothing of calibration or of any one threshold, and with rare
 * positives it stays high while most alarms are false ({@link averagePrecisionScore} does not). One
 * class alone has no area: NaN and a warning.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yScore - score of the larger of two labels, length n; more classes: probabilities, n x k
 * @returns a number in [0, 1], 0.5 for a guess, or one a class for `average: null`; up is better
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, NaN, several classes
 *   without `multiClass` or with rows that do not sum to 1
 * @example
 * ```ts
 * rocAucScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // → 0.75
 * const rows = [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.125, 0.5, 0.375]];
 * rocAucScore([0, 1, 2], rows, { multiClass: 'ovr' }); // → 0.9166666666666666
 * ```
 * @see scikit-learn's `roc_auc_score`
 */
export function rocAucScore(
  yTrue: Targets,
  yScore: ArrayLike<number> | Rows,
  options: RocAucOptions & PerClass,
): number | number[];
export function rocAucScore(
  yTrue: Targets,
  yScore: ArrayLike<number> | Rows,
  options?: RocAucOptions,
): number;
export function rocAucScore(
  yTrue: Targets,
  yScore: ArrayLike<number> | Rows,
  options: RocAucOptions = {},
): number | number[] {
  const metric = 'rocAucScore';
  const { average = 'macro', maxFpr, multiClass = 'raise', sampleWeight } = options;
  checkScoreAverage(metric, average);
  checkOption(metric, 'multiClass', multiClass, ['raise', 'ovr', 'ovo']);
  if (typeof maxFpr === 'number' && !(maxFpr > 0 && maxFpr <= 1)) {
    fail(metric, 'option_value', `maxFpr must lie in (0, 1]; received ${show(maxFpr)}.`);
  }
  const truth = readTruth(metric, yTrue);
  if (truth.length === 0) fail(metric, 'empty_input', 'yTrue must hold a sample; received none.');
  const scores = readScores(metric, 'yScore', yScore);
  const several = 'codes' in truth && (truth.type === 'multiclass' || (scores.columns ?? 1) > 2);
  if (several) return multiclass(metric, truth, scores, { ...options, average, multiClass });

  const sizes = { yTrue: truth.length, yScore: scores.length, sampleWeight: sampleWeight?.length };
  checkLengths(metric, sizes);
  const weights = sampleWeight ? readWeights(metric, sampleWeight, true) : undefined;
  if (average === 'samples') requireWeight(metric, weights);
  const warn = warner(metric, options.onWarning);
  const area = binaryRocAuc(metric, warn, maxFpr ?? 1);
  if ('codes' in truth) {
    // Of one class there is no area, whatever the scores.
    const column = truth.classes.length > 1 ? oneScore(metric, 'yScore', scores) : scores.data;
    return area(truth.codes, column, weights);
  }
  if (scores.columns !== truth.columns) {
    const received = scores.columns ?? 'one score a sample';
    fail(
      metric,
      'class_count_differs',
      `yScore must have ${truth.columns} columns; received ${received}.`,
    );
  }
  return averageColumns(area, truth, scores, average, weights);
}

function multiclass(
  fn: string,
  truth: Truth,
  scores: Scores,
  options: RocAucOptions & Required<Pick<RocAucOptions, 'average' | 'multiClass'>>,
): number | number[] {
  const { average, multiClass, maxFpr, labels, sampleWeight } = options;
  if (typeof maxFpr === 'number' && maxFpr !== 1) {
    fail(fn, 'option_value', `maxFpr is for two classes; received ${maxFpr} with more.`);
  }
  if (multiClass === 'raise') {
    const rule = 'multiClass must be "ovr" or "ovo" for more than two classes';
    fail(fn, 'multi_class_needed', `${rule}; received ${truth.classes.length} classes.`);
  }
  const columns = checkRows(fn, scores);
  const ovr = multiClass === 'ovr';
  checkOption(
    fn,
    'average',
    average,
    ovr ? ['micro', 'macro', 'weighted', null] : ['macro', 'weighted'],
  );
  const classes = labels ? checkOrdered(fn, labels) : truth.classes;
  if (classes.length !== columns) {
    const wayOut = labels ? 'labels must list them all' : 'the option labels lists them all';
    const rule = `yScore must have a column for each of ${classes.length} classes`;
    fail(fn, 'class_count_differs', `${rule}; received ${columns}: ${wayOut}.`);
  }
  const codes = columnOf(fn, truth, classes);
  if (!ovr && sampleWeight) {
    const rule = 'sampleWeight has no meaning with multiClass "ovo"';
    fail(fn, 'weights_unsupported', `${rule}; received ${show(sampleWeight)}: take "ovr".`);
  }
  const sizes = { yTrue: truth.length, yScore: scores.length, sampleWeight: sampleWeight?.length };
  checkLengths(fn, sizes);
  const warn = warner(fn, options.onWarning);
  const area = binaryRocAuc(fn, warn, 1);
  if (!ovr) return onePairAtATime(warn, area, codes, scores.data, columns, average === 'weighted');
  const weights = sampleWeight ? readWeights(fn, sampleWeight, true) : undefined;
  return averageColumns(area, oneHotRows(codes, columns), scores, average, weights);
}

/** Rows of probabilities: a column a class, each row summing to 1. */
function checkRows(fn: string, { data, length, columns }: Scores): number {
  if (columns === undefined) {
    fail(fn, 'scores_need_2d', 'yScore must have a column a class; received one score a sample.');
  }
  for (let i = 0; i < length; i++) {
    let total = 0;
    for (let j = 0; j < columns; j++) total += data[i * columns + j]!;
    if (Math.abs(1 - total) <= 1e-8 + 1e-5 * Math.abs(total)) continue;
    const rule = 'rows of yScore must be probabilities and sum to 1';
    fail(fn, 'scores_not_probabilities', `${rule}; received a sum of ${total} in row ${i}.`);
  }
  return columns;
}
