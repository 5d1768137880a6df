import { type CalibrationCurve, calibrationCurve, checkBinCount } from './calibration-curve.js';
import { checkOption, fail } from './internal/fail.js';
import { KeptScores, type KeptState } from './internal/kept-scores.js';
import { key } from './internal/label-codes.js';
import { binOf, linspace, quantilePlace } from './internal/numpy.js';
import { STEPS, stepsOf } from './internal/probability-steps.js';
import { checkProbabilities, readReals, type ScoreData } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { readTruthColumn } from './internal/truth.js';
import type { Label, Labels } from './labels.js';

/** Options of {@link CalibrationStream}. */
export interface CalibrationStreamOptions {
  /** The positive class; all others are negative. Default: 1. */
  readonly posLabel?: Label | undefined;
  /** How many bins, 1 or more. Default: 5. */
  readonly nBins?: number | undefined;
  /** Bins of equal width, or with nearly equally many samples. Default: `'uniform'`. */
  readonly strategy?: 'uniform' | 'quantile' | undefined;
  /** Keep every probability, in memory that grows. Default: false. */
  readonly exact?: boolean | undefined;
}

/** What a {@link CalibrationStream} has summed, an entry a bin or step, plain data. */
export interface SummedCalibrationState {
  readonly strategy: 'uniform' | 'quantile';
  readonly count: readonly number[];
  readonly probabilities: readonly number[];
  readonly positives: readonly number[];
}

/** What an exact {@link CalibrationStream} has kept, plain data. */
export interface ExactCalibrationState extends KeptState {}

/** What a {@link CalibrationStream} holds, plain data. */
export type CalibrationStreamState = SummedCalibrationState | ExactCalibrationState;

/**
 * Sums a calibration curve batch by batch, and merges with what other workers summed.
 *
 * With bins of equal width the curve is that of {@link calibrationCurve}, to the rounding of sums (1e-13
 * or so), in the memory of its bins. Bins with equally many samples cannot be known before the last
 * sample: with `'quantile'` it sums 7,428 fine steps (180 KB), of 1/128 of the distance to 0 or 1 and
 * 0.002 at most, and each bin ends with the step that holds the quantile. So bins are whole and their
 * means true, but some samples may lie in the bin above in the whole arrays' curve; neither value of a
 * point is off by more than {@link CalibrationStream.quantileError}, as long as there are as many points:
 * quantiles that share a step make one of several, and with hardly more samples than bins a bin that is empty
 * in the whole arrays' curve may hold one. With `exact` every probability is kept, for 9 bytes a
 * sample (twice that while arrays grow), and the curve is the whole arrays' for either strategy.
 *
 * @throws RangeError ({@link MetricError}) in the constructor for less than 1 bin or an unknown strategy
 * @example
 * ```ts
 * const left = new CalibrationStream({ nBins: 2 }).add([0, 0], [0.1, 0.3]);
 * const right = new CalibrationStream({ nBins: 2 }).add([1, 1], [0.7, 0.9]);
 * left.merge(right.state()).curve().probTrue; // → [0, 1]
 *
 * const quantile = new CalibrationStream({ nBins: 2, strategy: 'quantile' });
 * quantile.add([0, 0, 1, 1], [0.01, 0.02, 0.03, 0.9]).curve().probTrue; // → [0, 1]
 * quantile.quantileError; // → 0
 * ```
 */
export class CalibrationStream {
  readonly #posLabel: Label;
  readonly #nBins: number;
  readonly #strategy: 'uniform' | 'quantile';
  readonly #edges: Float64Array;
  readonly #count: Float64Array;
  readonly #probabilities: Float64Array;
  readonly #positives: Float64Array;
  readonly #kept: KeptScores | undefined;

  constructor(options: CalibrationStreamOptions = {}) {
    const { posLabel = 1, nBins = 5, strategy = 'uniform', exact = false } = options;
    checkBinCount('CalibrationStream', nBins);
    checkOption('CalibrationStream', 'strategy', strategy, ['uniform', 'quantile']);
    this.#posLabel = posLabel;
    this.#nBins = nBins;
    this.#strategy = strategy;
    this.#edges = linspace(0, 1, nBins + 1);
    const slots = exact ? 0 : strategy === 'uniform' ? nBins : STEPS;
    this.#count = new Float64Array(slots);
    this.#probabilities = new Float64Array(slots);
    this.#positives = new Float64Array(slots);
    this.#kept = exact ? new KeptScores() : undefined;
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
    if (this.#kept) {
      this.#kept.add(truth.codes, positive, data, undefined);
      return this;
    }
    const slotOf = this.#slots(data);
    for (let i = 0; i < length; i++) {
      const slot = slotOf(i);
      this.#count[slot]! += 1;
      this.#probabilities[slot]! += data[i]!;
      if (truth.codes[i] === positive) this.#positives[slot]! += 1;
    }
    return this;
  }

