export {
  type ActivationImage,
  type LayerActivationsOptions,
  layerActivations,
} from './layer-activations.js';
export { type LayerFiltersOptions, layerFilters } from './layer-filters.js';
export { layerNodes } from './layer-nodes.js';
