import { checkString, received } from './internal/check.js';

/** One layer of a model, as plain data; `layerNodes` of `@cnnkit/visualization/tfjs` makes them. */
export interface LayerNode {
  /** A name of its own: `'conv2d'`. */
  readonly name: string;
  /** Its class: `'Conv2D'`. */
  readonly type: string;
  /** The output without the batch, channels last; null where a size is not fixed. */
  readonly outputShape: readonly (number | null)[];
  /** How many weights it has; default not said. */
  readonly params?: number;
  /** Its activation, unless that is linear; default not said. */
  readonly activation?: string;
  /** The names of the layers that it takes its input from; default the layer before it. */
  readonly inputs?: readonly string[];
}

/** Throws unless `layers` is a list of layers with names of their own and known inputs. */
export function checkLayerNodes(where: string, layers: readonly LayerNode[]): void {
  if (!Array.isArray(layers)) {
    throw new TypeError(`${where}: layers must be an array; received ${received(layers)}.`);
  }
  if (layers.length === 0) {
    throw new RangeError(`${where}: layers must hold at least one layer; received none.`);
  }
  const names = new Set<string>();
  for (const layer of layers as readonly LayerNode[]) {
    checkString(where, 'layer.name', layer?.name);
    checkString(where, 'layer.type', layer.type);
    if (!Array.isArray(layer.outputShape)) {
      throw new TypeError(
        `${where}: layer.outputShape must be an array of sizes; received ${received(layer.outputShape)}.`,
      );
    }
    if (names.has(layer.name)) {
      throw new RangeError(
        `${where}: layers must have names of their own; received '${layer.name}' twice.`,
      );
    }
    names.add(layer.name);
  }
  for (const layer of layers as readonly LayerNode[]) {
    for (const input of layer.inputs ?? []) {
      if (!names.has(input)) {
        throw new RangeError(
          `${where}: inputs must name layers of the model; received '${input}' for '${layer.name}'.`,
        );
      }
    }
  }
}

/** "26 × 26 × 32", with "?" where a size is not fixed. */
export function shapeText(shape: readonly (number | null)[]): string {
  return shape.length === 0 ? 'scalar' : shape.map((size) => size ?? '?').join(' × ');
}

/** The names that `layer` takes its input from. */
export function inputsOf(layers: readonly LayerNode[], index: number): readonly string[] {
  const own = layers[index]!.inputs;
  if (own !== undefined) return own;
  return index === 0 ? [] : [layers[index - 1]!.name];
}
