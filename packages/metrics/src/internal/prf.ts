import type { Labels } from '../labels.js';
import { checkOption, fail, show } from './fail.js';
import { key } from './label-codes.js';
import { type LabelCounts, labelCounts } from './label-counts.js';
import { averageOfDefined, sum } from './numpy.js';
import type { CheckedTargets } from './targets.js';
import type { Warn } from './warn.js';
import { type Average, type DivisionPolicy, divide, type Ratio } from './zero-division.js';

/** Precision, recall, F and support a label; one entry each if the average is micro. */
export interface Prf {
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly fScore: Float64Array;
  readonly support: Float64Array;
}

/** Divides the counts. F is (1+b²)tp / (b²·true + predicted), not the mean of rounded scores. */
export function prf(
  counts: LabelCounts,
  beta: number,
  policy: DivisionPolicy,
  warnFor: readonly Ratio[] = ['precision', 'recall', 'fScore'],
): Prf {
  const micro = policy.average === 'micro';
  const pool = (values: Float64Array) => (micro ? Float64Array.of(sum(values)) : values);
  const tp = pool(counts.tp);
  const predicted = pool(counts.tp.map((count, i) => count + counts.fp[i]!));
  const support = pool(counts.tp.map((count, i) => count + counts.fn[i]!));
  const ratio = (name: Ratio, numerator: Float64Array, denominator: Float64Array) =>
    divide(name, numerator, denominator, policy, warnFor.includes(name));
  const precision = ratio('precision', tp, predicted);
  const recall = ratio('recall', tp, support);
  if (beta === Number.POSITIVE_INFINITY) return { precision, recall, fScore: recall, support };
  if (beta === 0) return { precision, recall, fScore: precision, support };
  const beta2 = beta ** 2;
  const hits = tp.map((count) => (1 + beta2) * count);
  const both = support.map((count, i) => beta2 * count + predicted[i]!);
  return { precision, recall, fScore: ratio('fScore', hits, both), support };
}

/** The mean that `average` asks for, over the labels or samples for which the score is defined. */
export function averaged(
  scores: Float64Array,
  average: Average,
  support: Float64Array,
  weights?: Float64Array,
): number {
  if (average === 'weighted') return averageOfDefined(scores, support);
  return averageOfDefined(scores, average === 'samples' ? weights : undefined);
}

export const AVERAGES = ['binary', 'micro', 'macro', 'weighted', 'samples', null] as const;

/** Counts for an average; `'binary'` keeps the positive label only. */
export function countsFor(
  metric: string,
  targets: CheckedTargets,
  average: Average,
  labels: Labels | null | undefined,
  posLabel: number | string | boolean | null,
  warn: Warn,
): LabelCounts {
  checkOption(metric, 'average', average, AVERAGES);
  if (average !== 'binary') {
    if (posLabel !== null && key(posLabel) !== 1) {
      const rule = `posLabel ${show(posLabel)} has no effect with average ${show(average)}`;
      warn('pos_label_ignored', 'UserWarning', `${rule}; labels: [label] picks one class.`);
    }
    return labelCounts(metric, targets, labels, average === 'samples');
  }
  if (targets.type !== 'binary') {
    const wayOut = `choose null, "micro", "macro" or "weighted"`;
    fail(
      metric,
      'average_binary_on_multiclass',
      `average "binary" needs two classes; received a ${targets.type} target: ${wayOut}.`,
    );
  }
  const known = targets.labels.some(
    (label) => key(label) === (posLabel === null ? null : key(posLabel)),
  );
  if (!known && targets.labels.length >= 2) {
    fail(
      metric,
      'pos_label_unknown',
      `posLabel must be one of ${show(targets.labels)}; received ${show(posLabel)}.`,
    );
  }
  return labelCounts(metric, targets, [posLabel] as Labels);
}
