import type { Label, Labels } from '../labels.js';
import { fail, show } from './fail.js';
import { checkProbabilityRows, readReals, type ScoreData, type Scores } from './score-table.js';
import { checkLengths } from './targets.js';
import { columnOf, readTruth, sortLabels, type Truth } from './truth.js';
import type { Warn } from './warn.js';
import { readWeights } from './weights.js';

/** Probabilities of each class, and which classes are true, both checked against each other. */
export interface Checked {
  readonly length: number;
  readonly columns: number;
  /** Probability of each class, row-major, two columns at least. */
  readonly proba: ScoreData;
  /** The true column of each row, or rows that are 1 where a class is true. */
  readonly truth: Int32Array | ArrayLike<number>;
  readonly oneLabel: boolean;
  readonly weights: Float64Array | undefined;
  readonly single: boolean;
}

/** Reads probabilities of all classes: rows, or one column, the probability of the second class. */
export function checkMulticlass(
  fn: string,
  yTrue: unknown,
  scores: Scores,
  sampleWeight: ArrayLike<number> | null | undefined,
  labels: Labels | null | undefined,
  warn: Warn,
): Checked {
  const offRow = checkProbabilityRows(fn, 'yProba', scores);
  const truth = readTruth(fn, yTrue);
  const { length } = truth;
  checkLengths(fn, { yProba: scores.length, yTrue: length, sampleWeight: sampleWeight?.length });
  const weights = sampleWeight ? readWeights(fn, sampleWeight) : undefined;
  const columns = Math.max(2, scores.columns ?? 1);
  const proba = bothColumns(scores);
  const oneLabel = 'codes' in truth;
  const { classCount, column } = oneLabel
    ? trueColumns(fn, truth, labels, warn)
    : { classCount: truth.columns, column: truth.data };
  if (offRow >= 0) {
    const rule = `row ${offRow} of yProba does not sum to 1`;
    warn('rows_do_not_sum_to_one', 'UserWarning', `${rule}; probabilities of a sample do.`);
  }
  if (classCount !== columns) {
    const wayOut = labels ? 'labels must list them all' : 'the option labels lists them all';
    const rule = `yProba must have a column for each of ${classCount} classes`;
    fail(fn, 'class_count_differs', `${rule}; received ${columns}: ${wayOut}.`);
  }
  return { length, columns, proba, truth: column, oneLabel, weights, single: scores.single };
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
    const rule = `yTrue holds only ${show(classes[0])}`;
    fail(fn, 'one_label_needs_labels', `${rule}; the option labels must list all classes.`);
  }
  return { classCount: classes.length, column };
}

function orderLabels(fn: string, labels: Labels, warn: Warn): readonly Label[] {
  const { given, sorted, ordered } = sortLabels(fn, labels);
  if (!ordered) {
    const rule = `labels are taken in rising order, ${show(sorted)}, not as given, ${show(given)}`;
    warn('labels_not_ordered', 'UserWarning', `${rule}; the columns of yProba must follow it.`);
  }
  return sorted;
}
