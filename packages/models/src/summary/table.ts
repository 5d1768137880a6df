/** A column of a table: its head, how its cells lie in it, and how wide it would like to be. */
export interface TableColumn {
  readonly head: string;
  readonly align: 'left' | 'right' | 'center';
  readonly width: number;
}

/**
 * A table as Python's `rich` draws it with a heavy head and a line between rows, which is what
 * Keras's summary is made of: wished widths are cut evenly until borders and padding fit, cells
 * wrap at spaces, and a word too long for its column ends in an ellipsis.
 */
export function drawTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  lineLength: number,
): string[] {
  const widths = fitWidths(
    columns.map(({ width }) => width + 2),
    lineLength - columns.length - 1,
  );
  const bar = (left: string, dash: string, cross: string, right: string) =>
    left + widths.map((width) => dash.repeat(width)).join(cross) + right;
  // Heads stand on the line below them, cells hang from the line above.
  const lines = (cells: readonly string[], border: string, standing: boolean) => {
    const wrapped = cells.map((cell, i) => wrapCell(cell, widths[i]! - 2));
    const height = Math.max(...wrapped.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) => {
      const row = wrapped.map((cell, i) =>
        ` ${alignText(cell[standing ? line - height + cell.length : line] ?? '', widths[i]! - 2, columns[i]!.align)} `.slice(
          0,
          widths[i],
        ),
      );
      return border + row.join(border) + border;
    });
  };
  const head = lines(
    columns.map((column) => column.head),
    '┃',
    true,
  );
  const body = rows.flatMap((row, i) => [
    ...(i === 0 ? [] : [bar('├', '─', '┼', '┤')]),
    ...lines(row, '│', false),
  ]);
  return [
    bar('┏', '━', '┳', '┓'),
    ...head,
    bar('┡', '━', '╇', '┩'),
    ...body,
    bar('└', '─', '┴', '┘'),
  ];
}

/** Takes what is too much from the columns in turn, each an even share of what is left to take. */
function fitWidths(widths: readonly number[], available: number): number[] {
  let excess = widths.reduce((a, b) => a + b, 0) - available;
  if (excess <= 0) return [...widths];
  let columnsLeft = widths.length;
  return widths.map((width) => {
    const cut = Math.min(width, roundHalfEven(excess / columnsLeft));
    excess -= cut;
    columnsLeft -= 1;
    return width - cut;
  });
}

/** Python's `round`, on which the widths of columns depend at every half. */
function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  if (value - low !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

function wrapCell(text: string, width: number): string[] {
  const breaks: number[] = [];
  let used = 0;
  for (const match of text.matchAll(/\s*\S+\s*/g)) {
    const word = match[0];
    const start = match.index;
    const length = word.trimEnd().length;
    if (width - used >= length) {
      used += word.length;
    } else {
      if (start > 0 && (length > width || used > 0)) breaks.push(start);
      used = word.length;
    }
  }
  const edges = [0, ...breaks, text.length];
  return edges.slice(1).map((end, i) => cut(text.slice(edges[i], end).trimEnd(), width));
}

function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width > 0 ? `${text.slice(0, width - 1)}…` : '';
}

function alignText(text: string, width: number, align: TableColumn['align']): string {
  if (align === 'left') return text.padEnd(width);
  if (align === 'right') return text.padStart(width);
  const left = Math.max(0, Math.floor((width - text.length) / 2));
  return (' '.repeat(left) + text).padEnd(width);
}
