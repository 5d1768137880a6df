import { readTable } from './internal/columns.js';
import { checkFinite } from './internal/encode.js';
import { fail, show } from './internal/fail.js';
import type { Rows } from './labels.js';

/**
 * Turns one-hot, probability or score rows into labels: the column of the highest value of each row.
 *
 * Of equal values the first column wins, as NumPy's and tfjs's argMax have it; a row of zeros is
 * class 0.
 *
 * @param rows - n x k, as rows or flat with a shape (what a model predicts)
 * @returns n class indices
 * @throws TypeError or RangeError ({@link MetricError}) for rows of unequal length or NaN
 * @example
 * ```ts
 * classIndices([[0, 1, 0], [0.5, 0.25, 0.25]]); // → Int32Array.of(1, 0)
 * classIndices({ data: Float32Array.of(0.25, 0.75, 1, 0), shape: [2, 2] }); // → Int32Array.of(1, 0)
 * ```
 */
export function classIndices(rows: Rows): Int32Array {
  const table = readTable('classIndices', 'rows', rows);
  if (table === undefined) {
    if (Array.isArray(rows) && rows.length === 0) return new Int32Array(0);
    fail('classIndices', 'target_format', `rows must be rows of numbers; received ${show(rows)}.`);
  }
  const { data, length, columns } = table;
  checkFinite('classIndices', 'rows', data);
  const out = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    let best = 0;
    for (let j = 1; j < columns; j++) {
      if (data[i * columns + j]! > data[i * columns + best]!) best = j;
    }
    out[i] = best;
  }
  return out;
}
