import { lowerBound, upperBound } from './numpy.js';
import type { SortedScores } from './sort.js';
import type { ThresholdCounts } from './thresholds.js';
import { upperHalves } from './upper-halves.js';

/** Some of the points; `isOpen` if nothing positive is the end of them. */
export interface Range {
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
    const from = start + Math.max(0, clean - 1);
    const to = positives > 0 ? start + lowerBound(tps.subarray(start), positives) + 1 : start;
    // Of weights too light to change a sum no point is left.
    return { from, to: Math.max(from, to), isOpen: clean === 0 };
  },
};
