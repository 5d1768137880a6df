import type { Optimizer, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Batch } from './batch.js';
import type { Objective } from './objective.js';

/**
 * One optimizer step on `batch`.
 *
 * @returns the loss before the step and the metrics of the same forward pass, one for each of
 *   `objective.names`; the caller disposes them
 */
export function trainStep(
  model: LayersModel,
  optimizer: Optimizer,
  objective: Objective,
  batch: Batch,
): Scalar[] {
  return tf.tidy(() => {
    const xs = tf.tensor(batch.xs, [...batch.shape]);
    const targets = objective.targets(batch);
    let output: Tensor | undefined;
    const loss = optimizer.minimize(
      () => {
        output = tf.keep(objective.forward(xs, true));
        return objective.loss(targets, output);
      },
      true,
      model.trainableWeights.map((weight) => weight.read() as Variable),
    ) as Scalar;
    // Outside `minimize`, so that the metrics are not put on its tape.
    const metrics = objective.metrics(targets, output as Tensor);
    (output as Tensor).dispose();
    constrain(model);
    return [loss, ...metrics];
  });
}

/** tfjs applies the constraints of weights when they are written, but not when an optimizer steps. */
function constrain(model: LayersModel): void {
  for (const weight of model.trainableWeights) {
    if (weight.constraint != null) weight.write(tf.clone(weight.read()));
  }
}
