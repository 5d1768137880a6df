import { codePoints } from './internal/python-format.js';
import type { Table } from './table.js';

/**
 * Renders a table as plain text with columns of equal width, counted in code points.
 *
 * @param table - from {@link reportTable}, {@link confusionTable} or {@link comparisonTable}
 * @returns lines that end in a line feed
 * @example
 * ```ts
 * const table = confusionTable(confusionMatrix([0, 1, 1], [0, 1, 0]));
 * tableText(table).split('\n')[1]; // → '0                 1  0'
 * ```
 */
export function tableText(table: Table): string {
  const rows = [table.columns.map(({ title }) => title), ...cellTexts(table)];
  const widths = table.columns.map((_, j) => Math.max(...rows.map((row) => codePoints(row[j]!))));
  const line = (row: readonly string[]) =>
    row
      .map((text, j) => {
        const gap = ' '.repeat(widths[j]! - codePoints(text));
        return table.columns[j]!.align === 'right' ? gap + text : text + gap;
      })
      .join('  ')
      .trimEnd();
  const groups = table.groups.map((group) => {
    return group.map((cells) => line(cells.map(({ text }) => text))).join('\n');
  });
  const title = table.title ? `${table.title}\n` : '';
  return `${title}${line(rows[0]!)}\n${groups.join('\n\n')}\n`;
}

function cellTexts(table: Table): string[][] {
  return table.groups.flatMap((group) => group.map((cells) => cells.map(({ text }) => text)));
}
