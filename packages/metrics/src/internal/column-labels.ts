import type { Label, Labels } from '../labels.js';
import { readColumn } from './columns.js';
import { fail } from './fail.js';

/** The label of each column of probabilities: those given, or 0, 1, 2, … */
export function columnLabels(
  fn: string,
  columns: number,
  labels: Labels | null | undefined,
): readonly Label[] {
  if (!labels) return Array.from({ length: columns }, (_, i) => i);
  const classes = Array.from(readColumn(fn, 'labels', labels).values);
  if (classes.length === columns) return classes;
  const rule = `labels must name each of ${columns} columns`;
  return fail(fn, 'class_count_differs', `${rule}; received ${classes.length}.`);
}
