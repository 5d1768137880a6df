import { fail } from './internal/fail.js';
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
  /** How many scores are told apart, 2 or more. Default: 4096. */
  readonly bins?: number | undefined;
  /** Scores below count as this. Default: 0. */
  readonly low?: number | undefined;
  /** Scores above count as this. Default: 1. */
  readonly high?: number | undefined;
}

/** What a {@link ScoreStream} has counted, plain data. */
export interface ScoreStreamState {
  readonly low: number;
  readonly high: number;
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

/** A data set with nearly the curves of all that was streamed. */
export interface CompressedScores {
  /** 1 and 0. */
  readonly yTrue: readonly number[];
  readonly yScore: readonly number[];
  readonly sampleWeight: readonly number[];
}

/**
 * Counts scores of one class against the rest batch by batch, in bounded memory, and merges with what
 * other workers counted. Every curve takes the result: `rocCurve(yTrue, yScore, { sampleWeight })`.
 *
 * Scores are rounded to `bins` steps, so positives and negatives of one step tie; the area under the
 * ROC curve is off by at most {@link ScoreStream.rocAucError}. Scores that lie on the steps
 * (multiples of (high - low) / (bins - 1)) are exact.
 *
 * @example
 * ```ts
 * const left = new ScoreStream({ bins: 101 }).add([0, 0], [0.1, 0.4]);
 * const right = new ScoreStream({ bins: 101 }).add([1, 1], [0.35, 0.8]);
 * const { yTrue, yScore, sampleWeight } = left.merge(right).samples();
 * rocAucScore(yTrue, yScore, { sampleWeight }); // → 0.75
 * left.rocAucError; // → 0
 * ```
 */
export class ScoreStream {
  readonly #posLabel: Label;
  readonly #low: number;
  readonly #high: number;
  readonly #positives: Float64Array;
  readonly #negatives: Float64Array;

  constructor({ posLabel = 1, bins = 4096, low = 0, high = 1 }: ScoreStreamOptions = {}) {
    if (!Number.isInteger(bins) || bins < 2 || !(low < high)) {
      const rule = 'bins must be a whole number of 2 or more and low below high';
      fail('ScoreStream', 'option_value', `${rule}; received ${bins}, ${low} and ${high}.`);
    }
    this.#posLabel = posLabel;
    this.#low = low;
    this.#high = high;
    this.#positives = new Float64Array(bins);
    this.#negatives = new Float64Array(bins);
  }

  /**
   * Counts a batch.
   *
   * @param yTrue - true labels, length n; all but `posLabel` are negative
   * @param yScore - scores of the positive class, length n, finite
   * @param sampleWeight - how much each sample counts; default 1
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
    const weights = sampleWeight ? readWeights(metric, sampleWeight) : undefined;
    const positive = truth.classes.findIndex((label) => key(label) === key(this.#posLabel));
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

  /** Adds what another stream of the same range and bins counted; the other stays as it is. */
  merge(other: ScoreStream | ScoreStreamState): this {
    const { low, high, positives, negatives } =
      other instanceof ScoreStream ? other.state() : other;
    if (low !== this.#low || high !== this.#high || positives.length !== this.#positives.length) {
      const received = `${positives.length} bins from ${low} to ${high}`;
      const rule = `streams must have ${this.#positives.length} bins from ${this.#low} to ${this.#high}`;
      fail('ScoreStream.merge', 'states_differ', `${rule} to merge; received ${received}.`);
    }
    for (let b = 0; b < positives.length; b++) {
      this.#positives[b]! += positives[b]!;
      this.#negatives[b]! += negatives[b]!;
    }
    return this;
  }

  /** All that was counted, plain data. */
  state(): ScoreStreamState {
    const [positives, negatives] = [Array.from(this.#positives), Array.from(this.#negatives)];
    return { low: this.#low, high: this.#high, positives, negatives };
  }

  /** A weighted sample for each step and side that occurred: what every curve takes. */
  samples(): CompressedScores {
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

  /** The most by which the area under the ROC curve can be off: half of what ties across classes. */
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
