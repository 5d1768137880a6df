import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;
interface SeededLayer {
  seed: number | undefined;
}

/**
 * Gives every dropout layer of `model` another seed at each step: tfjs reads `seed` at each call,
 * so a seed that stays repeats one mask, and none at all cannot be repeated.
 */
export class DropoutSeeds {
  readonly #layers: readonly SeededLayer[];
  readonly #originals: readonly (number | undefined)[];
  readonly #seed: number;

  constructor(model: LayersModel, seed: number) {
    this.#layers = dropoutLayers(model.layers);
    this.#originals = this.#layers.map((layer) => layer.seed);
    this.#seed = seed;
  }

  /** The seeds depend on run, step and layer only, so any step can be replayed. */
  set(step: number): void {
    this.#layers.forEach((layer, i) => {
      layer.seed = mix(mix(mix(this.#seed) ^ step) ^ (i + 1));
    });
  }

  /** Puts back what the layers had, so that a saved model does not carry a step's seed. */
  restore(): void {
    this.#layers.forEach((layer, i) => {
      const original = this.#originals[i];
      if (original !== undefined) layer.seed = original;
      else if (!isAccessor(layer)) layer.seed = undefined;
    });
  }
}

function dropoutLayers(candidates: readonly Layer[]): SeededLayer[] {
  return candidates.flatMap((layer): SeededLayer[] => {
    const nested = layer as unknown as { layers?: Layer[]; layer?: Layer };
    if (nested.layers !== undefined) return dropoutLayers(nested.layers);
    if (nested.layer !== undefined) return dropoutLayers([nested.layer]);
    const name = layer.getClassName();
    return name === 'Dropout' || name === 'SpatialDropout1D'
      ? [layer as unknown as SeededLayer]
      : [];
  });
}

function isAccessor(layer: SeededLayer): boolean {
  return !Object.hasOwn(layer, 'seed');
}

/** MurmurHash3's finalizer, never 0: tfjs takes a seed of 0 for none. */
function mix(value: number): number {
  let h = (value + 0x9e3779b9) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0 || 1;
}
