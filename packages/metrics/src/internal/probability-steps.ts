import { upperHalves } from './sort.js';

/** How many steps an octave has, as bits: 128. */
const BITS = 7;
/** Closer to 0 or 1 than 2 to this nothing is told apart. */
const FINEST = -30;
const LOWEST = (1023 + FINEST) << 20;
const SIDE = ((((1022 << 20) - LOWEST) >>> (20 - BITS)) + 2) | 0;

/** How many steps {@link stepsOf} tells apart. */
export const STEPS: number = 2 * SIDE;

/**
 * The step of each probability, rising with it. Steps are 1/128 of the distance to 0 or 1, whichever is
 * nearer, at its power of 2: 0.002 at most, and finer where the outputs of a model crowd.
 */
export function stepsOf(probabilities: ArrayLike<number>): Int32Array {
  const nearest = Float64Array.from(probabilities, (p) => (p <= 0.5 ? p : 1 - p));
  const halves = upperHalves(nearest);
  return Int32Array.from(nearest, (distance, i) => {
    const step = distance < 2 ** FINEST ? 0 : ((halves[2 * i]! - LOWEST) >>> (20 - BITS)) + 1;
    return probabilities[i]! <= 0.5 ? step : STEPS - 1 - step;
  });
}
