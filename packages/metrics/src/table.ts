/** A cell of a table: what to print, and the number behind it. */
export interface TableCell {
  readonly text: string;
  readonly value?: number | undefined;
  /** Where between bad (0) and good (1) the number lies; colours follow it. */
  readonly heat?: number | undefined;
  /** The best of its column. */
  readonly best?: boolean | undefined;
}

/** A column of a table. */
export interface TableColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/**
 * What a report looks like before it is text, Markdown, HTML, CSV or a terminal: plain data, made by
 * {@link reportTable}, {@link confusionTable} or {@link comparisonTable} and rendered by
 * {@link tableText}, {@link tableMarkdown}, {@link tableHtml}, {@link tableCsv} or
 * {@link tableTerminal}.
 */
export interface Table {
  readonly title?: string | undefined;
  readonly columns: readonly TableColumn[];
  /** Groups of rows; renderers set a gap or a line between them. */
  readonly groups: readonly (readonly (readonly TableCell[])[])[];
}
