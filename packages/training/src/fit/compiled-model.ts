import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A `Sequential` hands all work on to a model inside; that one holds what `compile` made. */
export function compiledModel(model: LayersModel): LayersModel {
  return (model as unknown as { model?: LayersModel }).model ?? model;
}
