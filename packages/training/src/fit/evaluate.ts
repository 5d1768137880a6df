import type { Scalar } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Callback, Logs } from '../callback.js';
import { yieldEvery } from '../internal/yield-to-event-loop.js';
import { type Batch, gatherBatch, type LabelledSource } from './batch.js';
import { CallbackList } from './callback-list.js';
import type { ScaleOptions, TrainingData } from './data.js';
import { labelledSource } from './labelled-source.js';
import { type Objective, objectiveOf } from './objective.js';
import { RunningMeans } from './running-means.js';
import { createTrainingContext } from './training-context.js';
import type { WeightedMetric } from './weighted-metrics.js';

/** Options of {@link evaluate}. */
export interface EvaluateOptions extends ScaleOptions {
  /** Samples on the device at once; the result is the same. Default: 32. */
  readonly batchSize?: number;
  /**
   * Logged besides, each the mean over samples by their `sampleWeight`, or what a metric of
   * `@cnnkit/metrics/tfjs` counts with them. Default: none.
   */
  readonly weightedMetrics?: readonly WeightedMetric[];
  /** Their `onTestBegin` and `onTestEnd` are called. Default: none. */
  readonly callbacks?: readonly Callback[];
  /** Ends after the current batch, with its reason thrown: part of an evaluation is none. */
  readonly signal?: AbortSignal;
}

/**
 * Loss and metrics of a compiled model over a dataset, each the mean over all samples. With a
 * `sampleWeight` in the data, the loss is weighted and the metrics are not, as in Keras.
 *
 * @returns `{ loss, accuracy, … }`, metrics as Keras spells them
 * @throws RangeError if data and model do not fit, or a value is not finite
 * @example
 * ```ts
 * const { loss, accuracy } = await evaluate(model, test, { batchSize: 256 });
 * ```
 */
export async function evaluate(
  model: LayersModel,
  data: TrainingData,
  options: EvaluateOptions = {},
): Promise<Logs> {
  const { batchSize = 32, callbacks = [], signal } = options;
  const objective = objectiveOf('evaluate', model, options.weightedMetrics);
  const source = labelledSource('evaluate', model, data, { ...options, batchSize, objective });
  const { count } = source.samples;
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const context = createTrainingContext(model, {
    epochs: 1,
    steps: Math.ceil(count / batchSize),
    batchSize,
    samples: count,
  });
  const list = new CallbackList(callbacks, context);
  try {
    return await evaluateSource({ source, objective, order, batchSize, callbacks: list, signal });
  } finally {
    await objective.counted.end();
  }
}

interface Evaluation {
  readonly source: LabelledSource;
  readonly objective: Objective;
  readonly order: Int32Array;
  readonly batchSize: number;
  readonly callbacks: CallbackList;
  readonly signal: AbortSignal | undefined;
}

/** The loop that `evaluate` and `fit`'s validation share. */
export async function evaluateSource(evaluation: Evaluation): Promise<Logs> {
  const { source, objective, order, batchSize, callbacks, signal } = evaluation;
  objective.counted.begin('evaluation');
  await callbacks.onTestBegin();
  const means = new RunningMeans(objective.names);
  try {
    const turn = yieldEvery(20);
    for (let start = 0; start < order.length; start += batchSize) {
      const end = Math.min(start + batchSize, order.length);
      const batch = gatherBatch(source, order, start, end);
      means.add(testBatch(objective, batch), end - start, objective.counts(batch));
      if (means.full) await means.flush();
      await turn();
      signal?.throwIfAborted();
    }
    await means.flush();
  } finally {
    means.dispose();
  }
  const logs = await objective.counted.complete(means.logs(), 'evaluation');
  await callbacks.onTestEnd(logs);
  return logs;
}

function testBatch(objective: Objective, batch: Batch): Scalar[] {
  return tf.tidy(() => {
    const xs = batch.xs();
    const targets = objective.targets(batch);
    const output = objective.forward(xs, false);
    const outputs = objective.outputs(output);
    const metrics = objective.metrics.map((metric) => metric.value(targets, outputs));
    return [objective.loss(targets, output), ...metrics];
  });
}
