import {
  type ClassificationReport,
  type ClassificationReportOptions,
  classificationReport,
} from './classification-report.js';
import { fail, show } from './internal/fail.js';
import { pythonLabel } from './internal/python-format.js';
import { reportText } from './internal/report-text.js';
import { checkTargets } from './internal/targets.js';
import type { Rows } from './labels.js';
import { precisionRecallFscoreSupport } from './precision-recall-fscore-support.js';
import type { MetricWarning } from './warning.js';

/** What a {@link MultilabelStream} has counted, plain data for another worker or a file. */
export interface MultilabelStreamState {
  /** Weight of all rows. */
  readonly total: number;
  readonly weighted: boolean;
  /** Weight of the rows in which each label is rightly given, missing, and wrongly given. */
  readonly tp: readonly number[];
  readonly fn: readonly number[];
  readonly fp: readonly number[];
  /**
   * Each kind of row, those without weight apart: how many labels are right, missing and wrong, and the
   * weight of such rows.
   */
  readonly rows: readonly Readonly<Row>[];
}

/** A kind of row, and what such rows weigh. */
type Row = [tp: number, fn: number, fp: number, weight: number];

/** A data set with the same scores as all that was streamed: a few weighted rows. */
export interface CompressedRows {
  readonly yTrue: readonly number[][];
  readonly yPred: readonly number[][];
  readonly sampleWeight: readonly number[];
}

/**
 * Counts rows of 0 and 1 batch by batch, in memory that depends on the number of labels only, and
 * merges with what other workers counted. Nothing is binned: scores are exact (with fractional weights, and
 * means over rows, to rounding: 0.525 may print as 0.52 where the whole arrays have 0.53).
 *
 * What was counted comes back as one of two small data sets, since scores look along the labels or
 * along the rows. {@link MultilabelStream.byLabel} is for `multilabelConfusionMatrix`, `hammingLoss`,
 * and precision, recall, F and Jaccard in every average but `'samples'`;
 * {@link MultilabelStream.byRow} for `accuracyScore`, `zeroOneLoss`, `hammingLoss` and the average
 * `'samples'`. The other way round they mislead. For scores before a threshold there is
 * {@link MultilabelScoreStream}.
 *
 * @example
 * ```ts
 * const left = new MultilabelStream(3).add([[1, 0, 1]], [[1, 0, 0]]);
 * const right = new MultilabelStream(3).add([[0, 1, 0], [1, 1, 0]], [[0, 1, 0], [1, 1, 1]]);
 * const stream = left.merge(right.state());
 * const labels = stream.byLabel();
 * f1Score(labels.yTrue, labels.yPred, { sampleWeight: labels.sampleWeight, average: 'micro' }); // → 0.8
 * const rows = stream.byRow();
 * accuracyScore(rows.yTrue, rows.yPred, { sampleWeight: rows.sampleWeight }); // → 0.3333333333333333
 * ```
 */
export class MultilabelStream {
  readonly #tp: Float64Array;
  readonly #fn: Float64Array;
  readonly #fp: Float64Array;
  readonly #rows = new Map<string, Row>();
  #total = 0;
  #weighted = false;

