import type { CurveArray } from '../curve-array.js';
import type { Label, Rows } from '../labels.js';
import type { CurveOptions } from '../options.js';
import { checkFinite } from './encode.js';
import { fail, isArrayLike, show } from './fail.js';
import type { Memory } from './memory.js';
import { reals } from './numpy.js';
import { oneScore, readReals } from './score-table.js';
import { type SortedScores, sortByScore } from './sort.js';
import { checkLengths } from './targets.js';
import { positiveCode, readTruthColumn, type Truth } from './truth.js';
import { upperHalves } from './upper-halves.js';
import { readWeights } from './weights.js';

/**
 * Weights of true and false positives at each threshold, from the highest score down; in memory that was
 * lent.
 */
export interface ThresholdCounts {
  readonly fps: Float64Array | Int32Array;
  readonly tps: Float64Array | Int32Array;
  /**
   * Each different score once, rising, so the other way round than the counts: a sample is positive if
   * its score is at least this.
   */
  readonly rising: Float64Array;
}

/** Two classes and a score a sample, checked. */
export interface ScoredClasses {
  /** 1 for a sample of the positive class. */
  readonly positive: ArrayLike<number>;
  readonly scores: ArrayLike<number>;
  readonly weights: Float64Array | undefined;
  readonly classCount: number;
  /** Makes an array of the kind of the scores. */
  readonly make: (length: number) => CurveArray;
}

/**
 * Reads labels and scores of a curve, plain ones into the memory; the checks are in scikit-learn's order.
 */
export function readScoredClasses(
  fn: string,
  yTrue: unknown,
  yScore: ArrayLike<number> | Rows,
  { posLabel, sampleWeight }: CurveOptions,
  memory: Memory,
): ScoredClasses {
  const truth = readTruthColumn(fn, yTrue);
  const given = posLabel !== null && posLabel !== undefined;
  if (truth.type !== 'binary' && !given) {
    const wayOut = 'posLabel picks the class to set against the others';
    const received = `${truth.classes.length} labels`;
    fail(fn, 'target_format', `yTrue must hold two labels; received ${received}: ${wayOut}.`);
  }
  const code = positiveOf(fn, truth, posLabel);
  const scores = readScoreColumn(fn, yScore, truth.length, sampleWeight, memory);
  const weights = sampleWeight ? readWeights(fn, sampleWeight) : undefined;
  const positive = code === 1 ? truth.codes : marks(truth.codes, code);
  const isTyped = ArrayBuffer.isView('data' in yScore ? yScore.data : yScore);
  const make = (length: number) => (isTyped ? new Float64Array(length) : reals(length));
  return { positive, scores, weights, classCount: truth.classes.length, make };
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
  memory: Memory,
): ArrayLike<number> {
  const check = (scores: number) =>
    checkLengths(fn, { yTrue: length, yScore: scores, sampleWeight: sampleWeight?.length });
  if (isArrayLike(yScore) && !isArrayLike(yScore[0])) {
    check(yScore.length);
    if (Array.isArray(yScore)) {
      const copy = memory.doubles(length);
      if (!copyNumbers(yScore, copy)) {
        checkFinite(fn, 'yScore', yScore);
        copy.set(yScore);
      }
      return copy;
    }
  } else if (typeof yScore !== 'object') {
    fail(fn, 'target_format', `yScore must be an array of numbers; received ${show(yScore)}.`);
  }
  const read = readReals(fn, 'yScore', yScore);
  check(read.length);
  const scores = oneScore(fn, 'yScore', read);
  checkFinite(fn, 'yScore', scores);
  return scores;
}

/** False, and not all copied, if some are not finite numbers: times 0 those are NaN, and so is the sum. */
function copyNumbers(values: readonly unknown[], out: Float64Array): boolean {
  let even = 0;
  let odd = 0;
  let i = 0;
  for (const rounds = out.length & ~1; i < rounds; i += 2) {
    const a = values[i];
    const b = values[i + 1];
    if (typeof a !== 'number' || typeof b !== 'number') return false;
    out[i] = a;
    out[i + 1] = b;
    even += a * 0;
    odd += b * 0;
  }
  for (; i < out.length; i++) {
    const value = values[i];
    if (typeof value !== 'number') return false;
    out[i] = value;
    odd += value * 0;
  }
  return even + odd === 0;
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
  weights: Float64Array | undefined,
  dropped: Dropped,
  memory: Memory,
): ThresholdCounts {
  const sorted = sortUsed(positive, scores, weights, memory);
  return weights ? countWeights(sorted, dropped, memory) : countAlike(sorted, dropped, memory);
}

/** Sorts the samples that have weight. */
export function sortUsed(
  positive: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights: Float64Array | undefined,
  memory: Memory,
): SortedScores {
  if (!weights || !hasZero(weights)) return sortByScore(scores, positive, weights, memory);
  const used = withWeight(positive, scores, weights);
  return sortByScore(used.scores, used.positive, used.weights, memory);
}

/** Where all samples weigh 1. */
function countAlike(sorted: SortedScores, dropped: Dropped, memory: Memory): ThresholdCounts {
  const n = sorted.marked.length;
  // Of each point the first sample that it takes in, and how many positives: the rest follows.
  const firsts = memory.integers(n);
  const tps = memory.integers(n);
  const size = findPoints(sorted, dropped, firsts, tps);
  const fps = firsts.subarray(0, size);
  takeOut(sorted, fps, tps);
  return { fps, tps: tps.subarray(0, size), rising: sorted.marked.subarray(n - size) };
}

