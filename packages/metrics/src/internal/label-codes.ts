import type { Label, Labels } from '../labels.js';
import { readColumn } from './columns.js';
import { fail } from './fail.js';

/**
 * The labels that were asked for, each with its place in the sorted list of labels that occur, or
 * -1. Numbers beside strings are taken as text, as NumPy's concatenation does.
 */
export function labelCodes(
  fn: string,
  present: readonly Label[],
  wanted: Labels,
): { readonly labels: readonly Label[]; readonly codes: Int32Array } {
  const labels = readLabels(fn, wanted);
  const name = typeof key(present[0]!) === typeof key(labels[0]!) ? key : String;
  const place = new Map(present.map((label, i) => [name(label), i]));
  const codes = Int32Array.from(labels, (label) => place.get(name(label)) ?? -1);
  return { labels, codes };
}

/** The labels that were asked for; none is a mistake, though scikit-learn answers with empty arrays. */
export function readLabels(fn: string, wanted: Labels): readonly Label[] {
  const labels = Array.from(readColumn(fn, 'labels', wanted).values);
  if (labels.length === 0)
    fail(fn, 'labels_empty', 'labels must hold at least one; received none.');
  return labels;
}

/** True and 1 are one label in Python. */
export function key(label: Label): Label {
  return typeof label === 'boolean' ? Number(label) : label;
}
