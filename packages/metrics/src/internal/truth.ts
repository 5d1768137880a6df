import type { Label, Labels } from '../labels.js';
import { type Column, readColumn, readTargets, type Table } from './columns.js';
import { compareLabels, encode, translate } from './encode.js';
import { fail, show } from './fail.js';
import { key, labelCodes } from './label-codes.js';
import { targetType } from './targets.js';

/** The true labels beside scores: a code a sample into the sorted classes that occur. */
export interface Truth {
  readonly type: 'binary' | 'multiclass';
  readonly length: number;
  readonly classes: readonly Label[];
  readonly codes: Int32Array;
}

/** Reads true labels, or rows of 0 and 1 with a column a class. */
export function readTruth(fn: string, yTrue: unknown): Truth | Table {
  const y = readTargets(fn, 'yTrue', yTrue);
  const type = targetType(fn, 'yTrue', y);
  if (type !== 'classes' && type !== 'multilabel-indicator') {
    fail(fn, 'target_format', `yTrue must hold labels; received a ${type} target.`);
  }
  return y.shape === 'table' ? y : encodeTruth(fn, y);
}

/** Reads true labels, one a sample. */
export function readTruthColumn(fn: string, yTrue: unknown): Truth {
  const truth = readTruth(fn, yTrue);
  if ('codes' in truth) return truth;
  fail(
    fn,
    'target_format',
    `yTrue must hold one label a sample; received rows of ${truth.columns}.`,
  );
}

function encodeTruth(fn: string, y: Column): Truth {
  const { labels, codes } = encode(fn, ['yTrue'], [y]);
  const type = labels.length > 2 ? 'multiclass' : 'binary';
  return { type, length: y.length, classes: labels, codes: codes[0]! };
}

/** The classes in rising order, and whether the given ones were. */
export function sortLabels(
  fn: string,
  labels: Labels,
): {
  readonly given: readonly Label[];
  readonly sorted: readonly Label[];
  readonly ordered: boolean;
} {
  const given: readonly Label[] = Array.from(readColumn(fn, 'labels', labels).values);
  const unique = [...new Map(given.map((label) => [key(label), label])).values()];
  const sorted = unique.toSorted(compareLabels);
  const ordered = given.length === sorted.length && given.every((label, i) => label === sorted[i]);
  return { given, sorted, ordered };
}

/** The same of labels that must be unique. */
export function sortUnique(fn: string, labels: Labels): ReturnType<typeof sortLabels> {
  const read = sortLabels(fn, labels);
  if (read.sorted.length < read.given.length) {
    fail(fn, 'labels_not_unique', `labels must be unique; received ${show(read.given)}.`);
  }
  return read;
}

/** Throws unless the labels are unique and rise. */
export function checkOrdered(fn: string, labels: Labels): readonly Label[] {
  const { given, sorted, ordered } = sortUnique(fn, labels);
  if (!ordered) {
    fail(fn, 'labels_not_ordered', `labels must be in rising order; received ${show(given)}.`);
  }
  return sorted;
}

/** The column of each true label among the classes of the scores; an unknown label throws. */
export function columnOf(fn: string, truth: Truth, classes: readonly Label[]): Int32Array {
  const { codes } = labelCodes(fn, classes, truth.classes as Labels);
  const missing = truth.classes.filter((_, i) => codes[i] === -1);
  if (missing.length > 0) {
    fail(
      fn,
      'label_unknown',
      `yTrue must hold only the labels of the columns; received ${show(missing)} besides.`,
    );
  }
  if (codes.every((code, i) => code === i)) return truth.codes;
  return translate(truth.codes, 0, codes);
}

/** Labels that say themselves which is positive: 0 and 1, or -1 and 1, or one of them. */
export function speakForThemselves(classes: readonly Label[]): boolean {
  return ['0,1', '-1,1', '0', '-1', '1'].includes(classes.map((label) => show(key(label))).join());
}

/** The code of the positive class, -1 if it does not occur. */
export function positiveCode(
  fn: string,
  { classes }: Truth,
  posLabel: Label | null | undefined,
): number {
  if (posLabel === null || posLabel === undefined) {
    if (speakForThemselves(classes)) return classes.findIndex((label) => key(label) === 1);
    const rule = 'posLabel must say which label is positive unless they are 0 and 1 or -1 and 1';
    fail(fn, 'pos_label_needed', `${rule}; received labels ${show(classes)}.`);
  }
  return classes.findIndex((label) => key(label) === key(posLabel));
}