/** Says how many points there are, and writes those. */
function findPoints(
  { marked, below }: SortedScores,
  dropped: Dropped,
  firsts: Int32Array,
  tps: Int32Array,
): number {
  const n = marked.length;
  const halves = upperHalves(marked);
  const dropStraight = Number(dropped === 'straight');
  const dropFlat = Number(dropped === 'flat');
  // Which classes are dropped between two of the same, a bit each.
  const idle = dropped === 'straight' ? 0b11 : dropFlat;
  let size = 0;
  let tp = 0;
  let stepTp = 0;
  let stepAll = 0;
  for (let last = n - 1; last >= 0; ) {
    // Magnitudes rise with the scores, but fall below 0; the two stretches do not share a score.
    const stop = last < below ? 0 : below;
    const magnitude = Math.abs(marked[last]!);
    let first = last;
    // The sign bit of the upper half, as a number.
    let hits = halves[2 * last]! >>> 31;
    for (; first > stop && Math.abs(marked[first - 1]!) === magnitude; first--) {
      hits += halves[2 * first - 2]! >>> 31;
    }
    const all = last - first + 1;
    // Without a branch, which nobody could predict.
    const straight = Number(hits === stepTp) & Number(all === stepAll) & dropStraight;
    size -= (straight | (Number((hits | stepTp) === 0) & dropFlat)) & Number(size > 1);
    tp += hits;
    firsts[size] = first;
    tps[size++] = tp;
    last = first - 1;
    // As long as four at a time share their score with no other.
    for (; all === 1 && last - 4 >= stop; last -= 4) {
      const b = Math.abs(marked[last - 1]!);
      const c = Math.abs(marked[last - 2]!);
      const d = Math.abs(marked[last - 3]!);
      if (Math.abs(marked[last]!) === b || b === c || c === d) break;
      if (d === Math.abs(marked[last - 4]!)) break;
      const isA = halves[2 * last]! >>> 31;
      const isB = halves[2 * last - 2]! >>> 31;
      const isC = halves[2 * last - 4]! >>> 31;
      const isD = halves[2 * last - 6]! >>> 31;
      size -= (idle >>> isA) & Number(isA === hits) & Number(size > 1);
      firsts[size] = last;
      tps[size++] = tp + isA;
      size -= (idle >>> isB) & Number(isA === isB) & Number(size > 1);
      firsts[size] = last - 1;
      tps[size++] = tp + isA + isB;
      size -= (idle >>> isC) & Number(isB === isC);
      firsts[size] = last - 2;
      tps[size++] = tp + isA + isB + isC;
      size -= (idle >>> isD) & Number(isC === isD);
      tp += isA + isB + isC + isD;
      firsts[size] = last - 3;
      tps[size++] = tp;
      hits = isD;
    }
    stepTp = hits;
    stepAll = all;
  }
  return size;
}

/**
 * Makes false positives of the first samples. Thresholds take the end of the scores, of which only what
 * lies before is still to be read.
 */
function takeOut({ marked, below }: SortedScores, firsts: Int32Array, tps: Int32Array): void {
  const n = marked.length;
  for (let i = 0; i < firsts.length; i++) {
    const first = firsts[i]!;
    const score = Math.abs(marked[first]!);
    marked[n - 1 - i] = first < below ? -score : score;
    firsts[i] = n - first - tps[i]!;
  }
}

function countWeights(
  { marked, below, weights, free: fps }: SortedScores,
  dropped: Dropped,
  memory: Memory,
): ThresholdCounts {
  const heavy = weights!;
  const halves = upperHalves(marked);
  const tps = memory.doubles(marked.length);
  let size = 0;
  let tp = 0;
  let fp = 0;
  let stepTp = 0;
  let stepFp = 0;
  for (let last = marked.length - 1; last >= 0; ) {
    const first = firstOfTies(marked, last, last < below ? 0 : below);
    const lastTp = tp;
    const lastFp = fp;
    // In the order they came, which is turned round below 0: a running sum's last bits depend on it.
    for (let i = first; i <= last; i++) {
      const at = last < below ? first + last - i : i;
      if (halves[2 * at]! < 0) tp += heavy[at]!;
      else fp += heavy[at]!;
    }
    const straight = dropped === 'straight' && tp - lastTp === stepTp && fp - lastFp === stepFp;
    const flat = dropped === 'flat' && tp === lastTp && stepTp === 0;
    if (size > 1 && (straight || flat)) size--;
    stepTp = tp - lastTp;
    stepFp = fp - lastFp;
    fps[size] = fp;
    tps[size] = tp;
    const score = Math.abs(marked[first]!);
    // The end of the scores, which has been read, has room for them.
    marked[marked.length - 1 - size++] = last < below ? -score : score;
    last = first - 1;
  }
  return {
    fps: fps.subarray(0, size),
    tps: tps.subarray(0, size),
    rising: marked.subarray(marked.length - size),
  };
}

/** The first of the samples before `last` that share its score. */
export function firstOfTies(marked: Float64Array, last: number, stop: number): number {
  const magnitude = Math.abs(marked[last]!);
  let first = last;
  while (first > stop && Math.abs(marked[first - 1]!) === magnitude) first--;
  return first;
}

/** What `includes(0)` says, three times as fast: four at a time, whose product is 0 if one is. */
function hasZero(values: Float64Array): boolean {
  let i = 0;
  for (; i + 4 <= values.length; i += 4) {
    if (values[i]! * values[i + 1]! * values[i + 2]! * values[i + 3]! === 0) break;
  }
  return values.includes(0, i);
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
