import { accuracyScore as accuracy } from '../accuracy-score.js';
import {
  type BalancedAccuracyOptions,
  balancedAccuracyScore as balancedAccuracy,
} from '../balanced-accuracy-score.js';
import { type CohenKappaOptions, cohenKappaScore as cohenKappa } from '../cohen-kappa-score.js';
import { f1Score as f1 } from '../f1-score.js';
import { type FbetaOptions, fbetaScore as fbeta } from '../fbeta-score.js';
import { type JaccardOptions, jaccardScore as jaccard } from '../jaccard-score.js';
import { type CompressedLabels, LabelStream } from '../label-stream.js';
import { matthewsCorrcoef as matthews } from '../matthews-corrcoef.js';
import type { AverageOptions } from '../options.js';
import { precisionScore as precision } from '../precision-score.js';
import { recallScore as recall } from '../recall-score.js';
import { zeroOneLoss as zeroOne } from '../zero-one-loss.js';
import { type EpochMetric, epochMetric } from './epoch-metric.js';

/** What a metric in training cannot take: weights, and a score a class. */
type Fixed = 'sampleWeight' | 'average';

/** An average that gives one number; several classes need one other than `'binary'`. */
export interface OneNumber {
  readonly average?: 'binary' | 'micro' | 'macro' | 'weighted' | undefined;
}

function labelMetric(name: string, score: (samples: CompressedLabels) => number): EpochMetric {
  return epochMetric(name, () => {
    const stream = new LabelStream();
    return {
      add: ({ yTrue, yPred }) => void stream.add(yTrue, yPred),
      value: () => score(stream.samples()),
    };
  });
}

/**
 * {@link accuracy | accuracyScore} over the whole pass, for `model.compile({ metrics })`.
 *
 * @returns a metric that logs as `accuracyScore`
 * @example
 * ```ts
 * model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: [accuracyScore()] });
 * ```
 */
export function accuracyScore(): EpochMetric {
  return labelMetric('accuracyScore', ({ yTrue, yPred, sampleWeight }) =>
    accuracy(yTrue, yPred, { sampleWeight }),
  );
}

/** Zero-one loss over the whole pass; logs as `zeroOneLoss`. */
export function zeroOneLoss(): EpochMetric {
  return labelMetric('zeroOneLoss', ({ yTrue, yPred, sampleWeight }) =>
    zeroOne(yTrue, yPred, { sampleWeight }),
  );
}

/** Balanced accuracy over the whole pass; logs as `balancedAccuracyScore`. */
export function balancedAccuracyScore(
  options: Omit<BalancedAccuracyOptions, Fixed> = {},
): EpochMetric {
  return labelMetric('balancedAccuracyScore', ({ yTrue, yPred, sampleWeight }) =>
    balancedAccuracy(yTrue, yPred, { ...options, sampleWeight }),
  );
}

/** Matthews' correlation over the whole pass; logs as `matthewsCorrcoef`. */
export function matthewsCorrcoef(): EpochMetric {
  return labelMetric('matthewsCorrcoef', ({ yTrue, yPred, sampleWeight }) =>
    matthews(yTrue, yPred, { sampleWeight }),
  );
}

/** Cohen's kappa over the whole pass; logs as `cohenKappaScore`. */
export function cohenKappaScore(options: Omit<CohenKappaOptions, Fixed> = {}): EpochMetric {
  return labelMetric('cohenKappaScore', ({ yTrue, yPred, sampleWeight }) =>
    cohenKappa(yTrue, yPred, { ...options, sampleWeight }),
  );
}

/**
 * Precision over the whole pass, which is not the mean of the batches' precisions; logs as
 * `precisionScore`. Classes that no sample so far belongs to do not count in the average.
 */
export function precisionScore(options: Omit<AverageOptions, Fixed> & OneNumber = {}): EpochMetric {
  return labelMetric('precisionScore', ({ yTrue, yPred, sampleWeight }) =>
    precision(yTrue, yPred, { ...options, sampleWeight }),
  );
}

/** Recall over the whole pass; logs as `recallScore`. */
export function recallScore(options: Omit<AverageOptions, Fixed> & OneNumber = {}): EpochMetric {
  return labelMetric('recallScore', ({ yTrue, yPred, sampleWeight }) =>
    recall(yTrue, yPred, { ...options, sampleWeight }),
  );
}

/** F1 over the whole pass; logs as `f1Score`. */
export function f1Score(options: Omit<AverageOptions, Fixed> & OneNumber = {}): EpochMetric {
  return labelMetric('f1Score', ({ yTrue, yPred, sampleWeight }) =>
    f1(yTrue, yPred, { ...options, sampleWeight }),
  );
}

/** F-beta over the whole pass; logs as `fbetaScore`. */
export function fbetaScore(options: Omit<FbetaOptions, Fixed> & OneNumber): EpochMetric {
  return labelMetric('fbetaScore', ({ yTrue, yPred, sampleWeight }) =>
    fbeta(yTrue, yPred, { ...options, sampleWeight }),
  );
}

/** Jaccard over the whole pass; logs as `jaccardScore`. */
export function jaccardScore(options: Omit<JaccardOptions, Fixed> & OneNumber = {}): EpochMetric {
  return labelMetric('jaccardScore', ({ yTrue, yPred, sampleWeight }) =>
    jaccard(yTrue, yPred, { ...options, sampleWeight }),
  );
}
