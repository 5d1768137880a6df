import type { LayersModel } from '@tensorflow/tfjs-layers';

type Layer = LayersModel['layers'][number];
type Weight = Layer['weights'][number];

/** A weight and the name it goes by in the log. */
export interface WeightPath {
  readonly path: string;
  readonly weight: Weight;
}

/**
 * All weights of a model in the order of its layers, named as Keras 3 names them:
 * `<layer>/<weight>`, under the name of the Sequential model that holds the layer, if one does.
 * A path that comes twice gets `_1`, `_2` and so on, so that no two weights share a tag.
 */
export function weightPaths(model: LayersModel): WeightPath[] {
  const taken = new Map<string, number>();
  return [...walk(model)].map(({ path, weight }) => {
    const times = taken.get(path) ?? 0;
    taken.set(path, times + 1);
    return { path: times === 0 ? path : `${path}_${times}`, weight };
  });
}

function* walk(model: LayersModel): Generator<WeightPath> {
  const scope = model.getClassName() === 'Sequential' ? `${model.name}/` : '';
  for (const layer of model.layers) {
    if (isModel(layer)) {
      yield* walk(layer);
      continue;
    }
    for (const weight of layer.weights) {
      const name = weight.originalName;
      const inLayer = name.startsWith(`${layer.name}/`) ? name.slice(layer.name.length + 1) : name;
      yield { path: `${scope}${layer.name}/${inLayer}`, weight };
    }
  }
}

export function isModel(layer: Layer): layer is LayersModel {
  return Array.isArray((layer as Partial<LayersModel>).layers);
}
