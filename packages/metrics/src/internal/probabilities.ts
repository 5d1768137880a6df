import type { Label, Labels } from '../labels.js';
import { fail, show } from './fail.js';
import { sum } from './numpy.js';
import {
  checkProbabilities,
  epsilon,
  readReals,
  type ScoreData,
  type Scores,
} from './score-table.js';
import { checkLengths } from './targets.js';
import { columnOf, readTruth, sortUnique, type Truth } from './truth.js';
import type { Warn } from './warn.js';
import { readWeights } from './weights.js';

/** Probabilities of each class, and which classes are true, checked but for the values of the rows. */
export interface Checked {
  readonly length: number;
  readonly columns: number;
  /** Probability of each class, row-major, two columns at least; of labels beside one column only that. */
  readonly proba: ScoreData;
  /** The true column of each row, or rows that are 1 where a class is true. */
  readonly truth: Int32Array | ArrayLike<number>;
  readonly oneLabel: boolean;
  /** Whether `proba` is the second of two columns, and the first is what it lacks of 1. */
  readonly isHalf: boolean;
  readonly weights: Float64Array | undefined;
  readonly single: boolean;
}

/**
 * Reads probabilities of all classes: rows, or one column, the probability of the second class.
 * Whether rows lie in [0, 1] is seen in {@link totalLoss}, unless something else is wrong: then here,
 * as scikit-learn looks at it first.
 */
export function checkMulticlass(
  fn: string,
  yTrue: unknown,
  scores: Scores,
  sampleWeight: ArrayLike<number> | null | undefined,
  labels: Labels | null | undefined,
  warn: Warn,
): Checked {
  if ((scores.columns ?? 1) === 1) checkProbabilities(fn, 'yProba', scores.data);
  try {
    return readMulticlass(fn, yTrue, scores, sampleWeight, labels, warn);
  } catch (error) {
    checkProbabilities(fn, 'yProba', scores.data);
    throw error;
  }
}

function readMulticlass(
  fn: string,
  yTrue: unknown,
  scores: Scores,
  sampleWeight: ArrayLike<number> | null | undefined,
  labels: Labels | null | undefined,
  warn: Warn,
): Checked {
  const truth = readTruth(fn, yTrue);
  const { length } = truth;
  checkLengths(fn, { yProba: scores.length, yTrue: length, sampleWeight: sampleWeight?.length });
  const weights = sampleWeight ? readWeights(fn, sampleWeight) : undefined;
  const columns = Math.max(2, scores.columns ?? 1);
  const oneLabel = 'codes' in truth;
  if (labels && !oneLabel) {
    const rule = 'yTrue must hold one label a sample beside labels';
    fail(fn, 'target_format', `${rule}; received rows of ${truth.columns}.`);
  }
  const { classCount, column } = oneLabel
    ? trueColumns(fn, truth, labels, warn)
    : { classCount: truth.columns, column: truth.data };
  if (classCount !== columns) {
    const wayOut = labels ? 'labels must list them all' : 'the option labels lists them all';
    const rule = `yProba must have a column for each of ${classCount} classes`;
    fail(fn, 'class_count_differs', `${rule}; received ${columns}: ${wayOut}.`);
  }
  const isHalf = oneLabel && (scores.columns ?? 1) === 1;
  const proba = isHalf ? scores.data : bothColumns(scores);
  return {
    length,
    columns,
    proba,
    truth: column,
    oneLabel,
    isHalf,
    weights,
    single: scores.single,
  };
}

/** Some rows, and of each what a loss needs. */
export interface RowBlock {
  /** The first of the rows. */
  readonly from: number;
  readonly count: number;
  /** The probability of the true class of each row, if there is one; of half ones room for it. */
  readonly own: Float64Array;
  /** The sum of the squares of each row; not of half ones. */
  readonly squares: Float64Array;
}

/** Few enough that what one loop has read and written is still near when the next one reads it. */
const BLOCK = 512;

/**
 * The sum of a loss over all rows, weighted, which are checked in the same pass: they must lie in
 * [0, 1], and a warning says if one does not sum to 1. Reading a million rows from memory twice would
 * take longer than the arithmetic.
 *
 * @param lossOf - writes the loss of each row of a block to the front of `out`
 */
