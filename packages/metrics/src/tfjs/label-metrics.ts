import { accuracyScore as accuracy } from '../accuracy-score.js';
import {
  type BalancedAccuracyOptions,
  balancedAccuracyScore as balancedAccuracy,
} from '../balanced-accuracy-score.js';
import { type CohenKappaOptions, cohenKappaScore as cohenKappa } from '../cohen-kappa-score.js';
import { f1Score as f1 } from '../f1-score.js';
import { type FbetaOptions, fbetaScore as fbeta } from '../fbeta-score.js';
import { hammingLoss as hamming } from '../hamming-loss.js';
import { type JaccardOptions, jaccardScore as jaccard } from '../jaccard-score.js';
import { type CompressedLabels, LabelStream } from '../label-stream.js';
import type { Targets } from '../labels.js';
import { matthewsCorrcoef as matthews } from '../matthews-corrcoef.js';
import { MultilabelStream } from '../multilabel-stream.js';
import type { AverageOptions } from '../options.js';
import { precisionScore as precision } from '../precision-score.js';
import { recallScore as recall } from '../recall-score.js';
import { zeroOneLoss as zeroOne } from '../zero-one-loss.js';
import { type Accumulator, type EpochMetric, epochMetric } from './epoch-metric.js';
import { labelsOf, rowsOf } from './read-batch.js';

/** What a metric in training cannot take as an option: weights, and a score a class. */
type Fixed = 'sampleWeight' | 'average';

/** Whether each sample has one label or several. */
export interface MultilabelOptions {
  /** Targets are rows of 0 and 1, and each output is a label's probability. Default: false. */
  readonly multilabel?: boolean | undefined;
  /** With `multilabel`: a label is given if its output is above. Default: 0.5. */
  readonly threshold?: number | undefined;
}

/** An average that gives one number; several classes need one other than `'binary'`. */
export interface OneNumber extends MultilabelOptions {
  /** `'samples'` is for `multilabel` only. Default: `'binary'`. */
  readonly average?: 'binary' | 'micro' | 'macro' | 'weighted' | 'samples' | undefined;
}

/** A small data set with the same score as the pass. */
interface Counted {
  readonly yTrue: Targets;
  readonly yPred: Targets;
  readonly sampleWeight: readonly number[];
}

/** A score of samples that have one label each. */
function labelMetric(name: string, score: (samples: CompressedLabels) => number): EpochMetric {
  return epochMetric(name, () => {
    const stream = new LabelStream();
    return {
      add(batch) {
        const { yTrue, yPred } = labelsOf(batch);
        stream.add(yTrue, yPred, batch.sampleWeight);
      },
      value: () => (stream.total === 0 ? Number.NaN : score(stream.samples())),
    };
  });
}

/** A score of either kind; `look` says whether that of several labels looks along rows or labels. */
function targetMetric(
  name: string,
  { multilabel = false, threshold = 0.5 }: MultilabelOptions,
  look: 'byLabel' | 'byRow',
  score: (samples: Counted) => number,
): EpochMetric {
  if (!multilabel) return labelMetric(name, score);
  const start = (): Accumulator => {
    let stream: MultilabelStream | undefined;
    return {
      add(batch) {
        const { yTrue, yPred } = rowsOf(batch, threshold);
        stream ??= new MultilabelStream(batch.columns);
        stream.add(yTrue, yPred, batch.sampleWeight);
      },
      value: () => (stream?.total ? score(stream[look]()) : Number.NaN),
    };
  };
  return epochMetric(name, start, true);
}

const lookOf = ({ average }: OneNumber) => (average === 'samples' ? 'byRow' : 'byLabel');

/**
 * The share of right samples over the whole pass, of several labels those with all labels right; logs
 * as `accuracyScore`.
 *
 * @returns a metric for `model.compile({ metrics })`; see {@link accuracy | accuracyScore}
 * @example
 * ```ts
 * const metric = accuracyScore();
 * metric(tf.tensor1d([0, 1]), tf.tensor2d([[0.75, 0.25], [0.25, 0.75]]));
 * metric(tf.tensor1d([0]), tf.tensor2d([[0.25, 0.75]]));
 * metric.result(); // → 0.6666666666666666
 * ```
 */
