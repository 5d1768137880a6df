import { fail } from '../internal/fail.js';
import { MultilabelScoreStream } from '../multilabel-score-stream.js';
import { ProbabilityStream } from '../probability-stream.js';
import { type Accumulator, type EpochMetric, epochMetric } from './epoch-metric.js';
import { labelsOf, probabilitiesOf, rowsOf } from './read-batch.js';

function probabilityMetric(
  name: string,
  value: (stream: ProbabilityStream) => number,
  nBins = 10,
): EpochMetric {
  return epochMetric(name, () => {
    let stream: ProbabilityStream | undefined;
    return {
      add(batch) {
        const yProba = probabilitiesOf(batch);
        stream ??= new ProbabilityStream(yProba.shape[1], { nBins });
        stream.add(labelsOf(batch).yTrue, yProba, batch.sampleWeight);
      },
      value: () => (stream ? value(stream) : Number.NaN),
    };
  });
}

/**
 * Log loss over the whole pass, without the penalties that a model's loss may hold; logs as `logLoss`.
 *
 * @returns a metric for `model.compile({ metrics })`
 * @example
 * ```ts
 * const metric = logLoss();
 * metric(tf.tensor1d([0, 1]), tf.tensor2d([[0.5, 0.5], [0.25, 0.75]]));
 * metric.result(); // → 0.49041462650586314
 * ```
 */
export function logLoss(): EpochMetric {
  return probabilityMetric('logLoss', (stream) => stream.logLoss);
}

/**
 * Brier score over the whole pass; logs as `brierScoreLoss`.
 *
 * @returns a metric for `model.compile({ metrics })`
 * @example
 * ```ts
 * const metric = brierScoreLoss();
 * metric(tf.tensor1d([0, 1]), tf.tensor2d([[0.25], [0.75]]));
 * metric.result(); // → 0.0625
 * ```
 */
export function brierScoreLoss(): EpochMetric {
  return probabilityMetric('brierScoreLoss', (stream) => stream.brierScoreLoss);
}

/**
 * Top-k accuracy over the whole pass, k 2 unless given; logs as `topKAccuracyScore`.
 *
 * @returns a metric for `model.compile({ metrics })`
 * @example
 * ```ts
 * const metric = topKAccuracyScore({ k: 2 });
 * metric(tf.tensor1d([0, 2]), tf.tensor2d([[0.25, 0.25, 0.5], [0.25, 0.25, 0.5]]));
 * metric.result(); // → 0.5
 * ```
 */
export function topKAccuracyScore(options: { readonly k?: number } = {}): EpochMetric {
  const { k = 2 } = options;
  return probabilityMetric('topKAccuracyScore', (stream) => stream.topKAccuracy(k));
}

/**
 * Expected calibration error over the whole pass; logs as `expectedCalibrationError`.
 *
 * @returns a metric for `model.compile({ metrics })`
 * @example
 * ```ts
 * const metric = expectedCalibrationError({ nBins: 5 });
 * metric(tf.tensor1d([0, 1]), tf.tensor2d([[0.75, 0.25], [0.75, 0.25]]));
 * metric.result(); // → 0.25
 * ```
 */
export function expectedCalibrationError(options: { readonly nBins?: number } = {}): EpochMetric {
  const value = (stream: ProbabilityStream) => stream.calibration().ece;
  return probabilityMetric('expectedCalibrationError', value, options.nBins);
}

/** Options of metrics from score histograms. */
export interface ScoreMetricOptions {
  /**
   * The mean over classes, each against the rest, plain or by their size; or, of several labels,
   * all labels in one. Default: `'macro'`.
   */
  readonly average?: 'macro' | 'weighted' | 'micro' | undefined;
  /** How many probabilities are told apart, 2 or more; not with `exact`. Default: 2048. */
  readonly bins?: number | undefined;
  /** Keep every output of the pass, 9 bytes each, for the exact score. Default: false. */
  readonly exact?: boolean | undefined;
  /** Targets are rows of 0 and 1, and each output is a label's probability. Default: false. */
  readonly multilabel?: boolean | undefined;
}

/**
 * Area under the ROC curve over the whole pass, of several classes one against the rest; logs as
 * `rocAucScore`. It comes from histograms (see {@link MultilabelScoreStream} for the error) unless `exact`.
 *
 * @returns a metric for `model.compile({ metrics })`
 * @example
 * ```ts
 * const metric = rocAucScore();
 * metric(tf.tensor1d([0, 0]), tf.tensor2d([[0.1], [0.4]]));
 * metric(tf.tensor1d([1, 1]), tf.tensor2d([[0.35], [0.8]]));
 * metric.result(); // → 0.75
 * ```
 */
export function rocAucScore(options: ScoreMetricOptions = {}): EpochMetric {
  return scoreMetric('rocAucScore', options);
}

/**
 * Average precision over the whole pass, as {@link rocAucScore}; logs as `averagePrecisionScore`.
 *
 * @returns a metric for `model.compile({ metrics })`
 * @example
 * ```ts
 * const metric = averagePrecisionScore();
 * metric(tf.tensor1d([0, 0, 1, 1]), tf.tensor2d([[0.1], [0.4], [0.35], [0.8]]));
 * metric.result(); // → 0.8333333333333333
 * ```
 */
export function averagePrecisionScore(options: ScoreMetricOptions = {}): EpochMetric {
  return scoreMetric('averagePrecisionScore', options);
}

function scoreMetric(
  name: 'rocAucScore' | 'averagePrecisionScore',
  { average = 'macro', exact = false, bins, multilabel = false }: ScoreMetricOptions,
): EpochMetric {
  if (exact && bins !== undefined) {
    const rule = 'bins must not be given with exact, which keeps every output';
    fail(name, 'option_value', `${rule}; received ${bins}.`);
  }
  const kind = exact ? { exact } : { bins: bins ?? 2048 };
  const start = (): Accumulator => {
    let stream: MultilabelScoreStream | undefined;
    let isBinary = false;
    return {
      add(batch) {
        // A score of samples that weigh nothing is not defined.
        if (batch.sampleWeight && isAllZero(batch.sampleWeight)) return;
        const yProba = probabilitiesOf(batch);
        const columns = yProba.shape[1];
        isBinary = !multilabel && columns === 2;
        stream ??= new MultilabelScoreStream(columns, kind);
        const yTrue = multilabel
          ? rowsOf(batch, 0.5).yTrue
          : oneHot(name, labelsOf(batch).yTrue, columns);
        stream.add(yTrue, yProba, batch.sampleWeight);
      },
      value() {
        if (stream === undefined) return Number.NaN;
        // Of two classes the second says it all.
        return isBinary ? stream[name]({ average: null })[1]! : stream[name]({ average });
      },
    };
  };
  return epochMetric(name, start, multilabel);
}

function isAllZero(weights: ArrayLike<number>): boolean {
  for (let i = 0; i < weights.length; i++) if (weights[i] !== 0) return false;
  return true;
}

function oneHot(
  name: string,
  labels: Int32Array,
  columns: number,
): { readonly data: Uint8Array; readonly shape: readonly [number, number] } {
  const data = new Uint8Array(labels.length * columns);
  labels.forEach((label, i) => {
    if (!(label >= 0 && label < columns)) {
      const rule = `yTrue must hold class indices below ${columns}`;
      fail(name, 'label_unknown', `${rule}; received ${label}.`);
    }
    data[i * columns + label] = 1;
  });
  return { data, shape: [labels.length, columns] };
}
