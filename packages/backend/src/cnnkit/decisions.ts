import { isOwnLayer, isOwnPart, isPureDropout } from './pure-layers.js';

// What rounding changes in a forward pass matters where it is decided by: a relu's side, a pool's winner. Behind a
// convolution and a batch normalisation, which needs all outputs before it gives the first, what follows is not
// asked for yet when the convolution is computed. So the model's graph tells what it will be.

/** What will decide by a normalisation's outputs; by a sum of them and another layer's, as in residual blocks. */
export type Decision = 'relu' | 'relu and pool' | 'sum and relu';

interface Node {
  readonly inboundLayers: readonly LayerInGraph[];
  readonly outboundLayer: LayerInGraph;
}
/** What a layer of tfjs-layers knows of those around it. */
export interface LayerInGraph {
  readonly inboundNodes?: readonly Node[];
  readonly outboundNodes?: readonly Node[];
}

/** Layers whose outputs are sums of what comes in: a rounding there is one of many, and turns nothing. */
const SUMMING = [
  ...['Conv2D', 'DepthwiseConv2D', 'SeparableConv2D', 'Conv2DTranspose', 'Dense'],
  ...['AveragePooling2D', 'GlobalAveragePooling2D'],
];
/** Layers that hand values on. */
const PASSING = ['Dropout', 'Flatten', 'Reshape', 'Permute', 'ZeroPadding2D', 'Cropping2D'];

/**
 * What decides by the outputs of a batch normalisation of the output of one convolution alone: relu, or relu
 * and a valid 2 x 2 pool, or a sum with another layer's outputs and then relu, before the next sums. Undefined
 * where something else may, or the graph does not tell.
 */
export function decisionBehind(layer: LayerInGraph): Decision | undefined {
  if (!isOfConvolution(layer)) return undefined;
  const relu = only(layer.outboundNodes)?.outboundLayer;
  if (relu === undefined) return undefined;
  if (isSumForRelu(relu, new Set())) return isFirstOfSum(layer, relu) ? 'sum and relu' : undefined;
  if (!isRelu(relu)) return undefined;
  if (isSummedBehind(relu)) return 'relu';
  const pool = only(relu.outboundNodes)?.outboundLayer;
  return pool !== undefined && isPlainPool(pool) && isSummedBehind(pool)
    ? 'relu and pool'
    : undefined;
}

const only = (nodes: readonly Node[] | undefined) => (nodes?.length === 1 ? nodes[0] : undefined);

function isOfConvolution(layer: LayerInGraph): boolean {
  const before = only(layer.inboundNodes)?.inboundLayers;
  const convolution = before?.length === 1 ? before[0] : undefined;
  if (convolution === undefined || !isOwnLayer(convolution, 'Conv2D')) return false;
  return only(convolution.outboundNodes) !== undefined;
}

/**
 * Whether all that reads the layer's outputs sums them.
 *
 * @param asked Layers that are being asked already: in a graph of many ways each is asked once.
 */
function isSummedBehind(layer: LayerInGraph, asked: Set<LayerInGraph> = new Set()): boolean {
  if (asked.has(layer)) return true;
  asked.add(layer);
  const { outboundNodes = [] } = layer;
  return (
    outboundNodes.length > 0 &&
    outboundNodes.every(({ outboundLayer: next }) => {
      if (SUMMING.some((name) => isOwnLayer(next, name))) return true;
      if (isSumForRelu(next, asked)) return true;
      const passing = PASSING.some((name) => isOwnLayer(next, name)) || isPureDropout(next);
      return passing && isSummedBehind(next, asked);
    })
  );
}

/** Whether it adds two layers' outputs, and relu alone decides by the sum. */
function isSumForRelu(layer: LayerInGraph, asked: Set<LayerInGraph>): boolean {
  if (!isOwnLayer(layer, 'Add') || only(layer.inboundNodes)?.inboundLayers.length !== 2)
    return false;
  const relu = only(layer.outboundNodes)?.outboundLayer;
  return relu !== undefined && isRelu(relu) && isSummedBehind(relu, asked);
}

/** One of the two can be settled when they are added: the first that may have to be. */
function isFirstOfSum(layer: LayerInGraph, sum: LayerInGraph): boolean {
  const [one, other] = only(sum.inboundNodes)?.inboundLayers ?? [];
  if (one === layer) return other !== layer;
  return one !== undefined && !(isOwnLayer(one, 'BatchNormalization') && isOfWideConvolution(one));
}

/** Whether it normalises a convolution that Winograd's method may be for. */
function isOfWideConvolution(layer: LayerInGraph): boolean {
  if (!isOfConvolution(layer)) return false;
  const convolution = layer.inboundNodes?.[0]?.inboundLayers[0] as Record<string, unknown>;
  return String(convolution.kernelSize) === '3,3' && String(convolution.strides) === '1,1';
}

function isRelu(layer: LayerInGraph): boolean {
  if (isOwnLayer(layer, 'ReLU')) return (layer as { maxValue?: number | null }).maxValue == null;
  return (
    isOwnLayer(layer, 'Activation') &&
    isOwnPart((layer as { activation?: object }).activation, 'relu')
  );
}

function isPlainPool(layer: LayerInGraph): boolean {
  if (!isOwnLayer(layer, 'MaxPooling2D')) return false;
  const { poolSize, strides, padding, dataFormat } = layer as Record<string, unknown>;
  return (
    String(poolSize) === '2,2' &&
    String(strides) === '2,2' &&
    padding === 'valid' &&
    dataFormat === 'channelsLast'
  );
}
