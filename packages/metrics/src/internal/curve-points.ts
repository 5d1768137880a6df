import type { CurveArray } from '../curve-array.js';
import type { Labels, Rows } from '../labels.js';
import type { CurveOptions } from '../options.js';
import type { Ends, Range } from './curve-ends.js';
import { borrow } from './memory.js';
import { type SortedScores, sortByScore } from './sort.js';
import {
  count,
  firstOfTies,
  readScoredClasses,
  type ScoredClasses,
  sortUsed,
  type ThresholdCounts,
} from './thresholds.js';
import { upperHalves } from './upper-halves.js';

/** Points of a curve from the lowest threshold up, before a free place for its end if it has one. */
export interface CurvePoints {
  /** Precision, or false positive rate. */
  readonly xs: CurveArray;
  /** Recall, or miss rate. */
  readonly ys: CurveArray;
  readonly thresholds: CurveArray;
  /** How many points there are before the end. */
  readonly size: number;
  readonly positives: number;
  readonly negatives: number;
  readonly classCount: number;
}

/**
 * Reads labels and scores, and makes a point of each threshold that is not dropped: false positive and
 * miss rate if the curve has ends, else precision and recall.
 */
export function curvePoints(
  fn: string,
  yTrue: Labels,
  yScore: ArrayLike<number> | Rows,
  options: CurveOptions,
  ends?: Ends,
): CurvePoints {
  const { dropIntermediate = false } = options;
  return borrow((memory) => {
    const given = readScoredClasses(fn, yTrue, yScore, options, memory);
    const { positive, scores, weights } = given;
    if (!dropIntermediate && weights === undefined) {
      return pointOfEach(given, sortByScore(scores, positive, undefined, memory), ends);
    }
    // Where a DET curve with weights ends depends on their sums.
    if (!dropIntermediate && ends === undefined) {
      return weighedPointOfEach(given, sortUsed(positive, scores, weights, memory));
    }
    const counts = count(positive, scores, weights, dropIntermediate ? 'flat' : 'none', memory);
    return pointsOf(given, counts, dropIntermediate, ends);
  });
}

/** A point for each score that differs, where all samples weigh 1. */
function pointOfEach(given: ScoredClasses, sorted: SortedScores, ends?: Ends): CurvePoints {
  const n = sorted.marked.length;
  const range = ends ? ends.ofSamples(sorted) : { from: 0, to: n, isOpen: true };
  const size = countScores(sorted, range);
  const positives = countPositives(sorted.marked);
  const points = take(given, size, positives, n - positives, range, ends);
  fill(points, sorted, range, ends !== undefined);
  return points;
}

function take(
  { make, classCount }: ScoredClasses,
  size: number,
  positives: number,
  negatives: number,
  { isOpen }: Range,
  ends: Ends | undefined,
): CurvePoints {
  const length = size + Number(isOpen);
  // The end of a precision-recall curve has no threshold.
  const thresholds = make(ends ? length : size);
  return { xs: make(length), ys: make(length), thresholds, size, positives, negatives, classCount };
}

/** The precision and recall at each score that differs. */
function weighedPointOfEach(given: ScoredClasses, sorted: SortedScores): CurvePoints {
  const range = { from: 0, to: sorted.marked.length, isOpen: true };
  const size = countScores(sorted, range);
  const points = take(given, size, 0, 0, range, undefined);
  const totals = new Float64Array(2);
  fillWeighed(points, sorted, totals);
  const positives = totals[1]!;
  for (let at = 0; at < size; at++) points.ys[at]! /= positives;
  return { ...points, positives, negatives: totals[0]! };
}

/** How many scores differ. */
function countScores({ marked, below }: SortedScores, { from, to }: Range): number {
  // A score below 0 and its opposite differ, though their magnitudes do not.
  const middle = Math.min(Math.max(from, below), to);
  return countMagnitudes(marked, from, middle) + countMagnitudes(marked, middle, to);
}

/** Four at a time, since the engine checks the array once a round; so below. */
function countMagnitudes(marked: Float64Array, from: number, to: number): number {
  let size = 0;
  let before = -1;
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const a = Math.abs(marked[i]!);
    const b = Math.abs(marked[i + 1]!);
    const c = Math.abs(marked[i + 2]!);
    const d = Math.abs(marked[i + 3]!);
    size += Number(a !== before) + Number(b !== a) + Number(c !== b) + Number(d !== c);
    before = d;
  }
  for (; i < to; i++) {
    const magnitude = Math.abs(marked[i]!);
    size += Number(magnitude !== before);
    before = magnitude;
  }
  return size;
}

function countPositives(marked: Float64Array): number {
  const halves = upperHalves(marked);
  let positives = 0;
  let i = 0;
  // The sign bit of the upper half, as a number.
  for (; i + 8 <= halves.length; i += 8) {
    positives += (halves[i]! >>> 31) + (halves[i + 2]! >>> 31);
    positives += (halves[i + 4]! >>> 31) + (halves[i + 6]! >>> 31);
  }
  for (; i < halves.length; i += 2) positives += halves[i]! >>> 31;
  return positives;
}