export function totalLoss(
  fn: string,
  checked: Checked,
  warn: Warn,
  lossOf: (block: RowBlock, out: Float64Array) => void,
): number {
  const { length, weights } = checked;
  const totals = new Float64Array(Math.ceil(length / BLOCK));
  const own = new Float64Array(BLOCK);
  const squares = new Float64Array(BLOCK);
  const losses = new Float64Array(BLOCK);
  let offRow = -1;
  for (let b = 0; b < totals.length; b++) {
    const from = b * BLOCK;
    const count = Math.min(BLOCK, length - from);
    if (!checked.isHalf) {
      const off = readRows(fn, checked, from, count, own, squares);
      if (offRow < 0) offRow = off;
    }
    lossOf({ from, count, own, squares }, losses);
    if (weights) for (let i = 0; i < count; i++) losses[i]! *= weights[from + i]!;
    totals[b] = sum(losses, 0, count);
  }
  if (offRow >= 0) {
    const rule = `row ${offRow} of yProba does not sum to 1`;
    warn('rows_do_not_sum_to_one', 'UserWarning', `${rule}; probabilities of a sample do.`);
  }
  return sum(totals);
}

/** Checks and sums the rows of a block; the first row that does not sum to 1 is returned, else -1. */
function readRows(
  fn: string,
  { columns, proba, truth, oneLabel, single }: Checked,
  from: number,
  count: number,
  own: Float64Array,
  squares: Float64Array,
): number {
  const tolerance = 1e-8 + Math.sqrt(epsilon(single));
  let off = -1;
  for (let i = 0, row = from * columns; i < count; i++, row += columns) {
    // Two sums each, since an addition waits for the one before it.
    let even = 0;
    let odd = 0;
    let evenSquares = 0;
    let oddSquares = 0;
    let at = row;
    for (const end = row + columns - 1; at < end; at += 2) {
      const v = proba[at]!;
      const w = proba[at + 1]!;
      // v - v * v is 0 or above in [0, 1] only.
      if (!(v - v * v >= 0 && w - w * w >= 0)) checkProbabilities(fn, 'yProba', proba);
      even += v;
      odd += w;
      evenSquares += v * v;
      oddSquares += w * w;
    }
    if (at < row + columns) {
      const v = proba[at]!;
      if (!(v - v * v >= 0)) checkProbabilities(fn, 'yProba', proba);
      even += v;
      evenSquares += v * v;
    }
    if (off < 0 && Math.abs(even + odd - 1) > tolerance) off = from + i;
    squares[i] = evenSquares + oddSquares;
    if (oneLabel) own[i] = proba[row + truth[from + i]!]!;
  }
  return off;
}

/** Reads the probability of the true class, where p stands for 1 - p and p, and has been checked. */
export function readHalves(
  { proba, truth, single }: Checked,
  { from, count, own }: RowBlock,
): void {
  for (let i = 0; i < count; i++) {
    const p = proba[from + i]!;
    own[i] = truth[from + i] === 1 ? p : single ? Math.fround(1 - p) : 1 - p;
  }
}

/** Reads scores as probabilities and says how to get at one. */
export function readProbabilities(fn: string, yProba: unknown): Scores {
  return readReals(fn, 'yProba', yProba);
}

/** One column p stands for 1 - p and p; float32 subtracts in float32. */
export function bothColumns({ data, columns = 1, single }: Scores): ScoreData {
  if (columns > 1) return data;
  const both = new (single ? Float32Array : Float64Array)(2 * data.length);
  for (let i = 0; i < data.length; i++) {
    both[2 * i] = 1 - data[i]!;
    both[2 * i + 1] = data[i]!;
  }
  return both;
}

function trueColumns(
  fn: string,
  truth: Truth,
  labels: Labels | null | undefined,
  warn: Warn,
): { readonly classCount: number; readonly column: Int32Array } {
  const classes = labels ? orderLabels(fn, labels, warn) : truth.classes;
  const column = labels ? columnOf(fn, truth, classes) : truth.codes;
  if (classes.length === 1) {
    if (labels) {
      fail(fn, 'labels_too_few', `labels must hold at least two; received ${show(classes)}.`);
    }
    const wayOut = 'the option labels lists them all';
    const rule = 'yTrue must hold at least two classes';
    fail(fn, 'one_label_needs_labels', `${rule}; received only ${show(classes[0])}: ${wayOut}.`);
  }
  return { classCount: classes.length, column };
}

function orderLabels(fn: string, labels: Labels, warn: Warn): readonly Label[] {
  const { given, sorted, ordered } = sortUnique(fn, labels);
  if (!ordered) {
    const rule = `labels are taken in rising order, ${show(sorted)}, not as given, ${show(given)}`;
    warn('labels_not_ordered', 'UserWarning', `${rule}; the columns of yProba must follow it.`);
  }
  return sorted;
}
