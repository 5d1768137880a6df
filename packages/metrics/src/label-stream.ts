import {
  type ClassificationReport,
  type ClassificationReportOptions,
  classificationReport,
} from './classification-report.js';
import { compareLabels } from './internal/encode.js';
import { key } from './internal/label-codes.js';
import { checkClassTargets, countPairs } from './internal/pairs.js';
import { pythonLabel } from './internal/python-format.js';
import { reportText } from './internal/report-text.js';
import type { Label, Labels } from './labels.js';

/** What a {@link LabelStream} has counted, plain data for another worker or a file. */
export interface LabelStreamState {
  readonly labels: readonly Label[];
  /** Weight of each pair of truth and prediction, row-major over `labels`. */
  readonly counts: readonly number[];
  readonly weighted: boolean;
}

/** A data set with the same scores as all that was streamed: one weighted sample a pair. */
export interface CompressedLabels {
  readonly yTrue: Labels;
  readonly yPred: Labels;
  readonly sampleWeight: readonly number[];
}

/**
 * Counts labels batch by batch, in memory that depends on the number of classes only, and merges
 * with what other workers counted.
 *
 * Memory is 8 bytes a pair of labels, at most four times that while it grows. Every score of labels takes
 * the result: `f1Score(yTrue, yPred, { sampleWeight, average })` of
 * {@link LabelStream.samples} equals the score of all samples at once (with fractional weights, to
 * rounding). Each different label costs a row and a column, so it is for classes, not for free text.
 *
 * @example
 * ```ts
 * const left = new LabelStream().add([0, 1, 1], [0, 1, 0]);
 * const right = new LabelStream().add([2, 2], [2, 1]);
 * const { yTrue, yPred, sampleWeight } = left.merge(right.state()).samples();
 * accuracyScore(yTrue, yPred, { sampleWeight }); // → 0.6
 * ```
 */
export class LabelStream {
  readonly #codes = new Map<Label, number>();
  readonly #labels: Label[] = [];
  #counts = new Float64Array(0);
  #capacity = 0;
  #weighted = false;

  /** How many samples were added, or their weight. */
  get total(): number {
    return this.#counts.reduce((total, count) => total + count, 0);
  }

  /**
   * Counts a batch.
   *
   * @param yTrue - true labels, length n
   * @param yPred - predicted labels, length n
   * @param sampleWeight - how much each sample counts, 0 in all of a batch too; default 1
   * @throws TypeError or RangeError ({@link MetricError}) as {@link confusionMatrix}
   */
  add(yTrue: Labels, yPred: Labels, sampleWeight?: ArrayLike<number> | null): this {
    const targets = checkClassTargets('LabelStream.add', yTrue, yPred, sampleWeight, true);
    const { labels, pairs } = countPairs('LabelStream.add', targets);
    this.#weighted ||= targets.weights !== undefined;
    this.#addPairs(labels, pairs);
    return this;
  }

  /** Adds what another stream counted; the other stays as it is. */
  merge(other: LabelStream | LabelStreamState): this {
    const state = other instanceof LabelStream ? other.state() : other;
    this.#weighted ||= state.weighted;
    this.#addPairs(state.labels, state.counts);
    return this;
  }

  /** All that was counted, plain data. */
  state(): LabelStreamState {
    const sorted = this.#labels.toSorted(compareLabels);
    // Of batches with numbers and with booleans the labels are numbers.
    const labels = sorted.some((label) => typeof label === 'number') ? sorted.map(key) : sorted;
    const at = labels.map((label) => this.#codes.get(key(label))!);
    const counts = at.flatMap((i) => at.map((j) => this.#counts[i * this.#capacity + j]!));
    return { labels, counts, weighted: this.#weighted };
  }

  /**
   * One sample for each pair that occurred, its weight the count: what every label score takes. A label
   * of which no sample weighs anything has one that weighs nothing, as it is a class all the same.
   */
  samples(): CompressedLabels {
    const { labels, counts } = this.state();
    const k = labels.length;
    const weighs = labels.map((_, i) =>
      labels.some((_, j) => counts[i * k + j] !== 0 || counts[j * k + i] !== 0),
    );
    const cells = counts
      .map((_, at) => at)
      .filter((at) => counts[at] !== 0 || (at % (k + 1) === 0 && !weighs[at / (k + 1)]));
    return {
      yTrue: cells.map((at) => labels[Math.floor(at / labels.length)]) as Labels,
      yPred: cells.map((at) => labels[at % labels.length]) as Labels,
      sampleWeight: cells.map((at) => counts[at]!),
    };
  }

  /** The report of all samples, supports printed as counts unless weights were given. */
  report(options: Omit<ClassificationReportOptions, 'sampleWeight'> = {}): ClassificationReport {
    const { yTrue, yPred, sampleWeight } = this.samples();
    const report = classificationReport(yTrue, yPred, { ...options, sampleWeight });
    const anyHit = Array.from(yTrue as ArrayLike<Label>).some((label, i) => label === yPred[i]);
    const weighted = this.#weighted || !anyHit;
    const names = options.targetNames ?? report.classes.map(({ label }) => pythonLabel(label));
    return { ...report, weighted, text: reportText({ ...report, weighted }, names) };
  }

  #addPairs(labels: readonly Label[], pairs: ArrayLike<number>): void {
    const k = labels.length;
    const codes = labels.map((label) => this.#codeOf(label));
    for (let i = 0; i < k; i++) {
      const row = codes[i]! * this.#capacity;
      for (let j = 0; j < k; j++) this.#counts[row + codes[j]!]! += pairs[i * k + j]!;
    }
  }

  #codeOf(label: Label): number {
    const known = this.#codes.get(key(label));
    if (known !== undefined) return known;
    const code = this.#labels.push(label) - 1;
    this.#codes.set(key(label), code);
    if (code >= this.#capacity) this.#grow();
    return code;
  }

  #grow(): void {
    const from = this.#capacity;
    const to = Math.max(16, 2 * from);
    const counts = new Float64Array(to * to);
    for (let i = 0; i < from; i++) {
      counts.set(this.#counts.subarray(i * from, (i + 1) * from), i * to);
    }
    this.#counts = counts;
    this.#capacity = to;
  }
}
