import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

// Nodes are no public type of tfjs-layers, but their fields are its public ones.
type Node = layers.Layer['inboundNodes'][number];

/** The nodes of a model's graph, or undefined for a model that is one chain of layers. */
export function branchingNodes(model: LayersModel): Set<Node> | undefined {
  if (model.getClassName() === 'Sequential') return undefined;
  const levels = Object.values(model.nodesByDepth as Record<string, Node[]>);
  const nodes = new Set(levels.flat());
  const branches = levels.some((level) => level.length > 1 || level[0]!.inputTensors.length > 1);
  const shared = model.layers.some(
    (layer) => layer.inboundNodes.filter((node) => nodes.has(node)).length > 1,
  );
  return branches || shared ? nodes : undefined;
}

/** Where a layer's inputs come from: `conv2d[0][0], add[0][0]`, or `-`. */
export function connectionsOf(
  layer: layers.Layer,
  nodes: Set<Node>,
  nameOf: (layer: layers.Layer) => string,
): string {
  const sources = layer.inboundNodes
    .filter((node) => nodes.has(node))
    .flatMap((node) =>
      node.inboundLayers.map(
        (source, i) => `${nameOf(source)}[${node.nodeIndices[i]}][${node.tensorIndices[i]}]`,
      ),
    );
  return sources.length > 0 ? sources.join(', ') : '-';
}
