import { fail, show } from './internal/fail.js';
import { key } from './internal/label-codes.js';
import { labelCounts } from './internal/label-counts.js';
import { sum } from './internal/numpy.js';
import { averaged, type Prf, prf } from './internal/prf.js';
import { pythonLabel } from './internal/python-format.js';
import { reportText } from './internal/report-text.js';
import { checkTargets } from './internal/targets.js';
import { warner } from './internal/warn.js';
import {
  checkZeroDivision,
  type DivisionPolicy,
  type ZeroDivision,
} from './internal/zero-division.js';
import type { Label, Labels, Targets } from './labels.js';
import type { WarningOptions } from './warning.js';

/** Options of {@link classificationReport}. */
export interface ClassificationReportOptions extends WarningOptions {
  /**
   * The classes (of rows: the columns) to report, one or more, in this order. Default: all that occur,
   * sorted.
   */
  readonly labels?: Labels | null | undefined;
  /** What to print for each class. Default: the labels. */
  readonly targetNames?: readonly string[] | null | undefined;
  /** How much each sample counts, length n. Default: 1 each. */
  readonly sampleWeight?: ArrayLike<number> | null | undefined;
  /** Decimals in the text, 0 or more. Default: 2. */
  readonly digits?: number | undefined;
  /** What 0/0 gives: `'warn'` (0, and a warning), 0, 1 or NaN. Default: `'warn'`. */
  readonly zeroDivision?: ZeroDivision | undefined;
}

/** The scores of a line of a report. */
export interface ReportScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1Score: number;
  readonly support: number;
}

/** The line of one class. */
export interface ReportClass extends ReportScores {
  readonly label: Label;
  readonly name: string;
}

/** The line of an average. */
export interface ReportAverage extends ReportScores {
  readonly name: 'accuracy' | 'micro avg' | 'macro avg' | 'weighted avg' | 'samples avg';
}

/** Scores of each class and their averages, plain data. */
export interface ClassificationReport {
  readonly classes: readonly ReportClass[];
  /** In the order printed; `accuracy` carries the accuracy in each score. */
  readonly averages: readonly ReportAverage[];
  /** The share of right samples; undefined if `labels` leaves out a class that occurs. */
  readonly accuracy: number | undefined;
  /** Whether supports are sums of weights, and print as reals. */
  readonly weighted: boolean;
  /** Decimals in the text. */
  readonly digits: number;
  /** What scikit-learn prints, character for character. */
  readonly text: string;
}

/**
 * Says how well each class is found (recall), how far its name can be trusted (precision), and how
 * often it occurs (support), with the averages over the classes.
 *
 * Accuracy and the weighted average follow the common classes: with 95 % of one class, predicting
 * it always gives 0.95. Read the macro average and the smallest recall beside them. A class with a
 * handful of samples has scores that another test set would not repeat;
 * {@link bootstrapInterval} says how far they can be trusted.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param yPred - predicted labels of the same kind
 * @returns numbers and text; `reportTable` lays it out for Markdown, HTML, CSV and a terminal
 * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, no samples, or names
 *   that do not fit
 * @example
 * ```ts
 * const report = classificationReport([0, 1, 2, 2, 2], [0, 0, 2, 2, 1]);
 * report.accuracy; // → 0.6
 * report.classes[2]?.f1Score; // → 0.8
 * report.text.split('\n').length; // → 10
 * ```
 * @see scikit-learn's `classification_report`
 */
export function classificationReport(
  yTrue: Targets,
  yPred: Targets,
  options: ClassificationReportOptions = {},
): ClassificationReport {
  const metric = 'classificationReport';
  const {
    labels,
    targetNames,
    sampleWeight,
    digits = 2,
    zeroDivision = 'warn',
    onWarning,
  } = options;
  checkZeroDivision(metric, zeroDivision);
  if (!Number.isInteger(digits) || digits < 0) {
    fail(
      metric,
      'option_value',
      `digits must be 0 or a whole number above; received ${show(digits)}.`,
    );
  }
  const targets = checkTargets(metric, yTrue, yPred, sampleWeight);
  const warn = warner(metric, onWarning);
  const counts = labelCounts(metric, targets, labels);
  const names = checkNames(counts.labels, targetNames, Boolean(labels), warn);

  const policy = (average: DivisionPolicy['average']) => ({ zeroDivision, average, warn });
  const each = prf(counts, 1, policy(null));
  const total = sum(each.support);
  const covered = new Set(counts.labels.map(key));
  const isAccuracy =
    targets.type !== 'multilabel-indicator' &&
    targets.labels.every((label) => covered.has(key(label)));
  const average = (kind: 'micro' | 'macro' | 'weighted' | 'samples'): ReportAverage => {
    const scores =
      kind === 'samples'
        ? prf(labelCounts(metric, targets, labels, true), 1, policy(kind))
        : prf(counts, 1, policy(kind));
    const name = kind === 'micro' && isAccuracy ? 'accuracy' : (`${kind} avg` as const);
    const one = (values: Float64Array) => averaged(values, kind, scores.support, targets.weights);
    return { name, ...lineOf(scores, one), support: total };
  };

  const averages = [average('micro'), average('macro'), average('weighted')];
  if (targets.type === 'multilabel-indicator') averages.push(average('samples'));
  const lines = Math.min(names.length, counts.labels.length);
  const classes = counts.labels.slice(0, lines).map((label, i) => {
    return { label, name: names[i]!, ...lineOf(each, (values) => values[i]!) };
  });
  const accuracy = isAccuracy ? averages[0]!.f1Score : undefined;
  const data = { classes, averages, accuracy, weighted: counts.real, digits };
  return { ...data, text: reportText(data, names) };
}

function lineOf(scores: Prf, pick: (values: Float64Array) => number): ReportScores {
  return {
    precision: pick(scores.precision),
    recall: pick(scores.recall),
    f1Score: pick(scores.fScore),
    support: pick(scores.support),
  };
}

function checkNames(
  labels: readonly Label[],
  targetNames: readonly string[] | null | undefined,
  labelsGiven: boolean,
  warn: ReturnType<typeof warner>,
): readonly string[] {
  if (!targetNames) return labels.map(pythonLabel);
  if (targetNames.length === labels.length) return targetNames;
  const rule = `targetNames must name the ${labels.length} classes; received ${targetNames.length} names`;
  if (!labelsGiven || targetNames.length === 0) {
    const wayOut = 'the option labels lists the classes that the names belong to';
    fail('classificationReport', 'target_names_size', `${rule}: ${wayOut}.`);
  }
  warn('target_names_size', 'UserWarning', `${rule}; the lines end with the shorter list.`);
  return targetNames;
}
