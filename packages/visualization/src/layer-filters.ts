import type { LayersModel, layers as layersNamespace } from '@tensorflow/tfjs-layers';
import type { FilterLayer } from './filter-grid.js';
import { received } from './internal/check.js';

/** Options of {@link layerFilters}. */
export interface LayerFiltersOptions {
  /** The names of the layers wanted; default every layer with a two-dimensional convolution kernel. */
  readonly layers?: readonly string[];
}

type Layer = InstanceType<typeof layersNamespace.Layer>;

/**
 * The kernels of a model's convolution layers, nested models included.
 *
 * @param model - A built model; borrowed, and unchanged.
 * @param options - See {@link LayerFiltersOptions}.
 * @returns Plain data in the order of the model's layers, for `filterGrid`; no tensor is left
 *   behind. A separable convolution gives its depthwise kernel.
 * @throws TypeError for no model, RangeError for a layer that has no such kernel.
 * @example
 * ```ts
 * import { filterGrid } from '@cnnkit/visualization';
 * import { layerFilters } from '@cnnkit/visualization/tfjs';
 * const svg = filterGrid(await layerFilters(model));
 * ```
 */
export async function layerFilters(
  model: LayersModel,
  options: LayerFiltersOptions = {},
): Promise<FilterLayer[]> {
  if (!Array.isArray(model?.layers)) {
    throw new TypeError(
      `layerFilters: model must be a tfjs layers model; received ${received(model)}.`,
    );
  }
  const kernels = new Map(
    flatLayers(model.layers).flatMap((layer) => {
      // Weights are the layer's own tensors, to be read and not disposed.
      const kernel = layer.weights.find(
        (weight) => /kernel$/i.test(weight.originalName) && weight.shape.length === 4,
      );
      return kernel === undefined ? [] : [[layer.name, kernel] as const];
    }),
  );
  const names = options.layers ?? [...kernels.keys()];
  for (const name of names) {
    if (!kernels.has(name)) {
      throw new RangeError(
        `layerFilters: layers must be among ${[...kernels.keys()].join(', ') || '(this model has no convolution)'}; received '${name}'.`,
      );
    }
  }
  return Promise.all(
    names.map(async (name) => {
      const kernel = kernels.get(name)!.read();
      const data = await kernel.data();
      return { name, data: data.slice(), shape: kernel.shape as [number, number, number, number] };
    }),
  );
}

function flatLayers(layers: readonly Layer[]): Layer[] {
  return layers.flatMap((layer) => {
    const { layers: inner } = layer as { layers?: Layer[] };
    return Array.isArray(inner) ? flatLayers(inner) : [layer];
  });
}
