import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MetricWarning } from '@cnnkit/metrics';

/** One answer of scikit-learn; the schema is in fixtures/sklearn/README.md. */
export interface SklearnCase {
  readonly name: string;
  readonly fn: string;
  readonly input: Record<string, unknown>;
  readonly options: Record<string, unknown>;
  readonly expected: unknown;
  readonly warnings?: readonly { readonly type: string; readonly message: string }[];
}

/** The files that this package answers for; splits and random numbers belong to others. */
const OWNED = ['classification_report.json', 'confusion_matrix.json', 'scores.json'];

/** The folder of answers: the package's own, or another set made by the same script. */
export const FIXTURES: string =
  process.env.CNNKIT_SKLEARN_FIXTURES || new URL('../fixtures/sklearn', import.meta.url).pathname;

/** The cases of the files this package owns. */
export function sklearnCases(): { file: string; cases: SklearnCase[] }[] {
  const present = new Set(readdirSync(FIXTURES));
  return OWNED.map((file) => {
    if (!present.has(file)) throw new Error(`${FIXTURES} has no ${file}`);
    return {
      file,
      cases: decode(JSON.parse(readFileSync(join(FIXTURES, file), 'utf8'))) as SklearnCase[],
    };
  });
}

const REALS: Record<string, number> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** JSON with "NaN", "Infinity" and "-Infinity" as the numbers they stand for. */
function decode(value: unknown): unknown {
  if (typeof value === 'string') return REALS[value] ?? value;
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, decode(v)]));
}

/** What scikit-learn's warnings say, as our codes. */
const WARNINGS: readonly (readonly [RegExp, MetricWarning['code']])[] = [
  [/^Precision is ill-defined/, 'precision_ill_defined'],
  [/^Recall is ill-defined/, 'recall_ill_defined'],
  [/^F-score is ill-defined/, 'f_score_ill_defined'],
  [/^Jaccard is ill-defined/, 'jaccard_ill_defined'],
  [/`cohen_kappa_score` is undefined/, 'kappa_undefined'],
  [/^A single label was found/, 'single_label'],
  [/^y_pred contains classes not in y_true/, 'classes_only_in_y_pred'],
  [/encountered in scalar divide/, 'adjusted_undefined'],
  [/encountered in divide/, 'rates_undefined'],
  [/^Note that pos_label/, 'pos_label_ignored'],
  [/does not match size of target_names/, 'target_names_size'],
  [/^Labels passed were/, 'labels_not_ordered'],
  [/do not sum to one/, 'rows_do_not_sum_to_one'],
  [/^No positive/, 'no_positive_samples'],
  [/^No negative/, 'no_negative_samples'],
  [/^Only one class is present|^Mean of empty slice/, 'one_class'],
  [/will result in a perfect score/, 'k_covers_all_classes'],
];

/** NumPy's own warnings of a 0/0 on the way; ours follow from the score's definition. */
const CATEGORY: Record<string, string> = { RuntimeWarning: 'UndefinedMetricWarning' };

/** scikit-learn's warnings as lines to compare; NumPy warns of an empty mean twice. */
export function knownWarnings(warnings: NonNullable<SklearnCase['warnings']>): string[] {
  const isEmptyMean = warnings.some(({ message }) => message === 'Mean of empty slice');
  return warnings
    .filter(({ message }) => !(isEmptyMean && /encountered in scalar divide/.test(message)))
    .map(knownWarning);
}

/** A warning of scikit-learn as a line to compare; one that nobody knows stays as it is. */
function knownWarning({ type, message }: { type: string; message: string }): string {
  const known = WARNINGS.find(([pattern]) => pattern.test(message));
  const scope = /ill-defined/.test(message) ? scopeOf(message) : '';
  return `${CATEGORY[type] ?? type} ${known?.[1] ?? message}${scope}`;
}

/** A warning of ours as a line to compare. */
export function ourWarning({ category, code, message }: MetricWarning): string {
  return `${category} ${code}${/ill-defined/.test(message) ? scopeOf(message) : ''}`;
}

/** Which samples or labels lack something: "in labels with no predicted samples". */
function scopeOf(message: string): string {
  return ` ${/(due to|in \w+ with) no [\w ]+?(?=\.)/.exec(message)?.[0]}`;
}
