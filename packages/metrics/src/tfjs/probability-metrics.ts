import { averagePrecisionScore as averagePrecision } from '../average-precision-score.js';
import { average as mean } from '../internal/numpy.js';
import { ProbabilityStream } from '../probability-stream.js';
import { rocAucScore as rocAuc } from '../roc-auc-score.js';
import { type CompressedScores, ScoreStream } from '../score-stream.js';
import { type Accumulator, type EpochMetric, epochMetric } from './epoch-metric.js';
import type { Batch } from './read-batch.js';

function probabilityMetric(
  name: string,
  value: (stream: ProbabilityStream) => number,
  nBins = 10,
): EpochMetric {
  return epochMetric(name, () => {
    let stream: ProbabilityStream | undefined;
    return {
      add({ yTrue, yProba }) {
        stream ??= new ProbabilityStream(yProba.shape[1], { nBins });
        stream.add(yTrue, yProba);
      },
      value: () => (stream ? value(stream) : Number.NaN),
    };
  });
}

/** Log loss over the whole pass; logs as `logLoss`. */
export function logLoss(): EpochMetric {
  return probabilityMetric('logLoss', (stream) => stream.logLoss);
}

/** Brier score over the whole pass; logs as `brierScoreLoss`. */
export function brierScoreLoss(): EpochMetric {
  return probabilityMetric('brierScoreLoss', (stream) => stream.brierScoreLoss);
}

/** Top-k accuracy over the whole pass, k 2 unless given; logs as `topKAccuracyScore`. */
export function topKAccuracyScore(options: { readonly k?: number } = {}): EpochMetric {
  const { k = 2 } = options;
  return probabilityMetric('topKAccuracyScore', (stream) => stream.topKAccuracy(k));
}

/** Expected calibration error over the whole pass; logs as `expectedCalibrationError`. */
export function expectedCalibrationError(options: { readonly nBins?: number } = {}): EpochMetric {
  const value = (stream: ProbabilityStream) => stream.calibration().ece;
  return probabilityMetric('expectedCalibrationError', value, options.nBins);
}

/** Options of metrics from score histograms. */
export interface ScoreMetricOptions {
  /** The mean over classes, each against the rest, plain or by their size. Default: `'macro'`. */
  readonly average?: 'macro' | 'weighted' | undefined;
  /** How many probabilities are told apart. Default: 2048. */
  readonly bins?: number | undefined;
}

/**
 * Area under the ROC curve over the whole pass, of several classes one against the rest, from
 * histograms (see {@link ScoreStream} for the error); logs as `rocAucScore`.
 */
export function rocAucScore(options: ScoreMetricOptions = {}): EpochMetric {
  return scoreMetric('rocAucScore', options, ({ yTrue, yScore, sampleWeight }) =>
    rocAuc(yTrue, yScore, { sampleWeight }),
  );
}

/** Average precision over the whole pass, as {@link rocAucScore}; logs as `averagePrecisionScore`. */
export function averagePrecisionScore(options: ScoreMetricOptions = {}): EpochMetric {
  return scoreMetric('averagePrecisionScore', options, ({ yTrue, yScore, sampleWeight }) =>
    averagePrecision(yTrue, yScore, { sampleWeight }),
  );
}

function scoreMetric(
  name: string,
  options: ScoreMetricOptions,
  score: (samples: CompressedScores) => number,
): EpochMetric {
  return epochMetric(name, () => new OneAgainstRest(options, score));
}

class OneAgainstRest implements Accumulator {
  readonly #options: ScoreMetricOptions;
  readonly #score: (samples: CompressedScores) => number;
  readonly #streams: ScoreStream[] = [];
  readonly #support: number[] = [];

  constructor(options: ScoreMetricOptions, score: (samples: CompressedScores) => number) {
    this.#options = options;
    this.#score = score;
  }

  add({ yTrue, yProba, length }: Batch): void {
    const [, columns] = yProba.shape;
    // Of two classes the second says it all.
    for (const [at, c] of (columns === 2
      ? [1]
      : Array.from({ length: columns }, (_, i) => i)
    ).entries()) {
      this.#streams[at] ??= new ScoreStream({ bins: this.#options.bins ?? 2048 });
      const truth = yTrue.map((label) => Number(label === c));
      const scores = Float32Array.from({ length }, (_, i) => yProba.data[i * columns + c]!);
      this.#streams[at].add(truth, scores);
      this.#support[at] = (this.#support[at] ?? 0) + truth.reduce((total, one) => total + one, 0);
    }
  }

  value(): number {
    const scores = Float64Array.from(this.#streams, (stream) => this.#score(stream.samples()));
    const weighted = this.#options.average === 'weighted';
    return mean(scores, weighted ? Float64Array.from(this.#support) : undefined);
  }
}
