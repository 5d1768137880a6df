import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** What a layer holds and does for one input. */
export interface LayerCost {
  readonly name: string;
  readonly className: string;
  /** Shape of the output, without the batch axis. */
  readonly outputShape: readonly number[];
  readonly parameters: number;
  /** Products summed in one forward pass of one input; 0 for layers that only move or compare. */
  readonly multiplyAdds: number;
}

/** What a model holds and does for one input, in all and by layer. */
export interface ModelCost {
  readonly layers: readonly LayerCost[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Numbers that all layers' outputs hold together: what training keeps for the way back. */
  readonly activations: number;
}

/**
 * Parameters and multiply-adds of every layer, for one input: why a convolution that holds little
 * computes much. Training a step costs about three times the forward pass, times the batch.
 *
 * Counted are the products of kernels (convolution, depthwise, separable, transposed, dense) and
 * one multiply-add a value for normalisation. Biases, activations, pools and dropout count 0.
 *
 * @param model - A built model of tfjs; borrowed.
 * @throws TypeError for a layer with weights and no rule here.
 */
export function modelCost(model: LayersModel): ModelCost {
  const costs = model.layers.map((layer): LayerCost => {
    const outputShape = shapeOf(layer.outputShape);
    return {
      name: layer.name,
      className: layer.getClassName(),
      outputShape,
      parameters: layer.countParams(),
      multiplyAdds: multiplyAdds(layer, outputShape),
    };
  });
  return {
    layers: costs,
    parameters: model.countParams(),
    multiplyAdds: costs.reduce((sum, cost) => sum + cost.multiplyAdds, 0),
    activations: costs.reduce((sum, cost) => sum + product(cost.outputShape), 0),
  };
}

function multiplyAdds(layer: layers.Layer, output: readonly number[]): number {
  if (layer.weights.length === 0) return 0;
  const input = shapeOf(layer.inboundNodes[0]?.inputShapes);
  const kernels = layer.weights.filter((weight) => weight.shape.length > 1);
  const channelsLast = layer.getConfig().dataFormat !== 'channelsFirst';
  const positions = (shape: readonly number[]) =>
    product(channelsLast ? shape.slice(0, -1) : shape.slice(1));
  const values = (index: number) => product(kernels[index]!.shape as number[]);
  switch (layer.getClassName()) {
    case 'Conv1D':
    case 'Conv2D':
    case 'Conv3D':
    case 'DepthwiseConv2D':
      return positions(output) * values(0);
    case 'SeparableConv2D':
      return positions(output) * (values(0) + values(1));
    case 'Conv2DTranspose':
    case 'Conv3DTranspose':
      return positions(input) * values(0);
    case 'Dense':
      return product(input.slice(0, -1)) * values(0);
    case 'BatchNormalization':
    case 'LayerNormalization':
    case 'PReLU':
      return product(output);
    default:
      throw new TypeError(
        `modelCost: layers must be of a kind whose products are known; received ${layer.getClassName()} (${layer.name}).`,
      );
  }
}

function shapeOf(shape: unknown): number[] {
  const one = Array.isArray(shape) && Array.isArray(shape[0]) ? shape[0] : shape;
  return (one as (number | null)[]).slice(1).map((axis) => axis ?? 1);
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}
