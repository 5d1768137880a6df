import { averagePrecisionScore } from './average-precision-score.js';
import { isNone, meanOfColumns } from './internal/binary-average.js';
import type { Table } from './internal/columns.js';
import { checkOption, fail, show } from './internal/fail.js';
import { readScores } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { readTruth } from './internal/truth.js';
import type { Rows } from './labels.js';
import { rocAucScore } from './roc-auc-score.js';
import {
  type CompressedScores,
  ScoreStream,
  type ScoreStreamOptions,
  type ScoreStreamState,
} from './score-stream.js';

/** How the labels' scores become one; `null` for one a label. */
export interface StreamedAverageOptions {
  /** `'micro'`: all labels in one. `'macro'`, `'weighted'`: their mean. Default: `'macro'`. */
  readonly average?: 'micro' | 'macro' | 'weighted' | null | undefined;
}

const AVERAGES = ['micro', 'macro', 'weighted', null] as const;

/**
 * Takes the scores of several labels batch by batch and merges with what other workers took: a
 * {@link ScoreStream} a column. One-hot rows make it one class against the rest.
 *
 * In bounded memory scores are rounded to steps as in {@link ScoreStream}; the area of label j is off by
 * at most `labels[j].rocAucError`, their mean by the mean of these. With `exact` every score is kept. The
 * average `'samples'` needs no stream: it is a mean over rows, so the means of batches, weighted by their
 * rows, give it exactly.
 *
 * @example
 * ```ts
 * const stream = new MultilabelScoreStream(2, { bins: 5 });
 * stream.add([[1, 0], [0, 1]], [[0.75, 0.5], [0.25, 0.25]]);
 * stream.merge(new MultilabelScoreStream(2, { bins: 5 }).add([[0, 1]], [[0.5, 1]]).state());
 * stream.rocAucScore(); // → 0.75
 * stream.rocAucScore({ average: null }); // → [1, 0.5]
 * ```
 */
export class MultilabelScoreStream {
  /** The stream of each label, whose `samples()` every curve takes. */
  readonly labels: readonly ScoreStream[];
  readonly #options: Omit<ScoreStreamOptions, 'posLabel'>;

  /**
   * @param labels - how many columns the rows have, 2 or more
   * @param options - as those of {@link ScoreStream}, for every label
   * @throws RangeError ({@link MetricError}) for fewer labels, or as {@link ScoreStream}
   */
  constructor(labels: number, options: Omit<ScoreStreamOptions, 'posLabel'> = {}) {
    if (!Number.isInteger(labels) || labels < 2) {
      const rule = 'labels must be a whole number of 2 or more';
      fail('MultilabelScoreStream', 'option_value', `${rule}; received ${show(labels)}.`);
    }
    this.#options = options;
    this.labels = Array.from({ length: labels }, () => new ScoreStream(options));
  }

  /**
   * Takes a batch.
   *
   * @param yTrue - rows that are 1 where a label is true, n x labels
   * @param yScore - the score of each label, n x labels, finite
   * @param sampleWeight - how much each row counts, 0 in all of a batch too; default 1
   * @throws TypeError or RangeError ({@link MetricError}) for what are no rows of 0 and 1, other
   *   columns, unequal lengths or NaN
   */
  add(yTrue: Rows, yScore: Rows, sampleWeight?: ArrayLike<number> | null): this {
    const metric = 'MultilabelScoreStream.add';
    const truth = readTruth(metric, yTrue);
    const { data, length, columns = 1 } = readScores(metric, 'yScore', yScore);
    // One label a sample is one column.
    const { columns: width = 1 } = truth as Partial<Table>;
    for (const [name, given] of Object.entries({ yTrue: width, yScore: columns })) {
      if (given === this.labels.length) continue;
      const rule = `${name} must have ${this.labels.length} columns`;
      fail(metric, 'column_count_differs', `${rule}; received ${given}.`);
    }
    checkLengths(metric, {
      ...{ yTrue: truth.length, yScore: length, sampleWeight: sampleWeight?.length },
    });
    const { data: rows } = truth as Table;
    for (const [j, stream] of this.labels.entries()) {
      const marks = Int32Array.from({ length }, (_, i) => rows[i * width + j]!);
      const scores = Float64Array.from({ length }, (_, i) => data[i * width + j]!);
      stream.add(marks, scores, sampleWeight);
    }
    return this;
  }

  /**
   * Adds what another stream of as many labels, of one range and bins or exact too, took; the other stays
   * as it is.
   *
   * @throws RangeError ({@link MetricError}) for a stream of another kind
   */
  merge(other: MultilabelScoreStream | readonly ScoreStreamState[]): this {
    const states = other instanceof MultilabelScoreStream ? other.state() : other;
    if (states.length !== this.labels.length) {
      const rule = `streams must have ${this.labels.length} labels to merge`;
      fail('MultilabelScoreStream.merge', 'states_differ', `${rule}; received ${states.length}.`);
    }
    for (const [j, stream] of this.labels.entries()) stream.merge(states[j]!);
    return this;
  }

  /** All that was counted or kept, a state a label, plain data. */
  state(): ScoreStreamState[] {
    return this.labels.map((stream) => stream.state());
  }

  /** As {@link rocAucScore}, to the error that the class speaks of. */
  rocAucScore(options: StreamedAverageOptions & { readonly average: null }): number[];
  rocAucScore(options?: StreamedAverageOptions): number;
  rocAucScore(options: StreamedAverageOptions = {}): number | number[] {
    return this.#averaged('rocAucScore', options, ({ yTrue, yScore, sampleWeight }) =>
      rocAucScore(yTrue, yScore, { sampleWeight }),
    );
  }

  /** As {@link averagePrecisionScore}, of rounded scores unless exact. */
  averagePrecisionScore(options: StreamedAverageOptions & { readonly average: null }): number[];
  averagePrecisionScore(options?: StreamedAverageOptions): number;
  averagePrecisionScore(options: StreamedAverageOptions = {}): number | number[] {
    return this.#averaged('averagePrecisionScore', options, ({ yTrue, yScore, sampleWeight }) =>
      averagePrecisionScore(yTrue, yScore, { sampleWeight }),
    );
  }

  #averaged(
    method: string,
    { average = 'macro' }: StreamedAverageOptions,
    scoreOf: (samples: CompressedScores) => number,
  ): number | number[] {
    checkOption(`MultilabelScoreStream.${method}`, 'average', average, AVERAGES);
    if (average === 'micro') {
      const all = new ScoreStream(this.#options);
      for (const stream of this.labels) all.merge(stream);
      return scoreOf(all.samples());
    }
    const samples = this.labels.map((stream) => stream.samples());
    const support = average === 'weighted' ? Float64Array.from(samples, positivesOf) : undefined;
    if (support && isNone(support)) return 0;
    const scores = Float64Array.from(samples, scoreOf);
    return average === null ? Array.from(scores) : meanOfColumns(scores, support);
  }
}

/** The weight of the positives. */
function positivesOf({ yTrue, sampleWeight }: CompressedScores): number {
  let total = 0;
  for (let i = 0; i < yTrue.length; i++) total += yTrue[i]! * (sampleWeight?.[i] ?? 1);
  return total;
}
