import { RandomState } from '@cnnkit/random';

/** A generator to draw from: the caller's own, advanced by the draws, or a fresh one. */
export function generatorOf(seed: number | RandomState | undefined): RandomState {
  return seed instanceof RandomState ? seed : new RandomState(seed);
}
