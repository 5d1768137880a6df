import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** The only output of `model`; `training` switches dropout on. Call inside a tidy. */
export function forward(model: LayersModel, xs: Tensor, training: boolean): Tensor {
  const outputs = model.call(xs, { training });
  return Array.isArray(outputs) ? (outputs[0] as Tensor) : outputs;
}
