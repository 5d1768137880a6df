import { type CalibrationCurve, checkBinCount } from './calibration-curve.js';
import { fail } from './internal/fail.js';
import { key } from './internal/label-codes.js';
import { binOf, linspace } from './internal/numpy.js';
import { checkProbabilities, readReals } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { readTruthColumn } from './internal/truth.js';
import type { Label, Labels } from './labels.js';

/** Options of {@link CalibrationStream}. */
export interface CalibrationStreamOptions {
  /** The positive class; all others are negative. Default: 1. */
  readonly posLabel?: Label | undefined;
  /** How many bins of equal width, 1 or more. Default: 5. */
  readonly nBins?: number | undefined;
}

/** What a {@link CalibrationStream} has summed, an entry a bin, plain data. */
export interface CalibrationStreamState {
  readonly count: readonly number[];
  readonly probabilities: readonly number[];
  readonly positives: readonly number[];
}

/**
 * Sums a calibration curve batch by batch, in the memory of its bins, and merges with what other
 * workers summed.
 *
 * The curve is that of {@link calibrationCurve} with bins of equal width, to the rounding of sums
 * (1e-13 or so); bins with equally many samples cannot be known before the last sample.
 *
 * @example
 * ```ts
 * const left = new CalibrationStream({ nBins: 2 }).add([0, 0], [0.1, 0.3]);
 * const right = new CalibrationStream({ nBins: 2 }).add([1, 1], [0.7, 0.9]);
 * left.merge(right.state()).curve().probTrue; // → [0, 1]
 * ```
 */
export class CalibrationStream {
  readonly #posLabel: Label;
  readonly #edges: Float64Array;
  readonly #count: Float64Array;
  readonly #probabilities: Float64Array;
  readonly #positives: Float64Array;

  constructor({ posLabel = 1, nBins = 5 }: CalibrationStreamOptions = {}) {
    checkBinCount('CalibrationStream', nBins);
    this.#posLabel = posLabel;
    this.#edges = linspace(0, 1, nBins + 1);
    this.#count = new Float64Array(nBins);
    this.#probabilities = new Float64Array(nBins);
    this.#positives = new Float64Array(nBins);
  }

  /**
   * Sums a batch.
   *
   * @param yTrue - true labels, length n
   * @param yProb - probability of the positive class, length n
   * @throws TypeError or RangeError ({@link MetricError}) for values outside [0, 1] or unequal lengths
   */
  add(yTrue: Labels, yProb: ArrayLike<number>): this {
    const metric = 'CalibrationStream.add';
    const truth = readTruthColumn(metric, yTrue);
    const { data, length } = readReals(metric, 'yProb', yProb);
    checkLengths(metric, { yTrue: truth.length, yProb: length });
    checkProbabilities(metric, 'yProb', data);
    const positive = truth.classes.findIndex((label) => key(label) === key(this.#posLabel));
    for (let i = 0; i < length; i++) {
      const bin = binOf(this.#edges, data[i]!);
      this.#count[bin]! += 1;
      this.#probabilities[bin]! += data[i]!;
      if (truth.codes[i] === positive) this.#positives[bin]! += 1;
    }
    return this;
  }

  /** Adds what another stream of as many bins summed; the other stays as it is. */
  merge(other: CalibrationStream | CalibrationStreamState): this {
    const state = other instanceof CalibrationStream ? other.state() : other;
    if (state.count.length !== this.#count.length) {
      const rule = `streams must have ${this.#count.length} bins to merge`;
      fail('CalibrationStream.merge', 'states_differ', `${rule}; received ${state.count.length}.`);
    }
    for (let b = 0; b < this.#count.length; b++) {
      this.#count[b]! += state.count[b]!;
      this.#probabilities[b]! += state.probabilities[b]!;
      this.#positives[b]! += state.positives[b]!;
    }
    return this;
  }

  /** All that was summed, plain data. */
  state(): CalibrationStreamState {
    return {
      count: Array.from(this.#count),
      probabilities: Array.from(this.#probabilities),
      positives: Array.from(this.#positives),
    };
  }

  /** As {@link calibrationCurve}: an entry a bin that is not empty. */
  curve(): CalibrationCurve {
    const { count, probabilities, positives } = this.state();
    const filled = count.map((_, b) => b).filter((b) => count[b] !== 0);
    return {
      probTrue: filled.map((b) => positives[b]! / count[b]!),
      probPred: filled.map((b) => probabilities[b]! / count[b]!),
    };
  }
}
