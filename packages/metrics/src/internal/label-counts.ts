import type { Label, Labels } from '../labels.js';
import { fail, show } from './fail.js';
import { labelCodes, readLabels } from './label-codes.js';
import { sum } from './numpy.js';
import type { CheckedTargets, ClassTargets, IndicatorTargets } from './targets.js';
import { requireWeight } from './weights.js';

/** Right and wrong decisions a label (or a sample, if `samplewise`), weighted. */
export interface LabelCounts {
  readonly labels: readonly Label[];
  readonly tp: Float64Array;
  readonly fp: Float64Array;
  readonly fn: Float64Array;
  readonly tn: Float64Array;
  /** Whether NumPy would hold these as reals, which a report then prints as such ("12.0"). */
  readonly real: boolean;
}

/**
 * Counts a label against all others. Sums run over the samples in order, and false decisions are
 * differences of sums, as in scikit-learn: with weights the last bits depend on it.
 */
export function labelCounts(
  metric: string,
  targets: CheckedTargets,
  labels?: Labels | null,
  samplewise = false,
): LabelCounts {
  requireWeight(metric, targets.weights);
  if (targets.type === 'multilabel-indicator') {
    return indicatorCounts(metric, targets, labels, samplewise);
  }
  if (samplewise) {
    const rule = 'yTrue must be rows of 0 and 1 to be scored sample by sample';
    fail(metric, 'samplewise_needs_multilabel', `${rule}; received one label a sample.`);
  }
  return classCounts(metric, targets, labels);
}

/** Sums of the samples a class: both right, predicted, and true. */
export function classSums({ labels, yTrue, yPred, weights, pairs }: ClassTargets): {
  readonly hits: Float64Array;
  readonly predicted: Float64Array;
  readonly actual: Float64Array;
} {
  const hits = new Float64Array(labels.length);
  const predicted = new Float64Array(labels.length);
  const actual = new Float64Array(labels.length);
  if (pairs) {
    const k = labels.length;
    pairs.forEach((count, at) => {
      const [t, p] = [Math.floor(at / k), at % k];
      actual[t]! += count;
      predicted[p]! += count;
      if (t === p) hits[t] = count;
    });
  } else if (weights === undefined) {
    for (let i = 0; i < yTrue.length; i++) {
      const t = yTrue[i]!;
      const p = yPred[i]!;
      actual[t]! += 1;
      predicted[p]! += 1;
      if (t === p) hits[t]! += 1;
    }
  } else {
    for (let i = 0; i < yTrue.length; i++) {
      const t = yTrue[i]!;
      const p = yPred[i]!;
      const weight = weights[i]!;
      actual[t]! += weight;
      predicted[p]! += weight;
      if (t === p) hits[t]! += weight;
    }
  }
  return { hits, predicted, actual };
}

function classCounts(metric: string, targets: ClassTargets, wanted?: Labels | null): LabelCounts {
  const { hits, predicted, actual } = classSums(targets);
  const { labels, codes } = wanted
    ? labelCodes(metric, targets.labels, wanted)
    : { labels: targets.labels, codes: Int32Array.from(targets.labels, (_, i) => i) };
  const at = (sums: Float64Array) => Float64Array.from(codes, (code) => sums[code] ?? 0);
  const total = targets.weights ? sum(targets.weights) : targets.length;
  // NumPy's zeros for "no hit at all" are reals, and turn every count that follows into one.
  const real = targets.weights !== undefined || hits.every((hit) => hit === 0);
  return { labels, real, ...decisions(at(hits), at(predicted), at(actual), () => total) };
}

function indicatorCounts(
  metric: string,
  targets: IndicatorTargets,
  wanted: Labels | null | undefined,
  samplewise: boolean,
): LabelCounts {
  const { length, columns, yTrue, yPred, weights } = targets;
  const picked = pickColumns(metric, columns, wanted);
  const size = samplewise ? length : picked.length;
  const [hits, predicted, actual] = [0, 1, 2].map(() => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < length; i++) {
    const weight = weights ? weights[i]! : 1;
    for (let j = 0; j < picked.length; j++) {
      const at = i * columns + picked[j]!;
      const slot = samplewise ? i : j;
      const t = yTrue[at] !== 0;
      const p = yPred[at] !== 0;
      if (t) actual[slot]! += samplewise ? 1 : weight;
      if (p) predicted[slot]! += samplewise ? 1 : weight;
      if (t && p) hits[slot]! += samplewise ? 1 : weight;
    }
  }
  if (samplewise && weights) {
    for (const sums of [hits, predicted, actual]) {
      for (let i = 0; i < length; i++) sums[i]! *= weights[i]!;
    }
  }
  const all = weights ? sum(weights) : length;
  const total = (i: number) => (samplewise ? (weights ? weights[i]! : 1) * picked.length : all);
  const labels = samplewise ? Array.from({ length }, (_, i) => i) : picked;
  const real = weights !== undefined;
  return { labels, real, ...decisions(hits, predicted, actual, total) };
}

function pickColumns(metric: string, columns: number, wanted?: Labels | null): number[] {
  if (!wanted) return Array.from({ length: columns }, (_, i) => i);
  return readLabels(metric, wanted).map((label) => {
    if (typeof label === 'number' && Number.isInteger(label) && label >= 0 && label < columns) {
      return label;
    }
    const rule = `labels must be columns, 0 to ${columns - 1}`;
    return fail(metric, 'label_out_of_range', `${rule}; received ${show(label)}.`);
  });
}

function decisions(
  tp: Float64Array,
  predicted: Float64Array,
  actual: Float64Array,
  total: (i: number) => number,
): Pick<LabelCounts, 'tp' | 'fp' | 'fn' | 'tn'> {
  const fp = predicted.map((count, i) => count - tp[i]!);
  const fn = actual.map((count, i) => count - tp[i]!);
  const tn = tp.map((count, i) => total(i) - count - fp[i]! - fn[i]!);
  return { tp, fp, fn, tn };
}
