import type { ConfusionMatrix } from './confusion-matrix.js';
import { fixed, pythonLabel } from './internal/python-format.js';
import type { Table, TableCell } from './table.js';

/** Options of {@link confusionTable}. */
export interface ConfusionTableOptions {
  /** Names of the classes. Default: the labels. */
  readonly targetNames?: readonly string[] | undefined;
  /** Decimals of shares; counts print whole. Default: 2. */
  readonly digits?: number | undefined;
}

/**
 * Lays out a confusion matrix as a table: rows are the truth, columns the prediction.
 *
 * Colours show the share of the row: green on the diagonal, red beside it.
 *
 * @param confusion - counts or shares, from {@link confusionMatrix}
 * @returns plain data
 * @example
 * ```ts
 * const table = confusionTable(confusionMatrix(['cat', 'dog'], ['cat', 'cat']));
 * tableCsv(table); // → 'true \\ predicted,cat,dog\ncat,1,0\ndog,1,0\n'
 * ```
 */
export function confusionTable(
  { labels, matrix }: ConfusionMatrix,
  options: ConfusionTableOptions = {},
): Table {
  const { targetNames, digits = 2 } = options;
  const names = labels.map((label, i) => targetNames?.[i] ?? pythonLabel(label));
  const rows = matrix.map((row, i): TableCell[] => {
    const total = row.reduce((sum, value) => sum + value, 0);
    const cells = row.map((value, j): TableCell => {
      const text = Number.isInteger(value) ? String(value) : fixed(value, digits);
      if (value === 0) return { text, value };
      const share = value / total;
      return { text, value, heat: i === j ? share : 0.5 - share / 2 };
    });
    return [{ text: names[i]! }, ...cells];
  });
  const head = names.map((title) => ({ title, align: 'right' }) as const);
  return { columns: [{ title: 'true \\ predicted', align: 'left' }, ...head], groups: [rows] };
}
