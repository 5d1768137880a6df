import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type CountedMetric, isCounted } from './counted-metrics.js';
import { kerasName } from './keras-name.js';

/** Values for the samples of a batch, from targets and outputs. */
export type MetricFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/**
 * A metric that weights are applied to: a name (`accuracy`, `mse` …, as `model.compile` of tfjs or
 * as Keras spells it); a function that gives a value for each sample, `[n]` or `[n, outputs]`; or a
 * metric of `@cnnkit/metrics/tfjs`, which gets the weights and counts with them over the whole pass.
 */
export type WeightedMetric = string | MetricFunction;

export interface PerSampleMetric {
  readonly name: string;
  /** 'hits': whether the largest output is that of the class. */
  readonly metric: MetricFunction | 'hits';
  /** The same metric, if it takes the weights itself. */
  readonly counted?: CountedMetric;
}

const named: Readonly<Record<string, MetricFunction | 'hits'>> = {
  binary_accuracy: tfl.metrics.binaryAccuracy,
  categorical_accuracy: 'hits',
  sparse_categorical_accuracy: 'hits',
  binary_crossentropy: tfl.metrics.binaryCrossentropy,
  categorical_crossentropy: tfl.metrics.categoricalCrossentropy,
  mean_squared_error: tfl.metrics.meanSquaredError,
  mse: tfl.metrics.meanSquaredError,
  mean_absolute_error: tfl.metrics.meanAbsoluteError,
  mae: tfl.metrics.meanAbsoluteError,
  mean_absolute_percentage_error: tfl.metrics.meanAbsolutePercentageError,
  mape: tfl.metrics.meanAbsolutePercentageError,
  // tfjs's has the sign of a loss, Keras's metric that of a similarity.
  cosine_similarity: (yTrue, yPred) => tf.neg(tfl.metrics.cosineProximity(yTrue, yPred)),
};

/** @param byThreshold - whether accuracy is that of each output against 0.5, not of the largest */
export function perSampleMetric(
  caller: string,
  metric: WeightedMetric,
  byThreshold: boolean,
): PerSampleMetric {
  if (typeof metric === 'function') {
    if (metric.name === '') {
      throw new TypeError(
        `${caller}: weightedMetrics must be named, for the logs; received a function without a name.`,
      );
    }
    const name = kerasName(metric.name);
    return isCounted(metric) ? { name, metric, counted: metric } : { name, metric };
  }
  const name = kerasName(metric);
  if (name === 'accuracy') {
    return { name, metric: byThreshold ? tfl.metrics.binaryAccuracy : 'hits' };
  }
  const known = named[name];
  if (known === undefined) {
    throw new RangeError(
      `${caller}: weightedMetrics must be functions or of ${['accuracy', ...Object.keys(named)].join(', ')}; received ${metric}.`,
    );
  }
  return { name, metric: known };
}
