import { displayWidth, shorten } from './internal/display-width.js';
import type { Table, TableCell } from './table.js';

/** Options of {@link tableTerminal}. */
export interface TableTerminalOptions {
  /** Columns of the terminal; names are cut to fit. Default: 80. */
  readonly width?: number | undefined;
  /** Colour the numbers from red (bad) to green (good), the best bold. Default: true. */
  readonly colors?: boolean | undefined;
}

/**
 * Renders a table for a terminal: lines between groups, colours, columns that line up for wide
 * characters too, and the first column cut to the width of the terminal.
 *
 * Pass `process.stdout.columns`, and colours only where the terminal has them
 * (`process.stdout.hasColors?.()`); the library looks at neither.
 *
 * @param table - from {@link reportTable}, {@link confusionTable} or {@link comparisonTable}
 * @returns lines that end in a line feed
 * @example
 * ```ts
 * const table = confusionTable(confusionMatrix([0, 1], [0, 1]));
 * tableTerminal(table, { colors: false }).split('\n')[2]; // → '0                 1  0'
 * ```
 */
export function tableTerminal(table: Table, options: TableTerminalOptions = {}): string {
  const { width = 80, colors = true } = options;
  const rows = table.groups.flat();
  const widths = table.columns.map(({ title }, j) => {
    return Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[j]!.text)));
  });
  const others = widths.slice(1).reduce((total, w) => total + w + 2, 0);
  widths[0] = Math.min(widths[0]!, Math.max(4, width - others));

  const place = (text: string, j: number) => {
    const cut = j === 0 ? shorten(text, widths[0]!) : text;
    const gap = ' '.repeat(Math.max(0, widths[j]! - displayWidth(cut)));
    return table.columns[j]!.align === 'right' ? gap + cut : cut + gap;
  };
  const line = (cells: readonly TableCell[]) =>
    cells
      .map((cell, j) => paint(place(cell.text, j), cell, colors))
      .join('  ')
      .trimEnd();
  const rule = '─'.repeat(
    Math.min(
      width,
      widths.reduce((total, w) => total + w, 2 * (widths.length - 1)),
    ),
  );
  const head = table.columns
    .map(({ title }, j) => place(title, j))
    .join('  ')
    .trimEnd();
  const groups = table.groups.map((group) => group.map(line).join('\n'));
  const title = table.title ? `${table.title}\n` : '';
  return `${title}${head}\n${rule}\n${groups.join(`\n${rule}\n`)}\n`;
}

/** Red to green on the 6 x 6 x 6 colour cube. */
const RAMP = [196, 202, 208, 214, 220, 190, 154, 118, 82, 46];

function paint(text: string, { heat, best }: TableCell, colors: boolean): string {
  if (!colors || (heat === undefined && !best)) return text;
  const place = Math.min(Math.max(heat ?? 1, 0), 1);
  const code = Number.isNaN(place) ? 244 : RAMP[Math.round(place * (RAMP.length - 1))]!;
  return `\u001b[${best ? '1;' : ''}38;5;${code}m${text}\u001b[0m`;
}
