import type { Label } from '../labels.js';
import { fail, isArrayLike, show } from './fail.js';
import { oneScore, readScores } from './score-table.js';
import { sortRising } from './sort.js';
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
  dropped: Dropped,
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
  const counts = count(marks(truth.codes, positive), scores, weights, dropped);
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
 * Points that a curve can do without: none; those on a straight line between their neighbours; those
 * at which no positive is gained or lost on either side.
 */
export type Dropped = 'none' | 'straight' | 'flat';

/**
 * Cumulates weights down the scores; labels are 1 (positive) or 0. Samples without weight give no
 * threshold.
 *
 * Either class is sorted alone and the two are merged, so that no mark travels with a score.
 */
export function count(
  positive: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights?: Float64Array,
  dropped: Dropped = 'none',
): ThresholdCounts {
  const marks = positive instanceof Uint8Array ? positive : Uint8Array.from(positive);
  const used = weights?.includes(0)
    ? withWeight(marks, scores, weights)
    : { marks, scores, weights };
  const sides = split(used.marks, used.scores);
  const heavy = used.weights && split(used.marks, used.weights);
  sortRising(sides.positives, heavy?.positives);
  sortRising(sides.negatives, heavy?.negatives);
  return merge(sides, heavy, dropped);
}

/** The samples whose weight is not 0. */
function withWeight(marks: Uint8Array, scores: ArrayLike<number>, weights: Float64Array) {
  const keep = (_: number, i: number) => weights[i] !== 0;
  return {
    marks: marks.filter(keep),
    scores: Float64Array.from(scores).filter(keep),
    weights: weights.filter(keep),
  };
}

/** Values of either class. */
interface Sides {
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** Fills one array from both ends: each value is written at either, and stays where it belongs. */
function split(marks: Uint8Array, values: ArrayLike<number>): Sides {
  const out = new Float64Array(marks.length);
  let low = 0;
  let high = marks.length - 1;
  for (let i = 0; i < marks.length; i++) {
    const value = values[i]!;
    const mark = marks[i]!;
    out[low] = value;
    out[high] = value;
    low += mark;
    high -= 1 - mark;
  }
  return { positives: out.subarray(0, low), negatives: out.subarray(low) };
}

/**
 * Goes from the highest score down, a threshold for each that differs. Whether a point can be dropped
 * is known at the next one, which then takes its place; the first and the last stay.
 */
function merge(
  { positives, negatives }: Sides,
  weights: Sides | undefined,
  dropped: Dropped,
): ThresholdCounts {
  let p = positives.length - 1;
  let n = negatives.length - 1;
  const fps = new Float64Array(p + n + 2);
  const tps = new Float64Array(p + n + 2);
  const thresholds = new Float64Array(p + n + 2);
  let [size, tp, fp, stepTp, stepFp] = [0, 0, 0, 0, 0];
  while (p >= 0 || n >= 0) {
    const [lastTp, lastFp] = [tp, fp];
    const score =
      n < 0 || (p >= 0 && positives[p]! > negatives[n]!) ? positives[p]! : negatives[n]!;
    for (; p >= 0 && positives[p] === score; p--) tp += weights ? weights.positives[p]! : 1;
    for (; n >= 0 && negatives[n] === score; n--) fp += weights ? weights.negatives[n]! : 1;
    const straight = tp - lastTp === stepTp && fp - lastFp === stepFp;
    const flat = tp === lastTp && stepTp === 0;
    if (size > 1 && ((dropped === 'straight' && straight) || (dropped === 'flat' && flat))) size--;
    stepTp = tp - lastTp;
    stepFp = fp - lastFp;
    fps[size] = fp;
    tps[size] = tp;
    thresholds[size++] = score;
  }
  return {
    fps: fps.subarray(0, size),
    tps: tps.subarray(0, size),
    thresholds: thresholds.subarray(0, size),
  };
}

/** The array with a value before it. */
export function prepend(value: number, values: Float64Array): Float64Array {
  const out = new Float64Array(values.length + 1);
  out[0] = value;
  out.set(values, 1);
  return out;
}
