import { upperHalves } from './upper-halves.js';

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
  const nearest = new Float64Array(probabilities.length);
  for (let i = 0; i < nearest.length; i++) {
    const p = probabilities[i]!;
    nearest[i] = p <= 0.5 ? p : 1 - p;
  }
  const halves = upperHalves(nearest);
  const steps = new Int32Array(nearest.length);
  for (let i = 0; i < steps.length; i++) {
    const half = halves[2 * i]!;
    const step = half < LOWEST ? 0 : ((half - LOWEST) >>> (20 - BITS)) + 1;
    steps[i] = probabilities[i]! <= 0.5 ? step : STEPS - 1 - step;
  }
  return steps;
}
