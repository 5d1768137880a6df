import type { NamedTensorMap, Optimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Batch } from './batch.js';
import type { BatchTargets, Objective } from './objective.js';

/** What a step computes before its optimizer steps. */
interface StepResult {
  /** Loss and metrics. */
  readonly values: Tensor[];
  readonly gradients: Tensor[];
}

/** A computation that a backend sends again instead of computing it, as @cnnkit/backend does. */
interface RecordedStep {
  run(
    inputs: readonly Tensor[],
    assumptions: readonly unknown[],
    compute: (inputs: Tensor[]) => StepResult,
  ): StepResult;
  forget(): void;
}

/** What a backend has that records steps. */
interface Recorder {
  recordStep?(model: object): RecordedStep;
  stepAssumptions?(model: object, optimizer: object, afterStep: boolean): unknown[] | undefined;
  updateAssumptions?(optimizer: object): unknown[] | undefined;
  constraintAssumptions?(constraint: object): readonly unknown[] | undefined;
}

/** A model's step on a backend, which one run leaves to the next. */
interface ModelStep {
  readonly recorder: Recorder;
  readonly step: RecordedStep;
  /** Names of the variables that its gradients are of. */
  names: readonly string[];
}

/** A backend gives back what a step holds when its model is disposed, or room is short. */
const steps = new WeakMap<object, ModelStep>();

function stepOf(model: object, recorder: Recorder): ModelStep | undefined {
  const known = steps.get(model);
  if (known?.recorder === recorder) return known;
  known?.step.forget();
  const step = recorder.recordStep?.(model);
  if (step === undefined) return undefined;
  const made = { recorder, step, names: [] };
  steps.set(model, made);
  return made;
}

/** Trains a model batch by batch. */
export class Trainer {
  readonly #model: LayersModel;
  readonly #objective: Objective;

  constructor(model: LayersModel, objective: Objective) {
    this.#model = model;
    this.#objective = objective;
  }

  /**
   * One optimizer step on `batch`.
   *
   * @returns the loss before the step and the metrics of the same forward pass, one for each of
   *   `objective.names`; the caller disposes them
   */
  step(batch: Batch): Scalar[] {
    return tf.tidy(() => {
      const optimizer = this.#model.optimizer;
      const xs = batch.xs();
      const targets = this.#objective.targets(batch);
      const recorder = tf.backend() as Recorder;
      const assumptions = this.#assumptions(recorder, optimizer);
      const own = assumptions && stepOf(this.#model, recorder);
      return own === undefined
        ? this.#minimize(optimizer, xs, targets)
        : this.#record(own, optimizer, xs, targets, assumptions as unknown[]);
    });
  }

  #minimize(optimizer: Optimizer, xs: Tensor, targets: BatchTargets): Scalar[] {
    let output: Tensor | undefined;
    const loss = optimizer.minimize(
      () => {
        output = tf.keep(this.#objective.forward(xs, true));
        return this.#objective.loss(targets, output);
      },
      true,
      this.#variables(),
    ) as Scalar;
    // Outside `minimize`, so that the metrics are not put on its tape.
    const outputs = this.#objective.outputs(output as Tensor);
    const metrics = this.#objective.metrics.map((metric) => metric.value(targets, outputs));
    (output as Tensor).dispose();
    constrain(this.#model);
    return [loss, ...metrics];
  }

  /** The same in a form that the backend need not compute each time; in two parts if it must. */
  #record(
    own: ModelStep,
    optimizer: Optimizer,
    xs: Tensor,
    targets: BatchTargets,
    assumptions: unknown[],
  ): Scalar[] {
    const update = own.recorder.updateAssumptions?.(optimizer);
    if (update !== undefined) assumptions.push(...update);
    const { metrics } = this.#objective;
    const within = metrics.filter(({ afterStep }) => !afterStep);
    const behind = within.length < metrics.length;
    const { ys, labels, weights } = targets;
    const given = [xs, ys, labels, weights].filter((tensor) => tensor !== undefined);
    assumptions.push(labels === undefined, weights === undefined);
    const { values, gradients } = own.step.run(given, assumptions, (inputs) => {
      const [x, y, ...rest] = inputs as [Tensor, Tensor, ...Tensor[]];
      const uploaded: BatchTargets = {
        ys: y,
        labels: labels && rest.shift(),
        weights: weights && rest.shift(),
      };
      let output: Tensor | undefined;
      const { value, grads } = optimizer.computeGradients(() => {
        output = tf.keep(this.#objective.forward(x, true));
        return this.#objective.loss(uploaded, output);
      }, this.#variables());
      const outputs = this.#objective.outputs(output as Tensor);
      const metrics = within.map((metric) => metric.value(uploaded, outputs));
      // Cloned, since it may be the output itself.
      if (behind) metrics.push(tf.clone(outputs.probabilities()) as Scalar);
      (output as Tensor).dispose();
      const values = [value, ...metrics];
      if (update !== undefined) {
        optimizer.applyGradients(grads);
        tf.dispose(grads);
        constrain(this.#model);
        return { values, gradients: [] };
      }
      own.names = Object.keys(grads);
      return { values, gradients: Object.values(grads) };
    });
    if (update === undefined) {
      const entries = gradients.map((gradient, i) => [own.names[i] as string, gradient]);
      optimizer.applyGradients(Object.fromEntries(entries) as NamedTensorMap);
      constrain(this.#model);
    }
    return behind ? this.#complete(targets, values) : (values as Scalar[]);
  }

  /** Puts the metrics that are called behind a step among its values, of which its probabilities are the last. */
  #complete(targets: BatchTargets, values: Tensor[]): Scalar[] {
    const probabilities = values.pop() as Tensor;
    const outputs = { raw: probabilities, probabilities: () => probabilities };
    for (const [i, metric] of this.#objective.metrics.entries()) {
      if (metric.afterStep) values.splice(i + 1, 0, metric.value(targets, outputs));
    }
    return values as Scalar[];
  }

  /** All that a step depends on beside batch and weights; undefined if it cannot be recorded. */
  #assumptions(recorder: Recorder, optimizer: Optimizer): unknown[] | undefined {
    const { purpose } = this.#objective;
    const assumptions = purpose && recorder.stepAssumptions?.(this.#model, optimizer, true);
    if (assumptions === undefined) return undefined;
    assumptions.push(...(purpose as readonly unknown[]));
    for (const weight of this.#model.trainableWeights) {
      // What is trained may be other weights without anything compiled anew.
      assumptions.push(weight.read());
      if (weight.constraint == null) continue;
      const constraint = recorder.constraintAssumptions?.(weight.constraint);
      if (constraint === undefined) return undefined;
      assumptions.push(...constraint);
    }
    return assumptions;
  }

  #variables(): Variable[] {
    return this.#model.trainableWeights.map((weight) => weight.read() as Variable);
  }
}

/** tfjs applies the constraints of weights when they are written, but not when an optimizer steps. */
function constrain(model: LayersModel): void {
  for (const weight of model.trainableWeights) {
    if (weight.constraint == null) continue;
    const copy = tf.clone(weight.read());
    weight.write(copy);
    // At once, so that nobody but the weight holds its values.
    copy.dispose();
  }
}
