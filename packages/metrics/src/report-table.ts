import type { ClassificationReport, ReportScores } from './classification-report.js';
import { fixed, pythonFloat } from './internal/python-format.js';
import type { Table, TableCell } from './table.js';

/**
 * Lays out a report as a table, for Markdown, HTML, CSV or a terminal; `report.text` is the plain
 * form, character for character scikit-learn's.
 *
 * @param report - from {@link classificationReport}
 * @returns a group of rows for the classes and one for the averages, plain data
 * @example
 * ```ts
 * const table = reportTable(classificationReport([0, 1, 1], [0, 1, 0]));
 * tableCsv(table).split('\n')[2]; // → '1,1.00,0.50,0.67,2'
 * ```
 */
export function reportTable(report: ClassificationReport): Table {
  const score = (value: number): TableCell => ({
    text: fixed(value, report.digits),
    value,
    heat: value,
  });
  const empty: TableCell = { text: '' };
  const row = (name: string, line: ReportScores): TableCell[] => [
    { text: name },
    ...(name === 'accuracy' ? [empty, empty] : [score(line.precision), score(line.recall)]),
    score(line.f1Score),
    {
      text: report.weighted ? pythonFloat(line.support) : String(line.support),
      value: line.support,
    },
  ];
  return {
    columns: [
      { title: '', align: 'left' },
      ...['precision', 'recall', 'f1-score', 'support'].map((title) => {
        return { title, align: 'right' } as const;
      }),
    ],
    groups: [
      report.classes.map((line) => row(line.name, line)),
      report.averages.map((line) => row(line.name, line)),
    ],
  };
}
