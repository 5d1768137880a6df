import { fail, show } from './internal/fail.js';
import { KeptScores, type KeptState } from './internal/kept-scores.js';
import { key } from './internal/label-codes.js';
import { readScores } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { readTruthColumn } from './internal/truth.js';
import { readWeights } from './internal/weights.js';
import type { Label, Labels } from './labels.js';

/** Options of {@link ScoreStream}. */
export interface ScoreStreamOptions {
  /** The positive class. Default: 1. */
  readonly posLabel?: Label | undefined;
  /** Keep every score, in memory that grows, instead of steps. Default: false. */
  readonly exact?: boolean | undefined;
  /** How many scores are told apart, 2 or more; not with `exact`. Default: 4096. */
  readonly bins?: number | undefined;
  /** Scores below count as this; not with `exact`. Default: 0. */
  readonly low?: number | undefined;
  /** Scores above count as this; not with `exact`. Default: 1. */
  readonly high?: number | undefined;
}

/** What a {@link ScoreStream} has counted at each step, plain data. */
export interface CountedScoresState {
  readonly low: number;
  readonly high: number;
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

/** What an exact {@link ScoreStream} has kept, plain data. */
export interface ExactScoresState extends KeptState {}

/** What a {@link ScoreStream} holds, plain data. */
export type ScoreStreamState = CountedScoresState | ExactScoresState;

/** A data set with the curves of all that was streamed, or nearly. */
export interface CompressedScores {
  /** 1 and 0. */
  readonly yTrue: ArrayLike<number>;
  readonly yScore: ArrayLike<number>;
  /** Undefined if all samples weigh 1, in an exact stream. */
  readonly sampleWeight: ArrayLike<number> | undefined;
}

/**
 * Takes scores of one class against the rest batch by batch and merges with what other workers took.
 * Every curve takes the result: `rocCurve(yTrue, yScore, { sampleWeight })`.
 *
 * In bounded memory (16 bytes a step) scores are rounded to `bins` steps, so positives and negatives of
 * one step tie; the area under the ROC curve is off by at most {@link ScoreStream.rocAucError}, and
 * scores beyond `low` and `high` count as these. Scores that lie on the steps (multiples of
 * (high - low) / (bins - 1)) are exact. With `exact` every score is kept: all curves and areas are those
 * of the whole arrays, for 9 bytes a sample (17 with weights; twice that while arrays grow).
 *
 * @throws RangeError ({@link MetricError}) in the constructor for fewer than 2 bins, an empty range, or
 *   `exact` beside these
 * @example
 * ```ts
 * const left = new ScoreStream({ bins: 101 }).add([0, 0], [0.1, 0.4]);
 * const right = new ScoreStream({ bins: 101 }).add([1, 1], [0.35, 0.8]);
 * const { yTrue, yScore, sampleWeight } = left.merge(right).samples();
 * rocAucScore(yTrue, yScore, { sampleWeight }); // → 0.75
 * left.rocAucError; // → 0
 *
 * const exact = new ScoreStream({ exact: true }).add([0, 1], [0.25, 0.2500001]);
 * const all = exact.merge(new ScoreStream({ exact: true }).add([1], [0.125]).state()).samples();
 * rocAucScore(all.yTrue, all.yScore); // → 0.5
 * ```
 */
export class ScoreStream {
  readonly #posLabel: Label;
  readonly #low: number;
  readonly #high: number;
  readonly #positives: Float64Array;
  readonly #negatives: Float64Array;
  readonly #kept: KeptScores | undefined;

  constructor(options: ScoreStreamOptions = {}) {
    const { posLabel = 1, exact = false, bins = 4096, low = 0, high = 1 } = options;
    const steps = [options.bins, options.low, options.high];
    if (exact && steps.some((option) => option !== undefined)) {
      const rule = 'exact keeps every score, so bins, low and high must not be given with it';
      fail('ScoreStream', 'option_value', `${rule}; received ${steps.map(show).join(', ')}.`);
    }
    if (!Number.isInteger(bins) || bins < 2 || !(low < high)) {
      const rule = 'bins must be a whole number of 2 or more and low below high';
      fail('ScoreStream', 'option_value', `${rule}; received ${bins}, ${low} and ${high}.`);
    }
    this.#posLabel = posLabel;
    this.#low = low;
    this.#high = high;
    this.#positives = new Float64Array(exact ? 0 : bins);
    this.#negatives = new Float64Array(exact ? 0 : bins);
    this.#kept = exact ? new KeptScores() : undefined;
  }

