import type { LayersModel } from '@tensorflow/tfjs-layers';

/** A model's or layer's JSON in Keras 3's shape. */
export interface KerasJson {
  readonly [key: string]: unknown;
}

/** `[layer, node, tensor]`: where a layer's input comes from. */
type History = readonly [string, number, number, ...unknown[]];

interface TfjsJson {
  readonly class_name: string;
  readonly name?: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inbound_nodes?: readonly (readonly History[])[];
}

type Layer = LayersModel['layers'][number];

/**
 * The JSON that Keras 3's `model.to_json()` would give for `model`, as far as TensorBoard's graph
 * page looks at it: classes, names, dtypes and which layer feeds which.
 *
 * tfjs writes Keras 2's format, whose `inbound_nodes` TensorBoard skips, and leaves the input
 * layer of a Sequential out. One deviation from Keras is deliberate: models inside models list
 * their `input_layers` by name only, because TensorBoard then draws what it cannot draw from
 * Keras's own JSON (a Functional model in a Sequential one, a nested model with several inputs).
 *
 * @param model any LayersModel; borrowed
 * @throws TypeError if a layer of the model cannot give its configuration
 */
export function kerasModelJson(model: LayersModel): KerasJson {
  let json: TfjsJson;
  try {
    json = model.toJSON(null, false) as unknown as TfjsJson;
  } catch (cause) {
    const message = `kerasModelJson: every layer must have a working getConfig(); ${model.name} has one that throws. Give the layer one, or write no graph.`;
    throw new TypeError(message, { cause });
  }
  return modelJson(json, model, false);
}

function modelJson(json: TfjsJson, model: LayersModel, nested: boolean): KerasJson {
  const layers = json.config.layers as readonly TfjsJson[];
  const sequential = json.config.input_layers === undefined;
  const config: Record<string, unknown> = {
    name: model.name,
    trainable: model.trainable,
    layers: layers.map((layer, i) =>
      layerJson(layer, sequential ? model.layers[i]! : model.getLayer(layer.name!), model),
    ),
  };
  if (sequential) {
    config.layers = [...missingInputLayer(model), ...(config.layers as KerasJson[])];
    return keras('keras', 'Sequential', config);
  }
  const inputs = json.config.input_layers as readonly History[];
  config.input_layers = nested ? inputs.map(([name]) => name) : flatIfSingle(inputs);
  config.output_layers = flatIfSingle(json.config.output_layers as readonly History[]);
  return keras('keras.src.models.functional', 'Functional', config);
}

function layerJson(json: TfjsJson, layer: Layer, model: LayersModel): KerasJson {
  const inner = isModel(layer) ? modelJson(json, layer, true) : plainLayerJson(json, layer);
  if (json.inbound_nodes === undefined) return inner;
  const inboundNodes = json.inbound_nodes.map((inputs) => {
    const tensors = inputs.map((history) => kerasTensor(history, model));
    return { args: tensors.length === 1 ? tensors : [tensors], kwargs: {} };
  });
  return { ...inner, name: layer.name, inbound_nodes: inboundNodes };
}

function plainLayerJson(json: TfjsJson, layer: Layer): KerasJson {
  const { batch_input_shape: batchShape, dtype = layer.dtype ?? 'float32', ...rest } = json.config;
  if (json.class_name === 'InputLayer') {
    return keras('keras.layers', 'InputLayer', { batch_shape: batchShape, dtype, ...rest });
  }
  const policy = keras('keras', 'DTypePolicy', { name: dtype });
  return keras('keras.layers', json.class_name, { ...rest, dtype: policy });
}

/** tfjs lists the input layer of a Sequential only if it was added by hand; Keras always does. */
function missingInputLayer(model: LayersModel): KerasJson[] {
  const first = model.layers[0];
  const input = model.inputs?.[0];
  if (!first || !input || first.getClassName() === 'InputLayer' || isModel(first)) return [];
  const config = { batch_shape: input.shape, dtype: input.dtype, sparse: false };
  return [keras('keras.layers', 'InputLayer', { ...config, name: input.sourceLayer.name })];
}

function kerasTensor([name, node, tensor]: History, model: LayersModel): KerasJson {
  const outputs = model.getLayer(name).getOutputAt(node);
  const output = Array.isArray(outputs) ? outputs[tensor] : outputs;
  return {
    class_name: '__keras_tensor__',
    config: {
      shape: output?.shape ?? null,
      dtype: output?.dtype ?? 'float32',
      keras_history: [name, node, tensor],
    },
  };
}

function keras(module: string, className: string, config: KerasJson): KerasJson {
  return { module, class_name: className, config, registered_name: null };
}

function isModel(layer: Layer): layer is LayersModel {
  return Array.isArray((layer as Partial<LayersModel>).layers);
}

/** Keras writes a single `[layer, node, tensor]` without a list around it. */
function flatIfSingle(histories: readonly History[]): unknown {
  return histories.length === 1 ? histories[0] : histories;
}
