import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Targets } from './batch-source.js';
import { compiledModel } from './compiled-model.js';
import { crossEntropyFromLogits } from './cross-entropy.js';
import { forward } from './forward.js';
import { softmaxLogits } from './logits.js';

type LossOrMetric = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** What a model was compiled for, made ready to run on batches. */
export interface Objective {
  /** `loss` first, then the metrics as Keras spells them. */
  readonly names: readonly string[];
  /** Uploads the targets of the samples `order[start…end)`; the caller disposes them. */
  targets(order: Int32Array, start: number, end: number): BatchTargets;
  /** The model's output; `fromLogits` says what `loss` and `metrics` then get. */
  forward(xs: Tensor, training: boolean): Tensor;
  /** Mean over the batch, penalties of regularizers included. */
  loss(targets: BatchTargets, output: Tensor): Scalar;
  /** Means over the batch, one for each name after `loss`. */
  metrics(targets: BatchTargets, output: Tensor): Scalar[];
}

export interface BatchTargets {
  /** What the loss function takes. */
  readonly ys: Tensor;
  /** Class indices, int32, if the loss is over classes. */
  readonly labels: Tensor | undefined;
}

/** The members of a compiled `LayersModel` that its types keep to themselves. */
interface Compiled {
  lossFunctions: LossOrMetric[];
  metricsTensors: [LossOrMetric, number][];
  metricsNames: string[];
  loss: unknown;
}

const SPARSE = 'sparseCategoricalCrossentropy';
const CATEGORICAL = 'categoricalCrossentropy';

/**
 * Reads loss and metrics off a compiled model.
 *
 * With a softmax at the end and a cross entropy over classes, the loss is taken from the logits, as
 * Keras does when it trains: tfjs clips the probabilities instead, and loses the gradient of a
 * sample that is wrong by a large margin.
 */
export function objectiveOf(name: string, model: LayersModel, data: Targets): Objective {
  const compiled = compiledModel(model) as unknown as Compiled;
  const lossFunction = compiled.lossFunctions?.[0];
  if (lossFunction === undefined) {
    throw new TypeError(`${name}: model must be compiled with a loss; call model.compile() first.`);
  }
  const width = model.outputs[0]?.shape.at(-1) ?? 1;
  const lossName = typeof compiled.loss === 'string' ? compiled.loss : '';
  const overClasses = lossName === SPARSE || lossName === CATEGORICAL;
  const logits = overClasses ? softmaxLogits(model) : undefined;
  const sparse = lossName === SPARSE && logits === undefined;
  if (data.kind === 'classes') requireClasses(name, data.values, width, lossName);
  else if (data.width !== (sparse ? 1 : width) && !(lossName === SPARSE && data.width === 1)) {
    throw new RangeError(
      `${name}: ys must hold ${width} targets a sample, as many as the model has outputs; received ${data.width}.`,
    );
  }
  const metrics = compiled.metricsTensors.map(([metric], i) => {
    const metricName = compiled.metricsNames[i + 1] as string;
    const accuracy = metricName === 'acc' && width > 1 && lossName !== 'binaryCrossentropy';
    return { name: kerasName(metricName), metric, accuracy };
  });
  return {
    names: ['loss', ...metrics.map((metric) => metric.name)],
    targets: (order, start, end) =>
      uploadTargets(data, order, start, end, { width, sparse, fromSparse: lossName === SPARSE }),
    forward: (xs, training) =>
      logits === undefined ? forward(model, xs, training) : logits(xs, training),
    loss: ({ ys }, output) => {
      const loss =
        logits === undefined
          ? tf.mean(lossFunction(ys, output))
          : crossEntropyFromLogits(ys, output);
      return model
        .calculateLosses()
        .reduce((total: Scalar, penalty: Scalar) => tf.add(total, penalty), loss as Scalar);
    },
    metrics: ({ ys, labels }, output) => {
      let probabilities: Tensor | undefined;
      return metrics.map(({ metric, accuracy }) => {
        if (accuracy) {
          const truth = labels ?? tf.argMax(ys, -1);
          return tf.mean(tf.cast(tf.equal(tf.argMax(output, -1), truth), 'float32')) as Scalar;
        }
        probabilities ??= logits === undefined ? output : tf.softmax(output);
        return tf.mean(metric(ys, probabilities)) as Scalar;
      });
    },
  };
}

function requireClasses(
  name: string,
  labels: Int32Array | Uint8Array,
  width: number,
  lossName: string,
): void {
  const classes = width === 1 && lossName !== SPARSE && lossName !== CATEGORICAL ? 2 : width;
  const bad = labels.findIndex((label) => !(label >= 0 && label < classes));
  if (bad !== -1) {
    throw new RangeError(
      `${name}: labels must lie in 0 to ${classes - 1}, for the model has ${width} outputs; received ${labels[bad]} for sample ${bad}.`,
    );
  }
}

function uploadTargets(
  data: Targets,
  order: Int32Array,
  start: number,
  end: number,
  shape: { width: number; sparse: boolean; fromSparse: boolean },
): BatchTargets {
  const n = end - start;
  const { width, sparse, fromSparse } = shape;
  if (data.kind === 'rows' && !(fromSparse && data.width === 1)) {
    const rows = new Float32Array(n * data.width);
    for (let i = 0; i < n; i++) {
      const from = (order[start + i] as number) * data.width;
      rows.set(data.values.subarray(from, from + data.width), i * data.width);
    }
    return { ys: tf.tensor2d(rows, [n, data.width]), labels: undefined };
  }
  const labels = Int32Array.from(
    { length: n },
    (_, i) => data.values[order[start + i] as number] as number,
  );
  if (width === 1 || sparse) {
    const ys = tf.tensor2d(Float32Array.from(labels), [n, 1]);
    return { ys, labels: sparse ? tf.tensor1d(labels, 'int32') : undefined };
  }
  const oneHot = new Float32Array(n * width);
  for (let i = 0; i < n; i++) oneHot[i * width + (labels[i] as number)] = 1;
  return { ys: tf.tensor2d(oneHot, [n, width]), labels: tf.tensor1d(labels, 'int32') };
}

/** tfjs says `acc`, Keras `accuracy`; other names turn from camelCase to Keras's snake_case. */
function kerasName(name: string): string {
  const known: Record<string, string> = { acc: 'accuracy', ce: 'crossentropy' };
  return (
    known[name] ??
    (name.toUpperCase() === name
      ? name.toLowerCase()
      : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`))
  );
}
