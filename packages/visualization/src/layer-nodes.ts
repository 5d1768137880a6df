import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { received } from './internal/check.js';
import type { LayerNode } from './layer-node.js';

/**
 * The layers of a model and how they hang together, for `modelGraph` and `layeredView`.
 *
 * @param model - A built model, sequential or functional; borrowed, and unchanged.
 * @returns Plain data in the order of the model's layers. A nested model is one layer.
 * @throws TypeError for no model.
 * @example
 * ```ts
 * import { modelGraph } from '@cnnkit/visualization';
 * import { layerNodes } from '@cnnkit/visualization/tfjs';
 * const svg = await modelGraph(layerNodes(model));
 * ```
 */
export function layerNodes(model: LayersModel): LayerNode[] {
  if (!Array.isArray(model?.layers) || !Array.isArray(model.outputs)) {
    throw new TypeError(
      `layerNodes: model must be a built tfjs layers model; received ${received(model)}.`,
    );
  }
  const found = new Map<string, { output: SymbolicTensor; inputs: Set<string> }>();
  const visit = (output: SymbolicTensor): void => {
    const { name } = output.sourceLayer;
    const node = found.get(name) ?? { output, inputs: new Set<string>() };
    const first = !found.has(name);
    found.set(name, node);
    for (const input of output.inputs) node.inputs.add(input.sourceLayer.name);
    if (first) output.inputs.forEach(visit);
  };
  model.outputs.forEach(visit);
  // A sequential model does not list its input among its layers, but its graph begins there.
  const listed = new Set(model.layers.map((layer) => layer.name));
  const order = [
    ...model.inputs.map((tensor) => tensor.sourceLayer.name).filter((name) => !listed.has(name)),
    ...listed,
  ];
  return order.flatMap((name) => {
    const node = found.get(name);
    if (node === undefined) return [];
    const layer = node.output.sourceLayer;
    const activation = (layer.getConfig() as { activation?: unknown }).activation;
    return [
      {
        name,
        type: layer.getClassName(),
        outputShape: node.output.shape.slice(1),
        params: layer.countParams(),
        ...(typeof activation === 'string' && activation !== 'linear' ? { activation } : {}),
        inputs: [...node.inputs],
      },
    ];
  });
}
