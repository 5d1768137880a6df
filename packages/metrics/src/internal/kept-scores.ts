import { checkFinite } from './encode.js';
import { readScores } from './score-table.js';
import { checkLengths } from './targets.js';
import { readTruthColumn } from './truth.js';

/** Scores and which are positive, kept as they are, plain data. */
export interface KeptState {
  /** 1 and 0. */
  readonly yTrue: readonly number[];
  readonly yScore: readonly number[];
  /** Null if all samples weigh 1. */
  readonly sampleWeight: readonly number[] | null;
}

/** What is kept, as a data set: arrays of their own. */
export interface KeptSamples {
  readonly yTrue: Uint8Array;
  readonly yScore: Float64Array;
  readonly sampleWeight: Float64Array | undefined;
}

/**
 * Samples that are kept one by one, in arrays that double as they fill: 9 bytes a sample, 17 with
 * weights, and twice that at most.
 */
export class KeptScores {
  #length = 0;
  #truth = new Uint8Array(0);
  #scores = new Float64Array(0);
  #weights: Float64Array | undefined;

  get length(): number {
    return this.#length;
  }

  /** Keeps samples that have been checked; a label of `positive` is 1, all others are 0. */
  add(
    labels: ArrayLike<number>,
    positive: number,
    scores: ArrayLike<number>,
    weights: ArrayLike<number> | undefined,
  ): void {
    const start = this.#length;
    const end = start + scores.length;
    if (end > this.#scores.length) {
      const room = Math.max(end, 2 * start);
      this.#truth = copied(this.#truth, new Uint8Array(room));
      this.#scores = copied(this.#scores, new Float64Array(room));
      if (this.#weights) this.#weights = copied(this.#weights, new Float64Array(room));
    }
    if (weights && this.#weights === undefined) {
      this.#weights = new Float64Array(this.#scores.length).fill(1, 0, start);
    }
    for (let i = 0; i < scores.length; i++) this.#truth[start + i] = Number(labels[i] === positive);
    this.#scores.set(scores, start);
    if (weights) this.#weights!.set(weights, start);
    else this.#weights?.fill(1, start, end);
    this.#length = end;
  }

  /** Keeps what a state holds; its rules are those of a batch of the function named. */
  addState(fn: string, { yTrue, yScore, sampleWeight }: KeptState): void {
    if (yTrue.length === 0 && yScore.length === 0) return;
    const truth = readTruthColumn(fn, yTrue);
    const { data, length } = readScores(fn, 'yScore', yScore);
    checkLengths(fn, { yTrue: truth.length, yScore: length, sampleWeight: sampleWeight?.length });
    if (sampleWeight) checkFinite(fn, 'sampleWeight', sampleWeight);
    this.add(yTrue, 1, data, sampleWeight ?? undefined);
  }

  samples(): KeptSamples {
    const sampleWeight = this.#weights?.slice(0, this.#length);
    const yTrue = this.#truth.slice(0, this.#length);
    return { yTrue, yScore: this.#scores.slice(0, this.#length), sampleWeight };
  }

  state(): KeptState {
    const { yTrue, yScore, sampleWeight } = this.samples();
    return {
      yTrue: Array.from(yTrue),
      yScore: Array.from(yScore),
      sampleWeight: sampleWeight ? Array.from(sampleWeight) : null,
    };
  }
}

function copied<T extends Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
