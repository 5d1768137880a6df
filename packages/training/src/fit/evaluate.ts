import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Callback, Logs } from '../callback.js';
import { yieldToEventLoop } from '../internal/yield-to-event-loop.js';
import { type BatchSource, batchSource, targetsOf } from './batch-source.js';
import { CallbackList } from './callback-list.js';
import type { ScaleOptions, TrainingData } from './data.js';
import { type Objective, objectiveOf } from './objective.js';
import { RunningMeans } from './running-means.js';
import { createTrainingContext } from './training-context.js';

/** Options of {@link evaluate}. */
export interface EvaluateOptions extends ScaleOptions {
  /** Samples on the device at once; the result is the same. Default: 32. */
  readonly batchSize?: number;
  /** Their `onTestBegin` and `onTestEnd` are called. Default: none. */
  readonly callbacks?: readonly Callback[];
  /** Ends after the current batch, with its reason thrown: part of an evaluation is none. */
  readonly signal?: AbortSignal;
}

/**
 * Loss and metrics of a compiled model over a dataset, each the mean over all samples.
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
  const source = batchSource('evaluate', model, data, batchSize, options);
  const objective = objectiveOf('evaluate', model, targetsOf('evaluate', data));
  const order = Int32Array.from({ length: source.count }, (_, i) => i);
  const context = createTrainingContext(model, {
    epochs: 1,
    steps: Math.ceil(source.count / batchSize),
    batchSize,
    samples: source.count,
  });
  const list = new CallbackList(callbacks, context);
  return evaluateSource({ source, objective, order, batchSize, callbacks: list, signal });
}

interface Evaluation {
  readonly source: BatchSource;
  readonly objective: Objective;
  readonly order: Int32Array;
  readonly batchSize: number;
  readonly callbacks: CallbackList;
  readonly signal: AbortSignal | undefined;
}

/** The loop that `evaluate` and `fit`'s validation share. */
export async function evaluateSource(evaluation: Evaluation): Promise<Logs> {
  const { source, objective, order, batchSize, callbacks, signal } = evaluation;
  await callbacks.onTestBegin();
  const means = new RunningMeans(objective.names);
  try {
    let yieldedAt = Date.now();
    for (let start = 0; start < order.length; start += batchSize) {
      const end = Math.min(start + batchSize, order.length);
      means.add(testBatch(source, objective, order, start, end), end - start);
      if (means.full) await means.flush();
      if (Date.now() - yieldedAt > 20) {
        await yieldToEventLoop();
        yieldedAt = Date.now();
      }
      signal?.throwIfAborted();
    }
    await means.flush();
  } finally {
    means.dispose();
  }
  const logs = means.logs();
  await callbacks.onTestEnd(logs);
  return logs;
}

function testBatch(
  source: BatchSource,
  objective: Objective,
  order: Int32Array,
  start: number,
  end: number,
): Scalar[] {
  return tf.tidy(() => {
    const xs = tf.tensor(source.xs(order, start, end), [end - start, ...source.sampleShape]);
    const targets = objective.targets(order, start, end);
    const output: Tensor = objective.forward(xs, false);
    return [objective.loss(targets, output), ...objective.metrics(targets, output)];
  });
}
