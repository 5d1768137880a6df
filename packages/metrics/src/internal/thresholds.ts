import type { Label } from '../labels.js';
import { fail, isArrayLike, show } from './fail.js';
import { oneScore, readScores } from './score-table.js';
import { sortScores } from './sort.js';
import { checkLengths } from './targets.js';
import { positiveCode, readTruthColumn, type Truth } from './truth.js';
import { readWeights } from './weights.js';

/** Weights of true and false positives at each threshold, from the highest score down. */
export interface ThresholdCounts {
  readonly fps: Float64Array;
  readonly tps: Float64Array;
  /** Each different score once: a sample is positive if its score is at least this. */
  readonly thresholds: Float64Array;
}

/** Reads labels and scores and counts; the checks are in scikit-learn's order. */
export function countsAtThresholds(
  fn: string,
  yTrue: unknown,
  yScore: unknown,
  posLabel: Label | null | undefined,
  sampleWeight: ArrayLike<number> | null | undefined,
): ThresholdCounts & { readonly classCount: number } {
  const truth = readTruthColumn(fn, yTrue);
  const given = posLabel !== null && posLabel !== undefined;
  if (truth.type !== 'binary' && !given) {
    const wayOut = 'posLabel picks the class to set against the others';
    const received = `${truth.classes.length} labels`;
    fail(fn, 'target_format', `yTrue must hold two labels; received ${received}: ${wayOut}.`);
  }
  const positive = positiveOf(fn, truth, posLabel);
  const scores = readScoreColumn(fn, yScore, truth.length, sampleWeight);
  const weights = sampleWeight ? readWeights(fn, sampleWeight) : undefined;
  const counts = count(marks(truth.codes, positive), scores, weights);
  return { ...counts, classCount: truth.classes.length };
}

function positiveOf(fn: string, truth: Truth, posLabel: Label | null | undefined): number {
  if (truth.length === 0)
    fail(fn, 'empty_input', 'yTrue must hold at least one sample; received none.');
  return positiveCode(fn, truth, posLabel);
}

function readScoreColumn(
  fn: string,
  yScore: unknown,
  length: number,
  sampleWeight: ArrayLike<number> | null | undefined,
): ArrayLike<number> {
  if (isArrayLike(yScore) && !isArrayLike(yScore[0])) {
    checkLengths(fn, { yTrue: length, yScore: yScore.length, sampleWeight: sampleWeight?.length });
  } else if (typeof yScore !== 'object') {
    fail(fn, 'target_format', `yScore must be an array of numbers; received ${show(yScore)}.`);
  }
  return oneScore(fn, 'yScore', readScores(fn, 'yScore', yScore));
}

/** 1 where the code is the wanted one, else 0. */
export function marks(codes: Int32Array, wanted: number): Uint8Array {
  const out = new Uint8Array(codes.length);
  for (let i = 0; i < out.length; i++) out[i] = codes[i] === wanted ? 1 : 0;
  return out;
}

/**
 * Cumulates weights down the scores; labels are 1 (positive) or 0. Samples without weight give no
 * threshold.
 */
export function count(
  positive: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights?: Float64Array,
): ThresholdCounts {
  const sorted = sortScores(scores, positive, weights);
  const n = sorted.scores.length;
  const fps = new Float64Array(n);
  const tps = new Float64Array(n);
  const thresholds = new Float64Array(n);
  let size = -1;
  let tp = 0;
  let fp = 0;
  for (let i = n - 1; i >= 0; i--) {
    const score = sorted.scores[i]!;
    if (size < 0 || score !== thresholds[size]) thresholds[++size] = score;
    const weight = sorted.weights ? sorted.weights[i]! : 1;
    if (sorted.positive[i] === 1) tp += weight;
    else fp += weight;
    fps[size] = fp;
    tps[size] = tp;
  }
  return {
    fps: fps.subarray(0, size + 1),
    tps: tps.subarray(0, size + 1),
    thresholds: thresholds.subarray(0, size + 1),
  };
}

/** The points to keep: the ends, and those at which one of the sums does what `keep` asks for. */
export function pick(
  { fps, tps, thresholds }: ThresholdCounts,
  keep: (i: number) => boolean,
): ThresholdCounts {
  const last = fps.length - 1;
  const kept = new Int32Array(fps.length);
  let size = 0;
  for (let i = 0; i <= last; i++) if (i === 0 || i === last || keep(i)) kept[size++] = i;
  const at = (values: Float64Array) => {
    const out = new Float64Array(size);
    for (let i = 0; i < size; i++) out[i] = values[kept[i]!]!;
    return out;
  };
  return { fps: at(fps), tps: at(tps), thresholds: at(thresholds) };
}

/** The array with a value before it. */
export function prepend(value: number, values: Float64Array): Float64Array {
  const out = new Float64Array(values.length + 1);
  out[0] = value;
  out.set(values, 1);
  return out;
}