export function accuracyScore(options: MultilabelOptions = {}): EpochMetric {
  return targetMetric('accuracyScore', options, 'byRow', ({ yTrue, yPred, sampleWeight }) =>
    accuracy(yTrue, yPred, { sampleWeight }),
  );
}

/**
 * The share of wrong samples over the whole pass; logs as `zeroOneLoss`.
 *
 * @returns a metric for `model.compile({ metrics })`; see {@link zeroOne | zeroOneLoss}
 * @example
 * ```ts
 * const metric = zeroOneLoss();
 * metric(tf.tensor1d([0, 1]), tf.tensor2d([[0.75, 0.25], [0.75, 0.25]]));
 * metric.result(); // → 0.5
 * ```
 */
export function zeroOneLoss(options: MultilabelOptions = {}): EpochMetric {
  return targetMetric('zeroOneLoss', options, 'byRow', ({ yTrue, yPred, sampleWeight }) =>
    zeroOne(yTrue, yPred, { sampleWeight }),
  );
}

/**
 * The share of wrong labels over the whole pass; logs as `hammingLoss`.
 *
 * @returns a metric for `model.compile({ metrics })`; see {@link hamming | hammingLoss}
 * @example
 * ```ts
 * const metric = hammingLoss({ multilabel: true });
 * metric(tf.tensor2d([[0, 1], [1, 1]]), tf.tensor2d([[0.25, 0.75], [0.25, 0.75]]));
 * metric.result(); // → 0.25
 * ```
 */
export function hammingLoss(options: MultilabelOptions = {}): EpochMetric {
  return targetMetric('hammingLoss', options, 'byLabel', ({ yTrue, yPred, sampleWeight }) =>
    hamming(yTrue, yPred, { sampleWeight }),
  );
}

/**
 * Balanced accuracy over the whole pass; logs as `balancedAccuracyScore`.
 *
 * @returns a metric for `model.compile({ metrics })`; see {@link balancedAccuracy | balancedAccuracyScore}
 * @example
 * ```ts
 * const metric = balancedAccuracyScore();
 * metric(tf.tensor1d([0, 0, 1]), tf.tensor2d([[0.75, 0.25], [0.25, 0.75], [0.25, 0.75]]));
 * metric.result(); // → 0.75
 * ```
 */
export function balancedAccuracyScore(
  options: Omit<BalancedAccuracyOptions, Fixed> = {},
): EpochMetric {
  const score = ({ yTrue, yPred, sampleWeight }: CompressedLabels) =>
    balancedAccuracy(yTrue, yPred, { ...options, sampleWeight });
  return labelMetric('balancedAccuracyScore', score);
}

/**
 * Matthews' correlation over the whole pass; logs as `matthewsCorrcoef`.
 *
 * @returns a metric for `model.compile({ metrics })`; see {@link matthews | matthewsCorrcoef}
 * @example
 * ```ts
 * const metric = matthewsCorrcoef();
 * metric(tf.tensor1d([0, 1]), tf.tensor2d([[0.75, 0.25], [0.25, 0.75]]));
 * metric.result(); // → 1
 * ```
 */
export function matthewsCorrcoef(): EpochMetric {
  return labelMetric('matthewsCorrcoef', ({ yTrue, yPred, sampleWeight }) =>
    matthews(yTrue, yPred, { sampleWeight }),
  );
}

/**
 * Cohen's kappa over the whole pass; logs as `cohenKappaScore`.
 *
 * @returns a metric for `model.compile({ metrics })`; see {@link cohenKappa | cohenKappaScore}
 * @example
 * ```ts
 * const metric = cohenKappaScore();
 * metric(tf.tensor1d([0, 1]), tf.tensor2d([[0.75, 0.25], [0.75, 0.25]]));
 * metric.result(); // → 0
 * ```
 */
export function cohenKappaScore(options: Omit<CohenKappaOptions, Fixed> = {}): EpochMetric {
  return labelMetric('cohenKappaScore', ({ yTrue, yPred, sampleWeight }) =>
    cohenKappa(yTrue, yPred, { ...options, sampleWeight }),
  );
}

