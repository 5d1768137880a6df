import type { Label } from '../labels.js';
import { fail, isArrayLike, show } from './fail.js';
import { oneScore, readScores } from './score-table.js';
import { sortByScore, upperHalves } from './sort.js';
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
  const isPositive = positive === 1 ? truth.codes : marks(truth.codes, positive);
  const counts = count(isPositive, scores, weights, dropped);
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
 * Cumulates weights down the scores, a threshold for each that differs; a label of 1 is positive.
 * Samples without weight give no threshold.
 *
 * Whether a point can be dropped is known at the next one, which then takes its place; the first and
 * the last stay.
 */
export function count(
  positive: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights?: Float64Array,
  dropped: Dropped = 'none',
): ThresholdCounts {
  const used = weights?.includes(0)
    ? withWeight(positive, scores, weights)
    : { positive, scores, weights };
  const { marked, below, weights: heavy } = sortByScore(used.scores, used.positive, used.weights);
  const halves = upperHalves(marked);
  // Few points of many samples may stay, and memory that is not needed costs time too.
  let room = dropped === 'none' ? marked.length : Math.min(1024, marked.length);
  let fps = new Float64Array(room);
  let tps = new Float64Array(room);
  let thresholds = new Float64Array(room);
  const [dropStraight, dropFlat] = [Number(dropped === 'straight'), Number(dropped === 'flat')];
  // Along samples of one class, each with a score of its own, the line is straight, and flat along
  // negatives: only the last of them stays.
  const skipsNegatives = dropped !== 'none' && heavy === undefined;
  const skipsPositives = dropped === 'straight' && heavy === undefined;
  let size = 0;
  let tp = 0;
  let fp = 0;
  let stepTp = 0;
  let stepFp = 0;
  for (let last = marked.length - 1; last >= 0; ) {
    // Magnitudes rise with the scores, but fall below 0; the two stretches do not share a score.
    const stop = last < below ? 0 : below;
    let first = firstOfTies(marked, last, stop);
    const lastTp = tp;
    const lastFp = fp;
    if (heavy === undefined) {
      let hits = 0;
      // The sign bit of the upper half, as a number.
      for (let i = first; i <= last; i++) hits += halves[2 * i]! >>> 31;
      tp += hits;
      fp += last - first + 1 - hits;
    } else {
      // In the order they came, which is turned round below 0: a running sum's last bits depend on it.
      for (let i = first; i <= last; i++) {
        const at = last < below ? first + last - i : i;
        if (halves[2 * at]! < 0) tp += heavy[at]!;
        else fp += heavy[at]!;
      }
    }
    // Without a branch, which nobody could predict.
    const straight = Number(tp - lastTp === stepTp) & Number(fp - lastFp === stepFp);
    const flat = Number(tp === lastTp) & Number(stepTp === 0);
    size -= ((straight & dropStraight) | (flat & dropFlat)) & Number(size > 1);
    stepTp = tp - lastTp;
    stepFp = fp - lastFp;
    const sign = halves[2 * first]! >>> 31;
    if (first === last && size > 0 && (sign === 1 ? skipsPositives : skipsNegatives)) {
      const end = endOfRun(marked, halves, first, stop);
      if (sign === 1) tp += first - end;
      else fp += first - end;
      first = end;
    }
    if (size === room) {
      room = Math.min(4 * room, marked.length);
      [fps, tps, thresholds] = [longer(fps, room), longer(tps, room), longer(thresholds, room)];
    }
    fps[size] = fp;
    tps[size] = tp;
    const score = Math.abs(marked[first]!);
    thresholds[size++] = last < below ? -score : score;
    last = first - 1;
  }
  return {
    fps: fps.subarray(0, size),
    tps: tps.subarray(0, size),
    thresholds: thresholds.subarray(0, size),
  };
}

/**
 * The sum over the thresholds of the positives gained times the precision there, and how many positives
 * there are: what {@link count} would lead to, without its points. Samples weigh the same.
 */
export function sumPrecisions(
  positive: ArrayLike<number>,
  scores: ArrayLike<number>,
): { readonly sum: number; readonly positives: number } {
  const { marked, below } = sortByScore(scores, positive, undefined);
  const halves = upperHalves(marked);
  let sum = 0;
  let positives = 0;
  for (let last = marked.length - 1; last >= 0; ) {
    const first = firstOfTies(marked, last, last < below ? 0 : below);
    let gained = 0;
    // The sign bit of the upper half, as a number.
    for (let i = first; i <= last; i++) gained += halves[2 * i]! >>> 31;
    positives += gained;
    sum += gained * (positives / (marked.length - first));
    last = first - 1;
  }
  return { sum, positives };
}

/** The first of the samples before `last` that share its score. */
function firstOfTies(marked: Float64Array, last: number, stop: number): number {
  const magnitude = Math.abs(marked[last]!);
  let first = last;
  while (first > stop && Math.abs(marked[first - 1]!) === magnitude) first--;
  return first;
}

/** How far down samples are of the class of `first`, each with a score of its own. */
function endOfRun(marked: Float64Array, halves: Int32Array, first: number, stop: number): number {
  const sign = halves[2 * first]! >>> 31;
  let end = first;
  while (end > stop && halves[2 * end - 2]! >>> 31 === sign) {
    const isAlone = end - 1 === stop || Math.abs(marked[end - 1]!) !== Math.abs(marked[end - 2]!);
    if (!isAlone) break;
    end--;
  }
  return end;
}

function longer(values: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const out = new Float64Array(length);
  out.set(values);
  return out;
}

/** The samples whose weight is not 0. */
function withWeight(
  positive: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights: Float64Array,
): { positive: Uint8Array; scores: Float64Array; weights: Float64Array } {
  const keep = (_: number, i: number) => weights[i] !== 0;
  return {
    positive: Uint8Array.from(positive, (one) => Number(one === 1)).filter(keep),
    scores: Float64Array.from(scores).filter(keep),
    weights: weights.filter(keep),
  };
}

/** The array with a value before it. */
export function prepend(value: number, values: Float64Array): Float64Array {
  const out = new Float64Array(values.length + 1);
  out[0] = value;
  out.set(values, 1);
  return out;
}
