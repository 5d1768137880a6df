import type { Table, TableCell } from './table.js';

/**
 * Renders a table as HTML without scripts or styles from elsewhere; cells are tinted from red (bad) to
 * green (good) on any background, the best of each column is bold.
 *
 * @param table - from {@link reportTable}, {@link confusionTable} or {@link comparisonTable}
 * @returns a `<table>` element; text is escaped
 * @example
 * ```ts
 * tableHtml(confusionTable(confusionMatrix(['<a>', 'b'], ['<a>', 'b']))).includes('&lt;a&gt;'); // → true
 * ```
 */
export function tableHtml(table: Table): string {
  const head = table.columns.map(({ title, align }) => {
    return `<th scope="col" style="text-align:${align}">${escapeHtml(title)}</th>`;
  });
  const bodies = table.groups.map((group) => {
    const rows = group.map(
      (cells) => `<tr>${cells.map((c, j) => cell(c, table, j)).join('')}</tr>`,
    );
    return `<tbody>\n${rows.join('\n')}\n</tbody>`;
  });
  const caption = table.title ? `<caption>${escapeHtml(table.title)}</caption>\n` : '';
  return `<table>\n${caption}<thead>\n<tr>${head.join('')}</tr>\n</thead>\n${bodies.join('\n')}\n</table>\n`;
}

function cell({ text, heat, best }: TableCell, table: Table, j: number): string {
  const align = table.columns[j]!.align;
  const tint =
    heat === undefined || Number.isNaN(heat)
      ? ''
      : `;background:hsla(${Math.round(120 * Math.min(Math.max(heat, 0), 1))},70%,50%,0.25)`;
  const content = best ? `<strong>${escapeHtml(text)}</strong>` : escapeHtml(text);
  if (j === 0) return `<th scope="row" style="text-align:${align}">${content}</th>`;
  return `<td style="text-align:${align}${tint}">${content}</td>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