  /**
   * Takes a batch.
   *
   * @param yTrue - true labels, length n; all but `posLabel` are negative
   * @param yScore - scores of the positive class, length n, finite
   * @param sampleWeight - how much each sample counts, 0 in all of a batch too; default 1
   * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths or NaN
   */
  add(yTrue: Labels, yScore: ArrayLike<number>, sampleWeight?: ArrayLike<number> | null): this {
    const metric = 'ScoreStream.add';
    const truth = readTruthColumn(metric, yTrue);
    const { data, length } = readScores(metric, 'yScore', yScore);
    checkLengths(metric, {
      yTrue: truth.length,
      yScore: length,
      sampleWeight: sampleWeight?.length,
    });
    const weights = sampleWeight ? readWeights(metric, sampleWeight, true) : undefined;
    const positive = truth.classes.findIndex((label) => key(label) === key(this.#posLabel));
    if (this.#kept) {
      this.#kept.add(truth.codes, positive, data, weights);
      return this;
    }
    const last = this.#positives.length - 1;
    const scale = last / (this.#high - this.#low);
    for (let i = 0; i < length; i++) {
      const step = Math.round((data[i]! - this.#low) * scale);
      const bin = Math.max(0, Math.min(step, last));
      const side = truth.codes[i] === positive ? this.#positives : this.#negatives;
      side[bin]! += weights ? weights[i]! : 1;
    }
    return this;
  }

  /**
   * Adds what another stream took, an exact one to an exact one, or one of the same range and bins; the
   * other stays as it is.
   *
   * @throws RangeError ({@link MetricError}) for a stream of another kind, range or number of bins
   */
  merge(other: ScoreStream | ScoreStreamState): this {
    const metric = 'ScoreStream.merge';
    if (this.#kept && other instanceof ScoreStream && other.#kept) {
      const { yTrue, yScore, sampleWeight } = other.#kept.samples();
      this.#kept.add(yTrue, 1, yScore, sampleWeight);
      return this;
    }
    const state = other instanceof ScoreStream ? other.state() : other;
    const own = this.#kept
      ? 'be exact'
      : `have ${this.#positives.length} bins from ${this.#low} to ${this.#high}`;
    const isExact = 'yScore' in state;
    if (this.#kept && isExact) {
      this.#kept.addState(metric, state);
      return this;
    }
    const received = isExact
      ? 'an exact one'
      : `${state.positives.length} bins from ${state.low} to ${state.high}`;
    if (
      isExact ||
      state.low !== this.#low ||
      state.high !== this.#high ||
      state.positives.length !== this.#positives.length
    ) {
      fail(metric, 'states_differ', `streams must ${own} to merge; received ${received}.`);
    }
    for (let b = 0; b < state.positives.length; b++) {
      this.#positives[b]! += state.positives[b]!;
      this.#negatives[b]! += state.negatives[b]!;
    }
    return this;
  }

  /** All that was counted or kept, plain data. */
  state(): ScoreStreamState {
    if (this.#kept) return this.#kept.state();
    const [positives, negatives] = [Array.from(this.#positives), Array.from(this.#negatives)];
    return { low: this.#low, high: this.#high, positives, negatives };
  }

  /**
   * What every curve takes: a weighted sample for each step and side that occurred, or, of an exact
   * stream, all samples in typed arrays.
   */
  samples(): CompressedScores {
    if (this.#kept) return this.#kept.samples();
    const yTrue: number[] = [];
    const yScore: number[] = [];
    const sampleWeight: number[] = [];
    const last = this.#positives.length - 1;
    for (const [label, side] of [this.#negatives, this.#positives].entries()) {
      side.forEach((weight, b) => {
        if (weight === 0) return;
        yTrue.push(label);
        yScore.push(this.#low + (b * (this.#high - this.#low)) / last);
        sampleWeight.push(weight);
      });
    }
    return { yTrue, yScore, sampleWeight };
  }

  /**
   * The most by which the area under the ROC curve can be off: half of what ties across classes, 0 in an
   * exact stream.
   */
  get rocAucError(): number {
    let ties = 0;
    let positives = 0;
    let negatives = 0;
    this.#positives.forEach((positive, b) => {
      const negative = this.#negatives[b]!;
      ties += positive * negative;
      positives += positive;
      negatives += negative;
    });
    return ties === 0 ? 0 : ties / (2 * positives * negatives);
  }
}
