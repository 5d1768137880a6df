import { mix } from '../dropout/keep-mask.js';

/**
 * The seed of layer `index` in a model with `seed`: a 31-bit number. Layers of one model never
 * share a seed, because the steps from the seed to it are bijections of the index; two equal seeds
 * would start two kernels with equal numbers.
 */
export function layerSeed(seed: number, index: number): number {
  const base = mix(mix(seed) ^ Math.floor(seed / 4294967296)) & 0x7fffffff;
  // An odd multiplier and a mask keep 31 bits a bijection of the index.
  return (base + Math.imul(index + 1, 0x9e3779b1)) & 0x7fffffff;
}
