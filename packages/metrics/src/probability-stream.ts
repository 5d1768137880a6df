import { checkBinCount } from './calibration-curve.js';
import type { CalibrationError } from './expected-calibration-error.js';
import { fail, show } from './internal/fail.js';
import { binOf, linspace } from './internal/numpy.js';
import { checkProbabilities, epsilon, readReals } from './internal/score-table.js';
import { checkLengths } from './internal/targets.js';
import { readTruthColumn } from './internal/truth.js';
import { readWeights } from './internal/weights.js';
import type { Labels, Rows } from './labels.js';

/** What a {@link ProbabilityStream} has summed, plain data. */
export interface ProbabilityStreamState {
  readonly weight: number;
  readonly logLoss: number;
  readonly brier: number;
  /** Weight of the samples whose true class had this many classes above it. */
  readonly ranks: readonly number[];
  readonly bins: {
    readonly count: readonly number[];
    readonly confidence: readonly number[];
    readonly hits: readonly number[];
  };
}

/**
 * Sums what probabilities of class indices are scored by, batch by batch and in bounded memory:
 * log loss, Brier score, top-k accuracy for every k, and calibration. Merges with other workers'.
 *
 * Sums over many batches differ from one pass by rounding (1e-13 or so). It takes class indices, not
 * names, and does not look whether rows sum to 1, of which {@link logLoss} and {@link brierScoreLoss} warn.
 *
 * @example
 * ```ts
 * const stream = new ProbabilityStream(3);
 * stream.add([0, 2], [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]]);
 * stream.merge(new ProbabilityStream(3).add([1], [[0.25, 0.5, 0.25]]).state());
 * stream.logLoss; // → 0.9241962407465937
 * stream.topKAccuracy(1); // → 0.6666666666666666
 * stream.topKAccuracy(2); // → 1
 * ```
 */
export class ProbabilityStream {
  readonly #edges: Float64Array;
  readonly #ranks: Float64Array;
  readonly #count: Float64Array;
  readonly #confidence: Float64Array;
  readonly #hits: Float64Array;
  #weight = 0;
  #logLoss = 0;
  #brier = 0;

  /**
   * @param classes - how many columns the probabilities have, 2 or more
   * @param options - `nBins`: bins of the calibration error, 1 or more, default 10
   * @throws RangeError ({@link MetricError}) for fewer classes or bins
   */
  constructor(classes: number, options: { readonly nBins?: number } = {}) {
    const { nBins = 10 } = options;
    checkBinCount('ProbabilityStream', nBins);
    if (!Number.isInteger(classes) || classes < 2) {
      fail(
        'ProbabilityStream',
        'option_value',
        `classes must be 2 or more; received ${show(classes)}.`,
      );
    }
    this.#edges = linspace(0, 1, nBins + 1);
    this.#ranks = new Float64Array(classes);
    this.#count = new Float64Array(nBins);
    this.#confidence = new Float64Array(nBins);
    this.#hits = new Float64Array(nBins);
  }

  /**
   * Adds a batch.
   *
   * @param yTrue - class indices, length n
   * @param yProba - probability of each class, n x classes
   * @param sampleWeight - how much each sample counts, 0 in all of a batch too; default 1
   * @throws TypeError or RangeError ({@link MetricError}) for unequal lengths, labels that are no
   *   column, or values outside [0, 1]
   */
  add(yTrue: Labels, yProba: Rows, sampleWeight?: ArrayLike<number> | null): this {
    const metric = 'ProbabilityStream.add';
    const columns = this.#ranks.length;
    const truth = readTruthColumn(metric, yTrue);
    const { data, length, single, ...table } = readReals(metric, 'yProba', yProba);
    if (table.columns !== columns) {
      const received = table.columns ?? 'one score a sample';
      fail(
        metric,
        'class_count_differs',
        `yProba must have ${columns} columns; received ${received}.`,
      );
    }
    checkProbabilities(metric, 'yProba', data);
    checkLengths(metric, {
      yTrue: truth.length,
      yProba: length,
      sampleWeight: sampleWeight?.length,
    });
    for (const label of truth.classes) {
      if (Number.isInteger(label) && Number(label) >= 0 && Number(label) < columns) continue;
      const rule = `yTrue must hold class indices below ${columns}`;
      fail(metric, 'label_unknown', `${rule}; received ${show(label)}.`);
    }
    const weights = sampleWeight ? readWeights(metric, sampleWeight, true) : undefined;
    const least = epsilon(single);
    for (let i = 0; i < length; i++) {
      const own = Number(truth.classes[truth.codes[i]!]);
      this.#addRow(data, i * columns, own, weights ? weights[i]! : 1, least);
    }
    return this;
  }