  #slots(data: ScoreData): (i: number) => number {
    if (this.#strategy === 'uniform') return (i) => binOf(this.#edges, data[i]!);
    const steps = stepsOf(data);
    return (i) => steps[i]!;
  }

  /**
   * Adds what another stream summed, of the same strategy and, of equal width, as many bins, or exact
   * as this one; the other stays as it is.
   *
   * @throws RangeError ({@link MetricError}) for a stream of another kind
   */
  merge(other: CalibrationStream | CalibrationStreamState): this {
    const metric = 'CalibrationStream.merge';
    const state = other instanceof CalibrationStream ? other.state() : other;
    const kindOf = (given: CalibrationStreamState) =>
      'yScore' in given ? 'an exact one' : `${given.count.length} bins, ${given.strategy}`;
    const own = this.#kept ? 'be exact' : `have ${this.#count.length} bins, ${this.#strategy},`;
    if ('yScore' in state) {
      if (this.#kept === undefined) {
        fail(metric, 'states_differ', `streams must ${own} to merge; received ${kindOf(state)}.`);
      }
      this.#kept.addState(metric, state);
      return this;
    }
    if (
      this.#kept ||
      state.strategy !== this.#strategy ||
      state.count.length !== this.#count.length
    ) {
      fail(metric, 'states_differ', `streams must ${own} to merge; received ${kindOf(state)}.`);
    }
    for (let b = 0; b < this.#count.length; b++) {
      this.#count[b]! += state.count[b]!;
      this.#probabilities[b]! += state.probabilities[b]!;
      this.#positives[b]! += state.positives[b]!;
    }
    return this;
  }

  /** All that was summed or kept, plain data. */
  state(): CalibrationStreamState {
    if (this.#kept) return this.#kept.state();
    return {
      strategy: this.#strategy,
      count: Array.from(this.#count),
      probabilities: Array.from(this.#probabilities),
      positives: Array.from(this.#positives),
    };
  }

  /** As {@link calibrationCurve}: a point a bin that holds samples; none before the first sample. */
  curve(): CalibrationCurve {
    if (this.#kept) {
      if (this.#kept.length === 0) return { probTrue: [], probPred: [] };
      const { yTrue, yScore } = this.#kept.samples();
      const [nBins, strategy] = [this.#nBins, this.#strategy];
      return calibrationCurve(yTrue, yScore, { posLabel: 1, nBins, strategy });
    }
    const ends = this.#strategy === 'uniform' ? undefined : this.#ends().slots;
    const probTrue: number[] = [];
    const probPred: number[] = [];
    for (let b = 0, start = 0; b < this.#nBins; b++) {
      const end = ends ? ends[b]! : b + 1;
      const [count, hits, total] = [this.#count, this.#positives, this.#probabilities].map((sums) =>
        sums.subarray(start, end).reduce((sum, value) => sum + value, 0),
      ) as [number, number, number];
      start = end;
      if (count === 0) continue;
      probTrue.push(hits / count);
      probPred.push(total / count);
    }
    return { probTrue, probPred };
  }

  /**
   * The most by which either value of a point can be off from the whole arrays' curve, 1 if nothing is
   * known: the samples that may belong to another bin, as a share of the bin. 0 with bins of equal width
   * and in an exact stream.
   */
  get quantileError(): number {
    if (this.#kept || this.#strategy === 'uniform') return 0;
    const { counts, least } = this.#ends();
    let error = 0;
    for (let b = 0; b < this.#nBins; b++) {
      const [below, above] = [counts[b - 1] ?? 0, counts[b]!];
      const moved = below - (least[b - 1] ?? 0) + above - least[b]!;
      const size = Math.min(above - below, least[b]! - below);
      if (moved > 0) error = Math.max(error, size > 0 ? moved / size : 1);
    }
    return Math.min(1, error);
  }

  /**
   * After which step each bin ends, how many samples lie in it and below, and how many do at least in
   * the whole arrays' curve.
   */
  #ends(): {
    readonly slots: readonly number[];
    readonly counts: readonly number[];
    readonly least: readonly number[];
  } {
    const total = this.#count.reduce((sum, count) => sum + count, 0);
    const slots: number[] = [];
    const counts: number[] = [];
    const least: number[] = [];
    let slot = 0;
    let below = 0;
    for (let b = 1; b <= this.#nBins; b++) {
      const place = quantilePlace(this.#edges[b]!, total);
      // Just below a sample the edge may be rounded to it, which then lies in the lower bin.
      const wanted = b === this.#nBins ? total : Math.floor(place * (1 + 1e-15)) + 1;
      while (slot < STEPS && (below < wanted || b === this.#nBins)) below += this.#count[slot++]!;
      slots.push(slot);
      counts.push(below);
      least.push(b === this.#nBins ? total : Math.floor(place) + 1);
    }
    return { slots, counts, least };
  }
}
