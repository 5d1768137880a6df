import type { Label } from '../labels.js';
import type { Column } from './columns.js';

/** Class indices below this are counted in one pass; the table of pairs stays in the nearest cache. */
const LIMIT = 64;

/**
 * Finds the labels and counts the pairs in a single pass, for unweighted class indices, which most
 * labels are; undefined if some label is not one.
 */
export function countClassIndices(
  truth: Column,
  guess: Column,
): { readonly labels: readonly Label[]; readonly pairs: Float64Array } | undefined {
  const [a, b] = [truth.numbers, guess.numbers];
  if (!(a instanceof Int32Array && b instanceof Int32Array)) return undefined;
  const table = new Int32Array(LIMIT * LIMIT);
  for (let i = 0; i < a.length; i++) {
    const t = a[i]!;
    const p = b[i]!;
    if ((t | p) & -LIMIT) return undefined;
    table[t * LIMIT + p]! += 1;
  }
  const labels: number[] = [];
  for (let c = 0; c < LIMIT; c++) {
    let seen = 0;
    for (let other = 0; other < LIMIT; other++) {
      seen += table[c * LIMIT + other]! + table[other * LIMIT + c]!;
    }
    if (seen > 0) labels.push(c);
  }
  const pairs = new Float64Array(labels.length ** 2);
  labels.forEach((t, i) => {
    labels.forEach((p, j) => {
      pairs[i * labels.length + j] = table[t * LIMIT + p]!;
    });
  });
  return { labels, pairs };
}
