import { checkOption, fail, show } from './internal/fail.js';
import { binOf, linspace, quantilePlace } from './internal/numpy.js';
import { checkProbabilities, oneScore, readReals, type ScoreData } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { positiveCode, readTruthColumn } from './internal/truth.js';
import type { Label, Labels, Rows } from './labels.js';

/** Options of {@link calibrationCurve}. */
export interface CalibrationCurveOptions {
  /** The positive class. Default: 1, if the labels are among 0 and 1 or -1 and 1. */
  readonly posLabel?: Label | null | undefined;
  /** How many bins, 1 or more. Default: 5. */
  readonly nBins?: number | undefined;
  /** Bins of equal width or with equally many samples. Default: `'uniform'`. */
  readonly strategy?: 'uniform' | 'quantile' | undefined;
}

/** A point a bin that holds samples. */
export interface CalibrationCurve {
  /** Share of positives in the bin. */
  readonly probTrue: number[];
  /** Mean probability in the bin. */
  readonly probPred: number[];
}

/**
 * Says whether "0.8" comes true in 8 of 10 cases: how often the positive occurs at each predicted
 * probability.
 *
 * A bin with few samples wanders by chance, and empty bins vanish, so count the samples before
 * reading a bend. Bins are open below: a probability on an edge belongs to the bin under it.
 *
 * @param yTrue - true labels of two classes, length n
 * @param yProb - probability of the positive class, length n
 * @returns two arrays with an entry a bin that is not empty, plain data
 * @throws TypeError or RangeError ({@link MetricError}) for values outside [0, 1], unequal lengths, or
 *   more than two classes
 * @example
 * ```ts
 * calibrationCurve([0, 0, 1, 1], [0.1, 0.3, 0.7, 0.9], { nBins: 2 }).probTrue; // → [0, 1]
 * ```
 * @see scikit-learn's `calibration_curve`
 */
export function calibrationCurve(
  yTrue: Labels,
  yProb: ArrayLike<number> | Rows,
  options: CalibrationCurveOptions = {},
): CalibrationCurve {
  const metric = 'calibrationCurve';
  const { posLabel, nBins = 5, strategy = 'uniform' } = options;
  checkOption(metric, 'strategy', strategy, ['uniform', 'quantile']);
  checkBinCount(metric, nBins);
  const truth = readTruthColumn(metric, yTrue);
  const scores = readReals(metric, 'yProb', yProb);
  checkLengths(metric, { yTrue: truth.length, yProb: scores.length });
  const positive = positiveCode(metric, truth, posLabel);
  const prob = oneScore(metric, 'yProb', scores);
  if (strategy === 'quantile' || truth.type !== 'binary') {
    checkProbabilities(metric, 'yProb', prob);
  }
  if (truth.type !== 'binary') {
    fail(
      metric,
      'target_not_binary',
      `yTrue must hold two classes; received ${show(truth.classes)}.`,
    );
  }
  const edges = strategy === 'uniform' ? linspace(0, 1, nBins + 1) : quantiles(prob, nBins);
  return binned(metric, prob, truth.codes, positive, edges);
}

/**
 * Sums each bin, and checks the probabilities where they do not lie in the bin expected. Four samples
 * at a time go into sums of their own: an addition waits for the one before it, and the engine checks
 * each array once a round.
 */
function binned(
  metric: string,
  prob: ScoreData,
  codes: Int32Array,
  positive: number,
  edges: Float64Array,
): CalibrationCurve {
  const nBins = edges.length - 1;
  const counts = new Int32Array(8 * nBins);
  const sums = new Float64Array(4 * nBins);
  const binAt = (p: number): number => {
    const guess = (p * nBins) | 0;
    if (p > edges[guess]! && p <= edges[guess + 1]!) return guess;
    if (!(p >= 0 && p <= 1)) checkProbabilities(metric, 'yProb', prob);
    return binOf(edges, p);
  };
  const rounds = prob.length & ~3;
  for (let i = 0; i < rounds; i += 4) {
    const a = prob[i]!;
    const b = prob[i + 1]!;
    const c = prob[i + 2]!;
    const d = prob[i + 3]!;
    const inA = binAt(a);
    const inB = binAt(b) + nBins;
    const inC = binAt(c) + 2 * nBins;
    const inD = binAt(d) + 3 * nBins;
    counts[2 * inA + codes[i]!]!++;
    counts[2 * inB + codes[i + 1]!]!++;
    counts[2 * inC + codes[i + 2]!]!++;
    counts[2 * inD + codes[i + 3]!]!++;
    sums[inA]! += a;
    sums[inB]! += b;
    sums[inC]! += c;
    sums[inD]! += d;
  }
  for (let i = rounds; i < prob.length; i++) {
    const bin = binAt(prob[i]!);
    counts[2 * bin + codes[i]!]!++;
    sums[bin]! += prob[i]!;
  }
  const probTrue: number[] = [];
  const probPred: number[] = [];
  for (let bin = 0; bin < nBins; bin++) {
    const own = [bin, bin + nBins, bin + 2 * nBins, bin + 3 * nBins];
    const total = (values: ArrayLike<number>, at: (slot: number) => number) =>
      own.reduce((sum, slot) => sum + values[at(slot)]!, 0);
    const all = total(counts, (slot) => 2 * slot) + total(counts, (slot) => 2 * slot + 1);
    if (all === 0) continue;
    const hits = positive < 0 ? 0 : total(counts, (slot) => 2 * slot + positive);
    probTrue.push(hits / all);
    probPred.push(total(sums, (slot) => slot) / all);
  }
  return { probTrue, probPred };
}

/** Throws unless the count of bins is a whole number of 1 or more. */
export function checkBinCount(fn: string, nBins: unknown): void {
  if (Number.isInteger(nBins) && (nBins as number) >= 1) return;
  fail(fn, 'option_value', `nBins must be a whole number of 1 or more; received ${show(nBins)}.`);
}

/** `numpy.percentile` at equal steps, by linear interpolation. */
function quantiles(values: ArrayLike<number>, bins: number): Float64Array {
  const sorted = Float64Array.from(values).sort();
  return linspace(0, 1, bins + 1).map((share) => {
    const place = quantilePlace(share, sorted.length);
    const below = Math.floor(place);
    const low = sorted[below]!;
    const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
    const t = place - below;
    return t >= 0.5 ? high - (high - low) * (1 - t) : low + (high - low) * t;
  });
}