  #addRow(data: ArrayLike<number>, row: number, own: number, weight: number, least: number): void {
    const p = data[row + own]!;
    let [rank, best, squares] = [0, 0, 0];
    for (let j = 0; j < this.#ranks.length; j++) {
      const other = data[row + j]!;
      if (other > p || (other === p && j > own)) rank++;
      if (other > data[row + best]!) best = j;
      squares += (Number(j === own) - other) ** 2;
    }
    const bin = binOf(this.#edges, data[row + best]!);
    this.#weight += weight;
    this.#logLoss -= weight * Math.log(Math.min(Math.max(p, least), 1 - least));
    this.#brier += weight * squares;
    this.#ranks[rank]! += weight;
    this.#count[bin]! += weight;
    this.#confidence[bin]! += weight * data[row + best]!;
    if (best === own) this.#hits[bin]! += weight;
  }

  /**
   * Adds what another stream of as many classes and bins summed; the other stays as it is.
   *
   * @throws RangeError ({@link MetricError}) for other numbers of classes or bins
   */
  merge(other: ProbabilityStream | ProbabilityStreamState): this {
    const state = other instanceof ProbabilityStream ? other.state() : other;
    const { ranks, bins } = state;
    if (ranks.length !== this.#ranks.length || bins.count.length !== this.#count.length) {
      const rule = `streams must have ${this.#ranks.length} classes and ${this.#count.length} bins`;
      const received = `${ranks.length} and ${bins.count.length}`;
      fail('ProbabilityStream.merge', 'states_differ', `${rule} to merge; received ${received}.`);
    }
    this.#weight += state.weight;
    this.#logLoss += state.logLoss;
    this.#brier += state.brier;
    addTo(this.#ranks, ranks);
    addTo(this.#count, bins.count);
    addTo(this.#confidence, bins.confidence);
    addTo(this.#hits, bins.hits);
    return this;
  }

  /** All that was summed, plain data. */
  state(): ProbabilityStreamState {
    return {
      weight: this.#weight,
      logLoss: this.#logLoss,
      brier: this.#brier,
      ranks: Array.from(this.#ranks),
      bins: {
        count: Array.from(this.#count),
        confidence: Array.from(this.#confidence),
        hits: Array.from(this.#hits),
      },
    };
  }

  /** As {@link logLoss}; NaN before the first sample. */
  get logLoss(): number {
    return this.#logLoss / this.#weight;
  }

  /** As {@link brierScoreLoss}: halved for two classes. */
  get brierScoreLoss(): number {
    return (this.#brier / this.#weight) * (this.#ranks.length < 3 ? 0.5 : 1);
  }

  /**
   * As {@link topKAccuracyScore}; NaN before the first sample.
   *
   * @param k - a whole number of 1 or more; from the number of classes on the answer is 1
   * @throws RangeError ({@link MetricError}) for another k
   */
  topKAccuracy(k: number): number {
    if (!Number.isInteger(k) || k < 1) {
      const rule = 'k must be a whole number of 1 or more';
      fail('ProbabilityStream.topKAccuracy', 'option_value', `${rule}; received ${show(k)}.`);
    }
    return this.#ranks.subarray(0, k).reduce((total, weight) => total + weight, 0) / this.#weight;
  }

  /** As {@link expectedCalibrationError}. */
  calibration(): CalibrationError {
    const count = Array.from(this.#count);
    const confidence = count.map((n, b) => this.#confidence[b]! / n);
    const accuracy = count.map((n, b) => this.#hits[b]! / n);
    const gaps = count.map((n, b) => (n === 0 ? 0 : Math.abs(accuracy[b]! - confidence[b]!)));
    const ece = gaps.reduce((total, gap, b) => total + gap * count[b]!, 0) / this.#weight;
    return { ece, mce: Math.max(...gaps), count, confidence, accuracy };
  }
}

function addTo(sums: Float64Array, more: readonly number[]): void {
  for (let i = 0; i < sums.length; i++) sums[i]! += more[i]!;
}
