import { reshape, Tensor, type Tensor as TensorType, tensor, tidy } from '@tensorflow/tfjs-core';
import {
  model as buildModel,
  type LayersModel,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import type { LayerActivation } from './feature-maps.js';
import { received } from './internal/check.js';

/** One image as plain data, in the scale on which the model was trained. */
export interface ActivationImage {
  readonly data: ArrayLike<number>;
  /** Height, width, channels: what the model takes, without the batch. */
  readonly shape: readonly number[];
}

/** Options of {@link layerActivations}. */
export interface LayerActivationsOptions {
  /** The names of the layers wanted; default all but the input. */
  readonly layers?: readonly string[];
}

/**
 * What every layer of a model makes of one image, computed in one forward pass.
 *
 * @param model - A built model with one input, sequential or functional; borrowed, and unchanged.
 * @param image - Plain data, or a tensor without batch or with a batch of one; borrowed.
 * @param options - See {@link LayerActivationsOptions}.
 * @returns Plain data in the order of the model's layers, for `featureMaps`; no tensor is left
 *   behind. A layer with several outputs gives its first, a layer used twice its last use.
 * @throws TypeError for no model or no image, RangeError for a shape that the model does not take
 *   or a layer that it does not have.
 * @example
 * ```ts
 * import { featureMaps } from '@cnnkit/visualization';
 * import { layerActivations } from '@cnnkit/visualization/tfjs';
 * const svg = featureMaps(await layerActivations(model, { data: pixels, shape: [28, 28, 1] }));
 * ```
 */
export async function layerActivations(
  model: LayersModel,
  image: ActivationImage | TensorType,
  options: LayerActivationsOptions = {},
): Promise<LayerActivation[]> {
  if (!Array.isArray(model?.layers) || !Array.isArray(model.inputs)) {
    throw new TypeError(
      `layerActivations: model must be a built tfjs layers model; received ${received(model)}.`,
    );
  }
  const outputs = layerOutputs(model);
  const names = options.layers ?? [...outputs.keys()];
  for (const name of names) {
    if (!outputs.has(name)) {
      throw new RangeError(
        `layerActivations: layers must be among ${[...outputs.keys()].join(', ')}; received '${name}'.`,
      );
    }
  }
  const inputShape = model.inputs[0]!.shape.slice(1);
  const given = imageShape(image);
  if (
    given.length !== inputShape.length ||
    !inputShape.every((size, axis) => size === null || size === given[axis])
  ) {
    throw new RangeError(
      `layerActivations: image must have the shape [${inputShape.join(', ')}] that the model takes; received [${given.join(', ')}].`,
    );
  }
  if (names.length === 0) return [];
  // A model of its own over the same layers. It owns no weights, so there is nothing to dispose; a
  // name keeps it from drawing on the counter behind automatic names.
  const probe = buildModel({
    name: 'cnnkit-layer-activations',
    inputs: model.inputs,
    outputs: names.map((name) => outputs.get(name)!),
  });
  const activations = tidy(() => {
    const batch =
      image instanceof Tensor
        ? reshape(image, [1, ...given])
        : tensor(Float32Array.from(image.data), [1, ...given]);
    const results = probe.predict(batch, { batchSize: 1 });
    return Array.isArray(results) ? results : [results];
  });
  try {
    return await Promise.all(
      activations.map(async (activation, index) => ({
        name: names[index]!,
        data: await activation.data(),
        shape: activation.shape.slice(1),
      })),
    );
  } finally {
    for (const activation of activations) activation.dispose();
  }
}

/** The output of every layer as this model uses it: a layer may serve other models as well. */
function layerOutputs(model: LayersModel): Map<string, SymbolicTensor> {
  const found = new Map<string, SymbolicTensor>();
  const seen = new Set<SymbolicTensor>();
  const visit = (output: SymbolicTensor): void => {
    if (seen.has(output)) return;
    seen.add(output);
    const { name } = output.sourceLayer;
    if (output.sourceLayer.getClassName() !== 'InputLayer' && !found.has(name))
      found.set(name, output);
    // An input of the model may be the output of a layer before it, which is not ours to compute.
    if (!model.inputs.includes(output)) output.inputs.forEach(visit);
  };
  model.outputs.forEach(visit);
  return new Map(
    model.layers.flatMap((layer) => {
      const output = found.get(layer.name);
      return output === undefined ? [] : [[layer.name, output]];
    }),
  );
}

function imageShape(image: ActivationImage | TensorType): readonly number[] {
  if (typeof image !== 'object' || image === null || !Array.isArray(image.shape)) {
    throw new TypeError(
      `layerActivations: image must be a tensor or have data and shape; received ${received(image)}.`,
    );
  }
  if (image instanceof Tensor)
    return image.rank === 4 && image.shape[0] === 1 ? image.shape.slice(1) : image.shape;
  const values = image.shape.reduce((product, size) => product * size, 1);
  if (image.data?.length !== values) {
    throw new RangeError(
      `layerActivations: image.data must hold ${values} values for the shape [${image.shape.join(', ')}]; received ${image.data?.length}.`,
    );
  }
  return image.shape;
}
