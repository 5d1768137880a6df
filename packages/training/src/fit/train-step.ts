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
  recordStep?(): RecordedStep;
  stepAssumptions?(model: object, optimizer: object): unknown[] | undefined;
}

/** Trains a model batch by batch. */
export class Trainer {
  readonly #model: LayersModel;
  readonly #objective: Objective;
  #recorder: Recorder | undefined;
  #step: RecordedStep | undefined;
  #names: string[] = [];

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
      const xs = tf.tensor(batch.xs, [...batch.shape]);
      const targets = this.#objective.targets(batch);
      const assumptions = this.#assumptions(optimizer);
      const values =
        assumptions === undefined
          ? this.#minimize(optimizer, xs, targets)
          : this.#record(optimizer, xs, targets, assumptions);
      constrain(this.#model);
      return values;
    });
  }

  /** Lets go of what a backend keeps to be faster; it may go on. */
  dispose(): void {
    this.#step?.forget();
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
    const metrics = this.#objective.metrics(targets, output as Tensor);
    (output as Tensor).dispose();
    return [loss, ...metrics];
  }

  /** The same in two parts, the first of which the backend need not compute each time. */
  #record(
    optimizer: Optimizer,
    xs: Tensor,
    targets: BatchTargets,
    assumptions: readonly unknown[],
  ): Scalar[] {
    const { ys, labels, weights } = targets;
    const given = [xs, ys, labels, weights].filter((tensor) => tensor !== undefined);
    const { values, gradients } = (this.#step as RecordedStep).run(given, assumptions, (inputs) => {
      const [x, y, ...rest] = inputs as [Tensor, Tensor, ...Tensor[]];
      const own: BatchTargets = {
        ys: y,
        labels: labels && rest.shift(),
        weights: weights && rest.shift(),
      };
      let output: Tensor | undefined;
      const { value, grads } = optimizer.computeGradients(() => {
        output = tf.keep(this.#objective.forward(x, true));
        return this.#objective.loss(own, output);
      }, this.#variables());
      const metrics = this.#objective.metrics(own, output as Tensor);
      (output as Tensor).dispose();
      this.#names = Object.keys(grads);
      return { values: [value, ...metrics], gradients: Object.values(grads) };
    });
    const entries = gradients.map((gradient, i) => [this.#names[i] as string, gradient]);
    optimizer.applyGradients(Object.fromEntries(entries) as NamedTensorMap);
    return values as Scalar[];
  }

  /** All that a step depends on beside batch and weights; undefined if it cannot be recorded. */
  #assumptions(optimizer: Optimizer): unknown[] | undefined {
    if (!this.#objective.weightedByNames) return undefined;
    const recorder = tf.backend() as Recorder;
    if (recorder !== this.#recorder) {
      this.dispose();
      this.#recorder = recorder;
      this.#step = recorder.recordStep?.();
    }
    return this.#step && recorder.stepAssumptions?.(this.#model, optimizer);
  }

  #variables(): Variable[] {
    return this.#model.trainableWeights.map((weight) => weight.read() as Variable);
  }
}

/** tfjs applies the constraints of weights when they are written, but not when an optimizer steps. */
function constrain(model: LayersModel): void {
  for (const weight of model.trainableWeights) {
    if (weight.constraint != null) weight.write(tf.clone(weight.read()));
  }
}
