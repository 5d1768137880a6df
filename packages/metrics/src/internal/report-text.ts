import type { ClassificationReport, ReportScores } from '../classification-report.js';
import { codePoints, fixed, padLeft, pythonFloat } from './python-format.js';

type ReportData = Omit<ClassificationReport, 'text'>;

/** The printed report; names beyond the last line still widen the first column. */
export function reportText(report: ReportData, names: readonly string[]): string {
  const width = nameWidth(report, names);
  const cells = (values: readonly string[]) =>
    values.map((value) => ` ${padLeft(value, 9)}`).join('');
  const row = (name: string, scores: readonly string[]) =>
    `${padLeft(name, width)} ${cells(scores)}\n`;
  const lines = report.classes.map((line) => row(line.name, scoreCells(report, line)));
  const averages = report.averages.map((line) => {
    const [precision, recall, ...rest] = scoreCells(report, line);
    return row(
      line.name,
      line.name === 'accuracy' ? ['', '', ...rest] : [precision!, recall!, ...rest],
    );
  });
  const head = row('', ['precision', 'recall', 'f1-score', 'support']);
  return `${head}\n${lines.join('')}\n${averages.join('')}`;
}

/** Width of the first column, in code points. */
export function nameWidth(report: ReportData, names: readonly string[]): number {
  return Math.max(...names.map(codePoints), 'weighted avg'.length, report.digits);
}

/** The four numbers of a line as scikit-learn prints them. */
export function scoreCells(report: ReportData, line: ReportScores): string[] {
  const scores = [line.precision, line.recall, line.f1Score].map((v) => fixed(v, report.digits));
  return [...scores, report.weighted ? pythonFloat(line.support) : String(line.support)];
}
