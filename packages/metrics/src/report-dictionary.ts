import type { ClassificationReport, ReportScores } from './classification-report.js';

/** A line of scikit-learn's dictionary. */
export interface ReportDictionaryLine {
  readonly precision: number;
  readonly recall: number;
  readonly 'f1-score': number;
  readonly support: number;
}

/** scikit-learn's `output_dict`: a line a class and average, `accuracy` a bare number. */
export type ReportDictionary = Readonly<Record<string, ReportDictionaryLine | number>>;

/**
 * Gives a report the keys of scikit-learn's `output_dict=True`, for tools that read those.
 *
 * Classes of one name share a key, and the last one stays: with doubled names read
 * `report.classes`. JavaScript lists keys that are whole numbers first, in rising order.
 *
 * @param report - from {@link classificationReport}
 * @returns plain data
 * @example
 * ```ts
 * const dictionary = reportDictionary(classificationReport([0, 1, 1], [0, 1, 0]));
 * dictionary['1']; // → { precision: 1, recall: 0.5, 'f1-score': 0.6666666666666666, support: 2 }
 * dictionary.accuracy; // → 0.6666666666666666
 * ```
 */
export function reportDictionary(report: ClassificationReport): ReportDictionary {
  const lines = new Map<string, ReportDictionaryLine | number>();
  for (const line of [...report.classes, ...report.averages]) lines.set(line.name, scores(line));
  const accuracy = lines.get('accuracy');
  if (typeof accuracy === 'object') lines.set('accuracy', accuracy.precision);
  return Object.fromEntries(lines);
}

function scores({ precision, recall, f1Score, support }: ReportScores): ReportDictionaryLine {
  return { precision, recall, 'f1-score': f1Score, support };
}
