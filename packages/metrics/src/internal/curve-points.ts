import type { CurveArray } from '../curve-array.js';
import type { Labels, Rows } from '../labels.js';
import type { CurveOptions } from '../options.js';
import { borrow } from './memory.js';
import { lowerBound, upperBound } from './numpy.js';
import { type SortedScores, sortByScore } from './sort.js';
import { upperHalves } from './stretch-sort.js';
import {
  count,
  readScoredClasses,
  type ScoredClasses,
  type ThresholdCounts,
} from './thresholds.js';

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

/** Some of the points; `isOpen` if nothing positive is the end of them. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly isOpen: boolean;
}

/** What a curve that shows a choice leaves out at its ends, of samples in order or of counts. */
export interface Ends {
  readonly ofSamples: (sorted: SortedScores) => Range;
  readonly ofCounts: (counts: ThresholdCounts, isDropped: boolean) => Range;
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
  const given = readScoredClasses(fn, yTrue, yScore, options);
  const { positive, scores, weights } = given;
  return borrow((memory) => {
    if (weights === undefined && !dropIntermediate) {
      return pointOfEach(given, sortByScore(scores, positive, undefined, memory), ends);
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

/** How many scores differ. */
function countScores({ marked, below }: SortedScores, { from, to }: Range): number {
  let size = 0;
  let before = -1;
  for (let i = from; i < to; i++) {
    const magnitude = Math.abs(marked[i]!);
    // A score below 0 and its opposite differ, though their magnitudes do not.
    size += Number(magnitude !== before || i === below);
    before = magnitude;
  }
  return size;
}

function countPositives(marked: Float64Array): number {
  const halves = upperHalves(marked);
  let positives = 0;
  // The sign bit of the upper half, as a number.
  for (let at = 0; at < halves.length; at += 2) positives += halves[at]! >>> 31;
  return positives;
}

function fill(
  { xs, ys, thresholds, positives, negatives }: CurvePoints,
  { marked, below }: SortedScores,
  { from, to }: Range,
  isRates: boolean,
): void {
  const n = marked.length;
  const halves = upperHalves(marked);
  let tp = positives;
  for (let i = from, at = 0; i < to; at++) {
    const magnitude = Math.abs(marked[i]!);
    const stop = i < below ? below : n;
    thresholds[at] = i < below ? -magnitude : magnitude;
    xs[at] = isRates ? (n - i - tp) / negatives : tp / (n - i);
    ys[at] = (isRates ? positives - tp : tp) / positives;
    do {
      tp -= halves[2 * i]! >>> 31;
      i++;
    } while (i < stop && Math.abs(marked[i]!) === magnitude);
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

/**
 * The ends of a DET curve, which are flat and carry no choice, left out: it starts at the highest
 * threshold at which all positives are found, and ends at the lowest without a false alarm.
 */
export const CHOICE: Ends = {
  ofSamples({ marked, below }) {
    const n = marked.length;
    const halves = upperHalves(marked);
    const isTie = (at: number) =>
      at > 0 && at < n && at !== below && Math.abs(marked[at]!) === Math.abs(marked[at - 1]!);
    let from = 0;
    while (from < n && halves[2 * from]! >= 0) from++;
    while (isTie(from)) from--;
    let to = n;
    while (to > 0 && halves[2 * to - 2]! < 0) to--;
    while (isTie(to)) to++;
    const isOpen = to === n;
    if (!isOpen)
      do to++;
      while (isTie(to));
    return { from, to, isOpen };
  },

  ofCounts({ fps, tps }, isDropped) {
    // Nothing positive is a point like others here, and the highest threshold may be dropped for it.
    const start = Number(isDropped && tps[0] === 0 && tps[1] === 0);
    const clean = upperBound(fps.subarray(start), 0);
    const positives = tps.at(-1)!;
    return {
      from: start + Math.max(0, clean - 1),
      to: positives > 0 ? start + lowerBound(tps.subarray(start), positives) + 1 : start,
      isOpen: clean === 0,
    };
  },
};
