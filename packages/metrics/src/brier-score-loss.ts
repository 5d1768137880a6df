import { checkOption, fail } from './internal/fail.js';
import { sum } from './internal/numpy.js';
import {
  type Checked,
  checkMulticlass,
  type RowBlock,
  readProbabilities,
  totalLoss,
} from './internal/probabilities.js';
import { checkProbabilities, type Scores } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { marks } from './internal/thresholds.js';
import { positiveCode, readTruth, speakForThemselves, type Truth } from './internal/truth.js';
import { warner } from './internal/warn.js';
import { readWeights } from './internal/weights.js';
import type { Label, Labels, Rows, Targets } from './labels.js';
import type { WeightOptions } from './options.js';
import type { WarningOptions } from './warning.js';

/** Options of {@link brierScoreLoss}. */
export interface BrierScoreOptions extends WeightOptions, WarningOptions {
  /** The class that a single column of probabilities speaks of. Default: 1, or the larger number. */
  readonly posLabel?: Label | null | undefined;
  /**
   * All classes, each once, whose rising order is that of the columns; not beside one-hot rows.
   * Default: those in `yTrue`.
   */
  readonly labels?: Labels | null | undefined;
  /** Halve the sum over the classes. Default: `'auto'`, halved for two classes only. */
  readonly scaleByHalf?: boolean | 'auto' | undefined;
}

/**
 * Says how far the probabilities lie from the truth: the mean squared distance.
 *
 * It mixes calibration with sharpness, and on a rare class the constant "never" scores close to 0.
 * Two classes give half of the sum (0 to 1), more classes the whole (0 to 2), so the two do not
 * compare unless `scaleByHalf` is set.
 *
 * @param yTrue - true labels, length n, or one-hot rows
 * @param yProba - probability of the positive class, length n, or of each class, n x k
 * @returns a number in [0, 1], or [0, 2] unless halved; down is better
 * @throws TypeError or RangeError ({@link MetricError}) for probabilities outside [0, 1], unequal
 *   lengths, or columns that are not the classes
 * @example
 * ```ts
 * brierScoreLoss([0, 1, 1, 0], [0.25, 0.75, 0.5, 0]); // → 0.09375
 * ```
 * @see scikit-learn's `brier_score_loss`
 */
export function brierScoreLoss(
  yTrue: Targets,
  yProba: ArrayLike<number> | Rows,
  options: BrierScoreOptions = {},
): number {
  const metric = 'brierScoreLoss';
  const { sampleWeight, labels, posLabel, scaleByHalf = 'auto', onWarning } = options;
  checkOption(metric, 'scaleByHalf', scaleByHalf, [true, false, 'auto']);
  const scores = readProbabilities(metric, yProba);
  const warn = warner(metric, onWarning);
  const checked =
    (scores.columns ?? 1) === 1
      ? checkBinary(metric, yTrue, scores, sampleWeight, posLabel)
      : checkMulticlass(metric, yTrue, scores, sampleWeight, labels, warn);
  const { length, columns, oneLabel, isHalf, weights } = checked;
  const toLabels = isHalf ? distancesToHalves : distancesToLabels;
  const distances = oneLabel ? toLabels : distancesToRows;
  const total = totalLoss(metric, checked, warn, (block, out) => distances(checked, block, out));
  const halved = scaleByHalf === 'auto' ? columns < 3 : scaleByHalf;
  return (total / (weights ? sum(weights) : length)) * (halved ? 0.5 : 1);
}

function distancesToRows(
  { columns, proba, truth }: Checked,
  { from, count }: RowBlock,
  out: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    out[i] = 0;
    for (let at = (from + i) * columns; at < (from + i + 1) * columns; at++) {
      out[i]! += (truth[at]! - proba[at]!) ** 2;
    }
  }
}

/**
 * The squares of all columns, less the true one's, and the square of what that lacks of 1. Where the
 * true one is nearly all of the sum the others are added up alone: the difference would have lost
 * their digits.
 */
function distancesToLabels(
  { columns, proba, truth }: Checked,
  { from, count, own, squares }: RowBlock,
  out: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    const p = own[i]!;
    let others = squares[i]! - p * p;
    if (p * p > 0.99 * squares[i]!) {
      others = 0;
      const row = (from + i) * columns;
      for (let j = 0; j < columns; j++) if (j !== truth[from + i]) others += proba[row + j]! ** 2;
    }
    out[i] = others + (1 - p) * (1 - p);
  }
}

/**
 * Without a branch, which nobody could predict: for the second class its square and the first one's
 * change places, and so do their signs, which squares lose.
 */
function distancesToHalves(
  { proba, truth, single }: Checked,
  { from, count }: RowBlock,
  out: Float64Array,
): void {
  for (let i = 0; i < count; i++) {
    const second = proba[from + i]!;
    const first = single ? Math.fround(1 - second) : 1 - second;
    const isSecond = Number(truth[from + i] === 1);
    const a = isSecond - second;
    const b = 1 - isSecond - first;
    out[i] = a * a + b * b;
  }
}

function checkBinary(
  fn: string,
  yTrue: unknown,
  scores: Scores,
  sampleWeight: ArrayLike<number> | null | undefined,
  posLabel: Label | null | undefined,
): Checked {
  const truth = readTruth(fn, yTrue);
  const { length } = truth;
  checkLengths(fn, { yProba: scores.length, yTrue: length, sampleWeight: sampleWeight?.length });
  const weights = sampleWeight ? readWeights(fn, sampleWeight) : undefined;
  if (!('codes' in truth) || truth.type !== 'binary') {
    const received = 'codes' in truth ? `${truth.classes.length} classes` : 'rows';
    fail(
      fn,
      'target_not_binary',
      `yTrue must be binary for one probability a sample; received ${received}.`,
    );
  }
  checkProbabilities(fn, 'yProba', scores.data);
  const positive = positiveOrLargest(fn, truth, posLabel);
  const column = positive === 1 ? truth.codes : marks(truth.codes, positive);
  const { data: proba, single } = scores;
  const kind = { columns: 2, oneLabel: true, isHalf: true };
  return { ...kind, length, proba, truth: column, weights, single };
}

/** Of numbers other than 0/1 and -1/1 the larger is positive; names must say which. */
function positiveOrLargest(fn: string, truth: Truth, posLabel: Label | null | undefined): number {
  const { classes } = truth;
  const silent = posLabel === null || posLabel === undefined;
  if (silent && typeof classes[0] !== 'string' && !speakForThemselves(classes)) {
    return classes.length - 1;
  }
  return positiveCode(fn, truth, posLabel);
}
