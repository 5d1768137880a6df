import {
  averageColumns,
  type BinaryScore,
  checkScoreAverage,
  oneHotRows,
  type ScoreAverage,
} from './internal/binary-average.js';
import { fail, show } from './internal/fail.js';
import { key } from './internal/label-codes.js';
import { borrow } from './internal/memory.js';
import { oneScore, readScores } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { count, marks } from './internal/thresholds.js';
import { readTruth } from './internal/truth.js';
import { warner } from './internal/warn.js';
import { readWeights, requireWeight } from './internal/weights.js';
import type { Label, Rows, Targets } from './labels.js';
import type { PerClass, WeightOptions } from './options.js';
import type { WarningOptions } from './warning.js';

/** Options of {@link averagePrecisionScore}. */
export interface AveragePrecisionOptions extends WeightOptions, WarningOptions {
  /** How the classes' scores become one; `null` for one a class. Default: `'macro'`. */
  readonly average?: ScoreAverage | undefined;
  /** The positive class of two. Default: 1. */
  readonly posLabel?: Label | undefined;
}

/**
 * Says how precise the positives are on average over all shares of them found: the area under the
 * precision-recall curve, in steps.
 *
 * A guess scores the share of positives, not 0.5, so scores of classes of other sizes do not
 * compare, and their macro average mixes easy with hard baselines.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yScore - score of the positive class, length n, or of each class, n x k
 * @returns a number in [0, 1], or one a class for `average: null`; up is better
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, NaN, or columns that are
 *   not the classes
 * @example
 * ```ts
 * averagePrecisionScore([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]); // → 0.8333333333333333
 * ```
 * @see scikit-learn's `average_precision_score`
 */
export function averagePrecisionScore(
  yTrue: Targets,
  yScore: ArrayLike<number> | Rows,
  options: AveragePrecisionOptions & PerClass,
): number | number[];
export function averagePrecisionScore(
  yTrue: Targets,
  yScore: ArrayLike<number> | Rows,
  options?: AveragePrecisionOptions,
): number;
export function averagePrecisionScore(
  yTrue: Targets,
  yScore: ArrayLike<number> | Rows,
  options: AveragePrecisionOptions = {},
): number | number[] {
  const metric = 'averagePrecisionScore';
  const { average = 'macro', posLabel = 1, sampleWeight, onWarning } = options;
  checkScoreAverage(metric, average);
  const truth = readTruth(metric, yTrue);
  const binary = 'codes' in truth && truth.type === 'binary';
  if (
    binary &&
    truth.classes.length === 2 &&
    !truth.classes.some((c) => key(c) === key(posLabel))
  ) {
    const received = `${show(posLabel)}, labels ${show(truth.classes)}`;
    fail(
      metric,
      'pos_label_unknown',
      `posLabel must be one of the two labels; received ${received}.`,
    );
  }
  if (!binary && key(posLabel) !== 1) {
    const rule = 'posLabel has no meaning with more than two classes or rows';
    fail(metric, 'pos_label_fixed', `${rule}; received ${show(posLabel)}.`);
  }
  const scores = readScores(metric, 'yScore', yScore);
  const { length } = truth;
  const warn = warner(metric, onWarning);
  const score: BinaryScore = (positive, column, weights) => {
    requireWeight(metric, weights);
    return borrow((memory) => {
      const { tps, fps } = count(positive, column, weights, 'flat', memory);
      const positives = tps.at(-1)!;
      if (positives === 0) {
        const rule = 'yTrue holds no positive samples';
        warn('no_positive_samples', 'UserWarning', `${rule}; recall is 1 at every threshold.`);
        return Math.max(0, precisionAt(tps, fps, 0));
      }
      return Math.max(0, steps(tps, fps));
    });
  };
  checkLengths(metric, {
    yTrue: length,
    yScore: scores.length,
    sampleWeight: sampleWeight?.length,
  });
  const weights = sampleWeight ? readWeights(metric, sampleWeight, true) : undefined;
  if (average === 'samples') requireWeight(metric, weights);
  if (binary) {
    const positive = truth.classes.findIndex((label) => key(label) === key(posLabel));
    const isPositive = positive === 1 ? truth.codes : marks(truth.codes, positive);
    return score(isPositive, oneScore(metric, 'yScore', scores), weights);
  }
  const columns = 'codes' in truth ? truth.classes.length : truth.columns;
  if (scores.columns !== columns) {
    const received = scores.columns === undefined ? 'one score a sample' : `${scores.columns}`;
    fail(
      metric,
      'scores_need_2d',
      `yScore must have a column for each of ${columns} classes; received ${received}.`,
    );
  }
  const rows = 'codes' in truth ? oneHotRows(truth.codes, columns) : truth;
  return averageColumns(score, rows, scores, average, weights);
}

function precisionAt(tps: ArrayLike<number>, fps: ArrayLike<number>, i: number): number {
  const chosen = tps[i]! + fps[i]!;
  return chosen === 0 ? 0 : tps[i]! / chosen;
}

/** The sum of precision times the recall gained at each threshold. */
function steps(tps: ArrayLike<number>, fps: ArrayLike<number>): number {
  let area = 0;
  let before = 0;
  for (let i = 0; i < tps.length; i++) {
    area += (tps[i]! - before) * precisionAt(tps, fps, i);
    before = tps[i]!;
  }
  return area / before;
}
