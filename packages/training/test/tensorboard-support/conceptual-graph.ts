/**
 * What TensorBoard 2.21 draws of a model's JSON: a port, function for function, of
 * tensorboard/plugins/graph/keras_util.py (Apache License 2.0), its faults included.
 */
export interface GraphNode {
  readonly name: string;
  readonly input: string[];
  readonly keras_class: string;
  readonly dtype?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the JSON of a model has no useful type here.
type Layer = any;

const DTYPES: Record<string, string> = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' };

export function conceptualGraph(model: Layer): GraphNode[] {
  const nodes: GraphNode[] = [];
  const inputToLayer = new Map<string, string>();
  const modelNameToOutput = new Map<string, string[]>();
  let previous: string | undefined;
  for (const [scope, layer] of walkLayers(model)) {
    const { config } = layer;
    const name = scoped(scope, config.name);
    const inbound = inboundNodes(layer);
    if (config.layers) {
      const functional = Boolean(config.input_layers && config.output_layers);
      if (inbound.length > 0 && functional) {
        for (const [i, input] of config.input_layers.entries()) {
          if (inbound[i]) inputToLayer.set(scoped(name, input), scoped(scope, inbound[i][0]));
        }
      } else if (inbound.length > 0) {
        previous = scoped(scope, inbound[0]![0]);
      } else if (previous && functional) {
        if (config.input_layers.length !== 1) throw new Error('UnboundLocalError');
        inputToLayer.set(scoped(name, config.input_layers[0]), previous);
      }
      const outputs: Layer[] = functional
        ? Array.isArray(config.output_layers[0])
          ? config.output_layers
          : [config.output_layers]
        : [[config.layers.at(-1).config.name]];
      modelNameToOutput.set(
        name,
        outputs.map(([output]) => scoped(name, output)),
      );
      continue;
    }
    const dtype = config.dtype?.config?.name ?? config.dtype;
    const input: string[] = [];
    if (layer.inbound_nodes) {
      for (const [from, , index] of inbound) {
        const candidates = modelNameToOutput.get(scoped(scope, from)) ?? [scoped(scope, from)];
        input.push(candidates[index] ?? candidates.at(-1)!);
      }
    } else if (previous !== undefined) input.push(previous);
    if (inputToLayer.has(name)) input.push(inputToLayer.get(name)!);
    nodes.push({ name, input, keras_class: layer.class_name, dtype: DTYPES[dtype] ?? dtype });
    previous = name;
  }
  return nodes;
}

function* walkLayers(layer: Layer): Generator<[scope: string, layer: Layer]> {
  yield ['', layer];
  for (const child of layer.config.layers ?? []) {
    for (const [scope, inner] of walkLayers(child)) {
      yield [scope ? `${layer.config.name}/${scope}` : layer.config.name, inner];
    }
  }
}

function inboundNodes(layer: Layer): [name: string, node: number, tensor: number][] {
  const nodes = layer.inbound_nodes ?? [];
  // Keras 2's lists are skipped, as TensorBoard skips them.
  const args = nodes.filter((node: Layer) => !Array.isArray(node)).flatMap((n: Layer) => n.args);
  return args.flat().flatMap((arg: Layer) => {
    const history = arg.config?.keras_history ?? [];
    return history.length >= 3 ? [history.slice(0, 3)] : [];
  });
}

function scoped(scope: string, name: string): string {
  return scope ? `${scope}/${name}` : name;
}
