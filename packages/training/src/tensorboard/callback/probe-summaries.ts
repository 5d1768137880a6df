import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, type SymbolicTensor, model as tfModel } from '@tensorflow/tfjs-layers';
import type { SummaryValue } from '../events/event.js';
import { histogramSummary } from '../payloads/histogram.js';
import { weightPaths } from './weight-paths.js';

/** Samples on which activations and gradients are looked at, the same in every epoch. */
export interface Probe {
  /** A batch of inputs; borrowed, and must live until training ends. */
  readonly xs: tf.Tensor;
  /** Its targets, for histograms of gradients; borrowed. */
  readonly ys?: tf.Tensor;
  /** Default the loss the model was compiled with. */
  readonly loss?: LossFunction;
}

/** Loss of targets and predictions: one value a sample, or one for all. */
export type LossFunction = (ys: tf.Tensor, predictions: tf.Tensor) => tf.Tensor;

/**
 * Histograms of what each layer gives for `xs`, as `<layer>/activation/histogram`. Layers run as
 * in prediction: no dropout.
 */
export async function activationSummaries(
  model: LayersModel,
  xs: tf.Tensor,
): Promise<SummaryValue[]> {
  const layers = model.layers.filter((layer) => layer.getClassName() !== 'InputLayer');
  const outputs = layers.map((layer) => ({ name: layer.name, output: outputIn(model, layer) }));
  const whole = tfModel({ inputs: model.inputs, outputs: outputs.map(({ output }) => output) });
  const tensors = tf.tidy(() => [whole.predict(xs)].flat() as tf.Tensor[]);
  try {
    const summaries: SummaryValue[] = [];
    for (const [i, { name }] of outputs.entries()) {
      summaries.push(histogramSummary(`${name}/activation/histogram`, await tensors[i]!.data()));
    }
    return summaries;
  } finally {
    tf.dispose(tensors);
  }
}

/**
 * Histograms of the gradients of the loss on `xs` and `ys`, as `<weight>/gradient/histogram`.
 * Layers run as in prediction, so that no dropout mask and no batch statistics come in, and
 * nothing of the model changes.
 *
 * @throws TypeError if the model has not been compiled or has several outputs
 */
export async function gradientSummaries(
  model: LayersModel,
  xs: tf.Tensor,
  ys: tf.Tensor,
  loss?: LossFunction,
): Promise<SummaryValue[]> {
  const lossOf = loss ?? compiledLoss(model);
  if (!lossOf || model.outputs.length !== 1) {
    throw new TypeError(
      `TensorBoard: probe.ys wants a compiled model with one output; ${model.name} ${lossOf ? `has ${model.outputs.length}` : 'has no loss'}. Give probe.loss, or leave ys out.`,
    );
  }
  const paths = weightPaths(model).filter(({ weight }) => weight.trainable);
  const variables = paths.map(({ weight }) => weight.read() as tf.Variable);
  const { value, grads } = tf.variableGrads(
    () => tf.mean(lossOf(ys, model.apply(xs) as tf.Tensor)) as tf.Scalar,
    variables,
  );
  try {
    const summaries: SummaryValue[] = [];
    for (const [i, { path }] of paths.entries()) {
      const gradient = grads[variables[i]!.name];
      // A weight that the loss does not depend on has none.
      if (!gradient) continue;
      summaries.push(histogramSummary(`${path}/gradient/histogram`, await gradient.data()));
    }
    return summaries;
  } finally {
    tf.dispose([value, grads]);
  }
}

/** A Sequential model keeps what it was compiled with in a model of its own. */
function compiledLoss(model: LayersModel): LossFunction | undefined {
  const inner = (model as { readonly model?: LayersModel }).model;
  return (model.lossFunctions ?? inner?.lossFunctions)?.[0];
}

/** The layer's output in this model: a layer that stands in several has one for each. */
function outputIn(model: LayersModel, layer: LayersModel['layers'][number]): SymbolicTensor {
  for (let node = 0; node < layer.inboundNodes.length; node++) {
    const output = [layer.getOutputAt(node)].flat()[0]!;
    try {
      tfModel({ inputs: model.inputs, outputs: output });
      return output;
    } catch {
      // Not reachable from this model's inputs: the node of another model.
    }
  }
  throw new TypeError(
    `TensorBoard: every layer must be called within its model; ${layer.name} of ${model.name} is not. Leave probe out.`,
  );
}