  /**
   * @param labels - how many columns the rows have, 2 or more
   * @throws RangeError ({@link MetricError}) for fewer
   */
  constructor(labels: number) {
    if (!Number.isInteger(labels) || labels < 2) {
      const rule = 'labels must be a whole number of 2 or more';
      fail('MultilabelStream', 'option_value', `${rule}; received ${show(labels)}.`);
    }
    [this.#tp, this.#fn, this.#fp] = [0, 1, 2].map(() => new Float64Array(labels)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
  }

  /** How many rows were added, or their weight. */
  get total(): number {
    return this.#total;
  }

  /**
   * Counts a batch.
   *
   * @param yTrue - rows that are 1 where a label is true, n x labels
   * @param yPred - rows that are 1 where a label is predicted, n x labels
   * @param sampleWeight - how much each row counts, 0 or above, in all of a batch too; default 1
   * @throws TypeError or RangeError ({@link MetricError}) for what are no rows of 0 and 1, other
   *   columns, or unequal lengths
   */
  add(yTrue: Rows, yPred: Rows, sampleWeight?: ArrayLike<number> | null): this {
    const metric = 'MultilabelStream.add';
    const targets = checkTargets(metric, yTrue, yPred, sampleWeight, true);
    if (targets.type !== 'multilabel-indicator') {
      fail(metric, 'target_format', `yTrue must be rows of 0 and 1; received ${targets.type}.`);
    }
    const { columns, length, weights } = targets;
    if (columns !== this.#tp.length) {
      const rule = `yTrue must have ${this.#tp.length} columns`;
      fail(metric, 'column_count_differs', `${rule}; received ${columns}.`);
    }
    const negative = weights?.find((weight) => weight < 0);
    if (negative !== undefined) {
      fail(metric, 'option_value', `sampleWeight must be 0 or above; received ${negative}.`);
    }
    this.#weighted ||= weights !== undefined;
    const sums = [this.#tp, this.#fn, this.#fp];
    for (let i = 0; i < length; i++) {
      const weight = weights ? weights[i]! : 1;
      const kind: [number, number, number] = [0, 0, 0];
      for (let j = 0; j < columns; j++) {
        const isTrue = targets.yTrue[i * columns + j] !== 0;
        const isGiven = targets.yPred[i * columns + j] !== 0;
        if (!isTrue && !isGiven) continue;
        const at = isTrue ? Number(!isGiven) : 2;
        kind[at]!++;
        sums[at]![j]! += weight;
      }
      this.#addRows(...kind, weight);
      this.#total += weight;
    }
    return this;
  }

  #addRows(tp: number, fn: number, fp: number, weight: number): void {
    const kind = `${tp},${fn},${fp},${weight === 0}`;
    const known = this.#rows.get(kind);
    if (known) known[3] += weight;
    else this.#rows.set(kind, [tp, fn, fp, weight]);
  }

  /**
   * Adds what another stream of as many labels counted; the other stays as it is.
   *
   * @throws RangeError ({@link MetricError}) for another number of labels
   */
  merge(other: MultilabelStream | MultilabelStreamState): this {
    const state = other instanceof MultilabelStream ? other.state() : other;
    if (state.tp.length !== this.#tp.length) {
      const rule = `streams must have ${this.#tp.length} labels to merge`;
      fail('MultilabelStream.merge', 'states_differ', `${rule}; received ${state.tp.length}.`);
    }
    this.#total += state.total;
    this.#weighted ||= state.weighted;
    for (let j = 0; j < this.#tp.length; j++) {
      this.#tp[j]! += state.tp[j]!;
      this.#fn[j]! += state.fn[j]!;
      this.#fp[j]! += state.fp[j]!;
    }
    for (const row of state.rows) this.#addRows(...row);
    return this;
  }

  /** All that was counted, plain data. */
  state(): MultilabelStreamState {
    return {
      total: this.#total,
      weighted: this.#weighted,
      tp: Array.from(this.#tp),
      fn: Array.from(this.#fn),
      fp: Array.from(this.#fp),
      rows: Array.from(this.#rows.values(), (row) => [...row] as const),
    };
  }

  /**
   * Rows in which each label is right, missing and wrong as often as in all that was added; which
   * labels meet in a row is lost. At most three times as many rows as labels, and one.
   */
  byLabel(): CompressedRows {
    // Every label lays its decisions along one line as long as the total: first the right ones, then
    // the missing, the wrong, and the rest. Between two ends of any label lies a row.
    const ends = Array.from(this.#tp, (tp, j) => {
      const missing = tp + this.#fn[j]!;
      return [tp, missing, missing + this.#fp[j]!] as const;
    });
    const cuts = [...new Set([0, ...ends.flat(), this.#total])].sort((a, b) => a - b);
    const from = cuts.slice(0, -1);
    return {
      yTrue: from.map((cut) => ends.map(([, missing]) => Number(cut < missing))),
      yPred: from.map((cut) =>
        ends.map(([right, missing, wrong]) =>
          Number(cut < right || (cut >= missing && cut < wrong)),
        ),
      ),
      sampleWeight: from.map((cut, i) => cuts[i + 1]! - cut),
    };
  }

  /**
   * Rows with as many right, missing and wrong labels as those added; which labels is lost. Those without
   * weight stay, and rows that are all alike become two, since warnings depend on either.
   */
  byRow(): CompressedRows {
    const rows = [...this.#rows.values()];
    if (rows.length === 1 && this.#total !== 1) {
      rows[0] = rows[1] = rows[0]!.with(3, this.#total / 2) as Row;
    }
    const cells = (give: (j: number, tp: number, fn: number, fp: number) => boolean) =>
      rows.map(([tp, fn, fp]) => Array.from(this.#tp, (_, j) => Number(give(j, tp, fn, fp))));
    return {
      yTrue: cells((j, tp, fn) => j < tp + fn),
      yPred: cells((j, tp, fn, fp) => j < tp || (j >= tp + fn && j < tp + fn + fp)),
      sampleWeight: rows.map(([, , , weight]) => weight),
    };
  }

  /** The report of all rows, supports printed as counts unless weights were given. */
  report(
    options: Omit<ClassificationReportOptions, 'sampleWeight' | 'labels'> = {},
  ): ClassificationReport {
    const labels = this.byLabel();
    const rows = this.byRow();
    // The rows by label are none that were added, so what is said of labels that they lack is left out.
    const onWarning = (warning: MetricWarning) => {
      if (!warning.message.includes(' labels.')) options.onWarning?.(warning);
    };
    const report = classificationReport(labels.yTrue, labels.yPred, {
      ...{ ...options, sampleWeight: labels.sampleWeight, onWarning },
    });
    const { precision, recall, fScore } = precisionRecallFscoreSupport(rows.yTrue, rows.yPred, {
      ...{ average: 'samples', sampleWeight: rows.sampleWeight },
      ...{ zeroDivision: options.zeroDivision, onWarning: options.onWarning },
    });
    const averages = report.averages.map((line) =>
      line.name === 'samples avg' ? { ...line, precision, recall, f1Score: fScore } : line,
    );
    const names = options.targetNames ?? report.classes.map(({ label }) => pythonLabel(label));
    const data = { ...report, averages, weighted: this.#weighted };
    return { ...data, text: reportText(data, names) };
  }
}