/**
 * Precision over the whole pass, which is not the mean of the batches' precisions; logs as
 * `precisionScore`. Classes that no sample so far belongs to do not count in the average.
 *
 * @returns a metric for `model.compile({ metrics })`; see {@link precision | precisionScore}
 * @example
 * ```ts
 * const metric = precisionScore();
 * metric(tf.tensor1d([0, 1]), tf.tensor2d([[0.25], [0.75]]));
 * metric(tf.tensor1d([0, 0]), tf.tensor2d([[0.75], [0.75]]));
 * metric.result(); // → 0.3333333333333333
 * ```
 */
export function precisionScore(options: Omit<AverageOptions, Fixed> & OneNumber = {}): EpochMetric {
  const score = ({ yTrue, yPred, sampleWeight }: Counted) =>
    precision(yTrue, yPred, { ...options, sampleWeight });
  return targetMetric('precisionScore', options, lookOf(options), score);
}

/**
 * Recall over the whole pass; logs as `recallScore`.
 *
 * @returns a metric for `model.compile({ metrics })`; see {@link recall | recallScore}
 * @example
 * ```ts
 * const metric = recallScore();
 * metric(tf.tensor1d([1, 1]), tf.tensor2d([[0.25], [0.75]]));
 * metric.result(); // → 0.5
 * ```
 */
export function recallScore(options: Omit<AverageOptions, Fixed> & OneNumber = {}): EpochMetric {
  const score = ({ yTrue, yPred, sampleWeight }: Counted) =>
    recall(yTrue, yPred, { ...options, sampleWeight });
  return targetMetric('recallScore', options, lookOf(options), score);
}

/**
 * F1 over the whole pass; logs as `f1Score`.
 *
 * @returns a metric for `model.compile({ metrics })`; see {@link f1 | f1Score}
 * @example
 * ```ts
 * const metric = f1Score({ average: 'micro', multilabel: true });
 * metric(tf.tensor2d([[0, 1], [1, 1]]), tf.tensor2d([[0.25, 0.75], [0.25, 0.75]]));
 * metric.result(); // → 0.8
 * ```
 */
export function f1Score(options: Omit<AverageOptions, Fixed> & OneNumber = {}): EpochMetric {
  const score = ({ yTrue, yPred, sampleWeight }: Counted) =>
    f1(yTrue, yPred, { ...options, sampleWeight });
  return targetMetric('f1Score', options, lookOf(options), score);
}

/**
 * F-beta over the whole pass; logs as `fbetaScore`.
 *
 * @returns a metric for `model.compile({ metrics })`; see {@link fbeta | fbetaScore}
 * @example
 * ```ts
 * const metric = fbetaScore({ beta: 2 });
 * metric(tf.tensor1d([1, 1, 0]), tf.tensor2d([[0.25], [0.75], [0.25]]));
 * metric.result(); // → 0.5555555555555556
 * ```
 */
export function fbetaScore(options: Omit<FbetaOptions, Fixed> & OneNumber): EpochMetric {
  const score = ({ yTrue, yPred, sampleWeight }: Counted) =>
    fbeta(yTrue, yPred, { ...options, sampleWeight });
  return targetMetric('fbetaScore', options, lookOf(options), score);
}

/**
 * Jaccard over the whole pass; logs as `jaccardScore`.
 *
 * @returns a metric for `model.compile({ metrics })`; see {@link jaccard | jaccardScore}
 * @example
 * ```ts
 * const metric = jaccardScore();
 * metric(tf.tensor1d([1, 1, 0]), tf.tensor2d([[0.25], [0.75], [0.25]]));
 * metric.result(); // → 0.5
 * ```
 */
export function jaccardScore(options: Omit<JaccardOptions, Fixed> & OneNumber = {}): EpochMetric {
  const score = ({ yTrue, yPred, sampleWeight }: Counted) =>
    jaccard(yTrue, yPred, { ...options, sampleWeight });
  return targetMetric('jaccardScore', options, lookOf(options), score);
}
