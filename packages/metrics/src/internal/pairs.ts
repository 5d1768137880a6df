import type { Label, Labels } from '../labels.js';
import { fail, show } from './fail.js';
import { labelCodes } from './label-codes.js';
import { classSums } from './label-counts.js';
import { sum } from './numpy.js';
import { type ClassTargets, checkTargets } from './targets.js';
import type { Warn } from './warn.js';

/** Checked targets of one label a sample. */
export function checkClassTargets(
  fn: string,
  yTrue: unknown,
  yPred: unknown,
  sampleWeight?: ArrayLike<number> | null,
  mayBeZero = false,
): ClassTargets {
  const targets = checkTargets(fn, yTrue, yPred, sampleWeight, mayBeZero);
  if (targets.type === 'multilabel-indicator') {
    const wayOut =
      'multilabelConfusionMatrix takes rows, classIndices turns one-hot rows into labels';
    fail(fn, 'target_format', `yTrue must hold one label a sample; received rows: ${wayOut}.`);
  }
  return targets;
}

/** The pairs of truth and prediction among the wanted labels, counted, row-major. */
export function countPairs(
  fn: string,
  targets: ClassTargets,
  wanted?: Labels | null,
): { readonly labels: readonly Label[]; readonly pairs: Float64Array } {
  const present = targets.labels;
  if (!wanted) return { labels: present, pairs: tally(targets, present.length, null) };
  const { labels, codes } = labelCodes(fn, present, wanted);
  const rowOf = new Int32Array(present.length).fill(-1);
  codes.forEach((code, row) => {
    if (code >= 0) rowOf[code] = row;
  });
  if (!rowOf.some((row, code) => row >= 0 && occurs(targets, code))) {
    fail(
      fn,
      'no_label_in_y_true',
      `labels must hold one that occurs in yTrue; received ${show(labels)}.`,
    );
  }
  return { labels, pairs: tally(targets, labels.length, rowOf) };
}

function tally(
  { yTrue, yPred, weights, pairs: counted }: ClassTargets,
  k: number,
  rowOf: Int32Array | null,
): Float64Array {
  if (counted) return rowOf ? rearranged(counted, rowOf, k) : counted;
  const pairs = new Float64Array(k * k);
  for (let i = 0; i < yTrue.length; i++) {
    const row = rowOf ? rowOf[yTrue[i]!]! : yTrue[i]!;
    const column = rowOf ? rowOf[yPred[i]!]! : yPred[i]!;
    if (row >= 0 && column >= 0) pairs[row * k + column]! += weights ? weights[i]! : 1;
  }
  return pairs;
}

/** Whether a label is true of some sample, whatever that weighs. */
function occurs(targets: ClassTargets, code: number): boolean {
  if (targets.pairs) return classSums(targets).actual[code] !== 0;
  return targets.yTrue.includes(code);
}

/** Counted pairs with rows and columns moved to the places asked for. */
function rearranged(counted: Float64Array, rowOf: Int32Array, k: number): Float64Array {
  const pairs = new Float64Array(k * k);
  counted.forEach((count, at) => {
    const row = rowOf[Math.floor(at / rowOf.length)]!;
    const column = rowOf[at % rowOf.length]!;
    if (row >= 0 && column >= 0) pairs[row * k + column] = count;
  });
  return pairs;
}

/** A 1 x 1 matrix is seldom what was meant. */
export function warnSingleLabel(warn: Warn): void {
  const rule = 'yTrue and yPred hold a single label, so the matrix is 1 x 1';
  warn('single_label', 'UserWarning', `${rule}; the option labels takes all known labels.`);
}

/** Sums of the rows, the columns and the diagonal, added in NumPy's order. */
export function marginals(
  pairs: Float64Array,
  k: number,
): { readonly rows: Float64Array; readonly columns: Float64Array; readonly trace: number } {
  const rows = new Float64Array(k);
  const columns = new Float64Array(k);
  const diagonal = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    rows[i] = sum(pairs, i * k, k);
    diagonal[i] = pairs[i * k + i]!;
    for (let j = 0; j < k; j++) columns[j]! += pairs[i * k + j]!;
  }
  return { rows, columns, trace: sum(diagonal) };
}
