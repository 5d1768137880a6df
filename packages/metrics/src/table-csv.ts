import type { Table } from './table.js';

/**
 * Renders a table as CSV (RFC 4180, but for line feeds): quoted where it must be, header first.
 *
 * Cells hold what is printed, rounded; take the numbers from the report for further arithmetic.
 *
 * @param table - from {@link reportTable}, {@link confusionTable} or {@link comparisonTable}
 * @returns lines that end in a line feed
 * @example
 * ```ts
 * const names = ['a "b"', 'c, d'];
 * tableCsv(confusionTable(confusionMatrix([0, 1], [0, 1]), { targetNames: names })).split('\n')[1]; // → '"a ""b""",1,0'
 * ```
 */
export function tableCsv(table: Table): string {
  const line = (texts: readonly string[]) => `${texts.map(quote).join(',')}\n`;
  const rows = table.groups.flat().map((cells) => line(cells.map(({ text }) => text)));
  return line(table.columns.map(({ title }) => title)) + rows.join('');
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