function fill(
  points: CurvePoints,
  { marked, below }: SortedScores,
  { from, to }: Range,
  isRates: boolean,
): void {
  const { thresholds, positives } = points;
  const n = marked.length;
  const halves = upperHalves(marked);
  let tp = positives;
  for (let i = from, at = 0; i < to; at++) {
    const stop = i < below ? below : n;
    const sign = i < below ? -1 : 1;
    // As long as four at a time share their score with no other.
    for (; i + 4 < stop && i + 4 < to; i += 4, at += 4) {
      const a = Math.abs(marked[i]!);
      const b = Math.abs(marked[i + 1]!);
      const c = Math.abs(marked[i + 2]!);
      const d = Math.abs(marked[i + 3]!);
      if (a === b || b === c || c === d || d === Math.abs(marked[i + 4]!)) break;
      thresholds[at] = sign * a;
      thresholds[at + 1] = sign * b;
      thresholds[at + 2] = sign * c;
      thresholds[at + 3] = sign * d;
      put(points, at, n - i, tp, isRates);
      tp -= halves[2 * i]! >>> 31;
      put(points, at + 1, n - i - 1, tp, isRates);
      tp -= halves[2 * i + 2]! >>> 31;
      put(points, at + 2, n - i - 2, tp, isRates);
      tp -= halves[2 * i + 4]! >>> 31;
      put(points, at + 3, n - i - 3, tp, isRates);
      tp -= halves[2 * i + 6]! >>> 31;
    }
    const magnitude = Math.abs(marked[i]!);
    thresholds[at] = sign * magnitude;
    put(points, at, n - i, tp, isRates);
    do {
      tp -= halves[2 * i]! >>> 31;
      i++;
    } while (i < stop && Math.abs(marked[i]!) === magnitude);
  }
}

/** Writes the point at which so many score at least the threshold, some of them positive. */
function put(
  { xs, ys, positives, negatives }: CurvePoints,
  at: number,
  chosen: number,
  tp: number,
  isRates: boolean,
): void {
  xs[at] = isRates ? (chosen - tp) / negatives : tp / chosen;
  ys[at] = (isRates ? positives - tp : tp) / positives;
}

/**
 * Thresholds and precisions, weights of true positives in place of recalls, and the totals of false and
 * true positives: sums must run from the highest score down, as their last bits depend on it.
 */
function fillWeighed(
  { xs, ys, thresholds, size }: CurvePoints,
  { marked, below, weights }: SortedScores,
  totals: Float64Array,
): void {
  const halves = upperHalves(marked);
  const heavy = weights!;
  let fp = 0;
  let tp = 0;
  let at = size;
  for (let last = marked.length - 1; last >= 0; last--) {
    const stop = last < below ? 0 : below;
    const sign = last < below ? -1 : 1;
    const magnitude = Math.abs(marked[last]!);
    if (last > stop && Math.abs(marked[last - 1]!) === magnitude) {
      const first = firstOfTies(marked, last, stop);
      totals[0] = fp;
      totals[1] = tp;
      addTies(halves, heavy, first, last, sign, totals);
      fp = totals[0]!;
      tp = totals[1]!;
      last = first;
    } else {
      // Without a branch, which nobody could predict.
      const weight = heavy[last]!;
      const hit = (halves[2 * last]! >>> 31) * weight;
      tp += hit;
      fp += weight - hit;
    }
    at--;
    thresholds[at] = sign * magnitude;
    xs[at] = tp + fp === 0 ? 0 : tp / (tp + fp);
    ys[at] = tp;
  }
  totals[0] = fp;
  totals[1] = tp;
}

/** In the order they came, which is turned round below 0. */
function addTies(
  halves: Int32Array,
  heavy: Float64Array,
  first: number,
  last: number,
  sign: number,
  totals: Float64Array,
): void {
  for (let i = first; i <= last; i++) {
    const at = sign < 0 ? first + last - i : i;
    totals[halves[2 * at]! >>> 31]! += heavy[at]!;
  }
}

/** A point for each of the counts. */
function pointsOf(
  given: ScoredClasses,
  counts: ThresholdCounts,
  isDropped: boolean,
  ends?: Ends,
): CurvePoints {
  const { fps, tps, rising } = counts;
  const n = rising.length;
  const negatives = fps[n - 1]!;
  const positives = tps[n - 1]!;
  const range = ends ? ends.ofCounts(counts, isDropped) : { from: 0, to: n, isOpen: true };
  const points = take(given, range.to - range.from, positives, negatives, range, ends);
  for (let at = 0; at < points.size; at++) {
    const i = range.to - 1 - at;
    const tp = tps[i]!;
    const fp = fps[i]!;
    points.thresholds[at] = rising[n - 1 - i]!;
    points.xs[at] = ends ? fp / negatives : tp + fp === 0 ? 0 : tp / (tp + fp);
    points.ys[at] = (ends ? positives - tp : tp) / positives;
  }
  return points;
}
