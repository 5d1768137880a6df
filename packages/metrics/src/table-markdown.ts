import type { Table, TableCell } from './table.js';

/**
 * Renders a table as Markdown (GitHub's), the best of each column in bold.
 *
 * @param table - from {@link reportTable}, {@link confusionTable} or {@link comparisonTable}
 * @returns lines that end in a line feed
 * @example
 * ```ts
 * tableMarkdown(confusionTable(confusionMatrix([0, 1], [0, 1]))).split('\n')[1]; // → '| :-- | --: | --: |'
 * ```
 */
export function tableMarkdown(table: Table): string {
  const line = (texts: readonly string[]) => `| ${texts.join(' | ')} |\n`;
  const rules = table.columns.map(({ align }) => (align === 'right' ? '--:' : ':--'));
  const rows = table.groups.flat().map((cells) => line(cells.map(cellText)));
  const title = table.title ? `**${escapeMarkdown(table.title)}**\n\n` : '';
  return (
    title +
    line(table.columns.map((column) => escapeMarkdown(column.title))) +
    line(rules) +
    rows.join('')
  );
}

function cellText({ text, best }: TableCell): string {
  return best ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text);
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\|*_`<>[\]]/g, '\\$&').replace(/\r?\n/g, ' ');
}
