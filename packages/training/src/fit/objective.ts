import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Batch } from './batch.js';
import { requireOneInput } from './batch-source.js';
import { compiledModel } from './compiled-model.js';
import { CountedMetrics, isAfterStep, isCounted } from './counted-metrics.js';
import { crossEntropyFromLogits } from './cross-entropy.js';
import { forward } from './forward.js';
import { kerasName } from './keras-name.js';
import { softmaxLogits } from './logits.js';
import type { Targets } from './targets.js';
import { type UploadedTargets, uploadTargets } from './upload-targets.js';
import { type MetricFunction, perSampleMetric, type WeightedMetric } from './weighted-metrics.js';

/** What a model was compiled for, made ready to run on batches. */
export interface Objective {
  /** `loss` first, then the metrics, then the weighted metrics, as Keras spells them. */
  readonly names: readonly string[];
  /**
   * Stands for what it computes: two objectives over one model with the same here compute the same.
   * Undefined if weighted metrics may do more than compute: functions that do not say `recordable = true`,
   * and have no `afterStep`.
   */
  readonly purpose: readonly unknown[] | undefined;
  /** Those of the metrics that count over a whole pass. */
  readonly counted: CountedMetrics;
  /** Refuses targets that do not fit the model. `name` opens the message. */
  check(name: string, targets: Targets): void;
  /** Uploads what `loss` and `metrics` compare with; the caller disposes it. */
  targets(batch: Batch): BatchTargets;
  /** The model's output; `fromLogits` says what `loss` and `metrics` then get. */
  forward(xs: Tensor, training: boolean): Tensor;
  /** Sum over the batch divided by its samples, penalties of regularizers included. */
  loss(targets: BatchTargets, output: Tensor): Scalar;
  /** What metrics compare with targets, of an output. */
  outputs(output: Tensor): Outputs;
  /** One for each name after `loss`. */
  readonly metrics: readonly BatchMetric[];
  /** What the sums behind each of `names` are divided by in the end: samples, or their weights. */
  counts(batch: Batch): number[];
}

/** A model's output in the forms that metrics take; the same tensors at each call. */
export interface Outputs {
  /** What `forward` gave. */
  readonly raw: Tensor;
  probabilities(): Tensor;
}

export interface BatchMetric {
  /**
   * Whether it counts in JavaScript, and so must be called at each step. It may be behind the step, and
   * wants nothing but the probabilities.
   */
  readonly afterStep: boolean;
  /** The (weighted) sum over the batch divided by its samples. */
  value(targets: BatchTargets, outputs: Outputs): Scalar;
}

export interface BatchTargets extends UploadedTargets {
  /** float32 `[n]`, or undefined if all samples weigh 1. */
  readonly weights: Tensor | undefined;
}

