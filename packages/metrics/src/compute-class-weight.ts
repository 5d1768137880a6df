import { fail, show } from './internal/fail.js';
import { key, labelCodes } from './internal/label-codes.js';
import { sum } from './internal/numpy.js';
import { checkLengths } from './internal/targets.js';
import { readTruthColumn } from './internal/truth.js';
import { readWeights } from './internal/weights.js';
import type { Label, Labels } from './labels.js';
import type { WeightOptions } from './options.js';

/** Options of {@link computeClassWeight}. */
export interface ClassWeightOptions extends WeightOptions {
  /** The classes to weigh, in this order. Default: all in `yTrue`, sorted. */
  readonly classes?: Labels | null | undefined;
  /** `'balanced'`, a weight for some classes (others 1), or null: 1 for all. Default: `'balanced'`. */
  readonly classWeight?: 'balanced' | ReadonlyMap<Label, number> | null | undefined;
}

/**
 * Says how much each class must count in training for all to count the same:
 * n / (classes * samples of the class).
 *
 * Weights raise the recall of rare classes at the cost of precision, and probabilities of a model
 * trained with them are no longer those of the data.
 *
 * @param yTrue - labels of the training set, length n
 * @returns a weight a class, in the order of `classes`; Infinity if balanced and its samples weigh nothing
 * @throws RangeError ({@link MetricError}) if `classes` lacks a label of `yTrue` or, balanced, holds others
 * @example
 * ```ts
 * computeClassWeight(['cat', 'cat', 'cat', 'dog']); // → [0.6666666666666666, 2]
 * ```
 * @see scikit-learn's `compute_class_weight`
 */
export function computeClassWeight(yTrue: Labels, options: ClassWeightOptions = {}): number[] {
  const metric = 'computeClassWeight';
  const { classes, classWeight = 'balanced', sampleWeight } = options;
  const truth = readTruthColumn(metric, yTrue);
  const wanted = classes ?? (truth.classes as Labels);
  const { labels, codes } = labelCodes(metric, truth.classes, wanted);
  const missing = truth.classes.filter((_, i) => !codes.includes(i));
  if (missing.length > 0) {
    fail(
      metric,
      'class_unknown',
      `classes must hold every label of yTrue; received none for ${show(missing)}.`,
    );
  }
  if (classWeight === null) return labels.map(() => 1);
  if (classWeight !== 'balanced') return givenWeights(metric, labels, classWeight);
  const absent = labels.filter((_, i) => codes[i] === -1);
  if (absent.length > 0) {
    fail(
      metric,
      'class_unknown',
      `classes must occur in yTrue to be balanced; received ${show(absent)} besides.`,
    );
  }
  checkLengths(metric, { yTrue: truth.length, sampleWeight: sampleWeight?.length });
  const weights = sampleWeight ? readWeights(metric, sampleWeight) : undefined;
  const counts = new Float64Array(truth.classes.length);
  truth.codes.forEach((code, i) => {
    counts[code]! += weights ? weights[i]! : 1;
  });
  const total = sum(counts);
  return Array.from(codes, (code) => total / (counts.length * counts[code]!));
}

function givenWeights(
  fn: string,
  labels: readonly Label[],
  classWeight: ReadonlyMap<Label, number>,
): number[] {
  if (!(classWeight instanceof Map)) {
    const rule = 'classWeight must be "balanced", null or a Map from label to weight';
    fail(fn, 'option_value', `${rule}; received ${show(classWeight)}.`);
  }
  const weights = new Map([...classWeight].map(([label, weight]) => [key(label), weight]));
  const known = new Set(labels.map(key));
  const stray = [...weights.keys()].filter((label) => !known.has(label));
  // With a weight for each class scikit-learn lets it pass.
  if (stray.length > 0 && !labels.every((label) => weights.has(key(label)))) {
    fail(fn, 'class_unknown', `classWeight must weigh labels of classes; received ${show(stray)}.`);
  }
  return labels.map((label) => weights.get(key(label)) ?? 1);
}