/** The members of a compiled `LayersModel` that its types keep to themselves. */
interface Compiled {
  lossFunctions: MetricFunction[];
  metricsTensors: [MetricFunction, number][];
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
export function objectiveOf(
  name: string,
  model: LayersModel,
  weightedMetrics: readonly WeightedMetric[] = [],
): Objective {
  requireOneInput(name, model);
  const compiled = compiledModel(model) as unknown as Compiled;
  const lossFunction = compiled.lossFunctions?.[0];
  if (lossFunction === undefined) {
    throw new TypeError(`${name}: model must be compiled with a loss; call model.compile() first.`);
  }
  const width = model.outputs[0]?.shape.at(-1) ?? 1;
  const lossName = typeof compiled.loss === 'string' ? compiled.loss : '';
  const fromSparse = lossName === SPARSE;
  const overClasses = fromSparse || lossName === CATEGORICAL;
  const logits = overClasses ? softmaxLogits(model) : undefined;
  const sparse = fromSparse && logits === undefined;
  // A model with one output, or a binary loss, is right or wrong at each output by itself.
  const byThreshold = width === 1 || lossName === 'binaryCrossentropy';
  const metrics = compiled.metricsTensors.map(([metric], i) => {
    const metricName = compiled.metricsNames[i + 1] as string;
    const accuracy = metricName === 'acc' && !byThreshold;
    return { name: kerasName(metricName), metric, accuracy };
  });
  const weighted = weightedMetrics.map((metric) => perSampleMetric(name, metric, byThreshold));
  const names = ['loss', ...metrics.map((metric) => metric.name)];
  for (const metric of weighted) names.push(uniqueName(names, metric.name));
  const all = [...metrics, ...weighted];
  return {
    names,
    counted: new CountedMetrics(
      all.flatMap(({ metric }, i) => (isCounted(metric) ? [[names[i + 1] as string, metric]] : [])),
    ),
    purpose: weightedMetrics.every(isPure)
      ? [
          ...[compiled.lossFunctions, compiled.metricsTensors, lossName, width, names.join()],
          ...weightedMetrics,
        ]
      : undefined,
    check(checked, targets) {
      if (targets.kind === 'classes') requireClasses(checked, targets.values, width, overClasses);
      else if (targets.width !== (sparse ? 1 : width) && !(fromSparse && targets.width === 1)) {
        throw new RangeError(
          `${checked}: ys must hold ${width} targets a sample, as many as the model has outputs; received ${targets.width}.`,
        );
      }
    },
    targets: ({ targets, weights }) => ({
      ...uploadTargets(targets, { width, sparse, fromSparse }),
      weights: weights && tf.tensor1d(weights),
    }),
    forward: (xs, training) =>
      logits === undefined ? forward(model, xs, training) : logits(xs, training),
    loss: ({ ys, weights }, output) => {
      const loss =
        logits === undefined
          ? weightedMean(name, 'loss', lossFunction(ys, output), weights)
          : crossEntropyFromLogits(ys, output, weights);
      return model
        .calculateLosses()
        .reduce((total: Scalar, penalty: Scalar) => tf.add(total, penalty), loss);
    },
    outputs(raw) {
      let probabilities = logits === undefined ? raw : undefined;
      return {
        raw,
        probabilities: () => {
          probabilities ??= tf.softmax(raw);
          return probabilities;
        },
      };
    },
    metrics: [
      ...metrics.map(
        ({ metric, accuracy }): BatchMetric => ({
          afterStep: !accuracy && isAfterStep(metric),
          value: (targets, outputs) =>
            tf.mean(
              accuracy ? hits(targets, outputs) : metric(targets.ys, outputs.probabilities()),
            ),
        }),
      ),
      ...weighted.map(
        ({ name: metricName, metric, counted }): BatchMetric => ({
          afterStep: isAfterStep(metric),
          value(targets, outputs) {
            const { ys, weights } = targets;
            if (counted) return counted(ys, outputs.probabilities(), weights);
            const values =
              metric === 'hits' ? hits(targets, outputs) : metric(ys, outputs.probabilities());
            return weightedMean(name, `weightedMetrics: ${metricName}`, values, weights);
          },
        }),
      ),
    ],
    counts: ({ shape: [n = 0], weights }) => {
      const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? n;
      return names.map((_, i) => (i > metrics.length ? total : n));
    },
  };
}

/** Of each sample, whether the largest output is that of its class. */
function hits({ ys, labels }: BatchTargets, { raw }: Outputs): Tensor {
  return tf.cast(tf.equal(tf.argMax(raw, -1), labels ?? tf.argMax(ys, -1)), 'float32');
}

/** Whether a metric is tfjs's own, says that it computes from its arguments alone, or is called behind the step. */
function isPure(metric: WeightedMetric): boolean {
  if (typeof metric === 'string' || isAfterStep(metric)) return true;
  return (
    Object.hasOwn(metric, 'recordable') && (metric as { recordable?: unknown }).recordable === true
  );
}

/** The sum of values times weights, divided by the number of values. */
function weightedMean(
  name: string,
  field: string,
  values: Tensor,
  weights: Tensor | undefined,
): Scalar {
  if (weights === undefined) return tf.mean<Scalar>(values);
  if (values.shape[0] !== weights.size) {
    throw new RangeError(
      `${name}: ${field} must give a value for each sample to be weighted; ` +
        `received a tensor of shape [${values.shape.join(', ')}] for ${weights.size} samples.`,
    );
  }
  // A weight for each sample, whatever more there is to one.
  const shape = [weights.size, ...values.shape.slice(1).map(() => 1)];
  return tf.mean<Scalar>(tf.mul(tf.cast(values, 'float32'), tf.reshape(weights, shape)));
}

/** Keras's: a weighted metric takes its name, or `weighted_` and its name if that one is there. */
function uniqueName(taken: readonly string[], name: string): string {
  if (!taken.includes(name)) return name;
  const second = `weighted_${name}`;
  if (!taken.includes(second)) return second;
  let count = 1;
  while (taken.includes(`${second}_${count}`)) count++;
  return `${second}_${count}`;
}

function requireClasses(
  name: string,
  labels: Int32Array | Uint8Array,
  width: number,
  overClasses: boolean,
): void {
  const classes = width === 1 && !overClasses ? 2 : width;
  const bad = labels.findIndex((label) => !(label >= 0 && label < classes));
  if (bad !== -1) {
    throw new RangeError(
      `${name}: labels must lie in 0 to ${classes - 1}, for the model has ${width} outputs; received ${labels[bad]} for sample ${bad}.`,
    );
  }
}
