import { checkFinite } from './encode.js';
import { fail, isArrayLike, show } from './fail.js';

/** The weights as reals: finite, and not all zero, but of a batch, which may weigh nothing. */
export function readWeights(fn: string, weights: ArrayLike<number>, isBatch = false): Float64Array {
  if (!isArrayLike(weights)) {
    fail(
      fn,
      'option_value',
      `sampleWeight must be an array of numbers; received ${show(weights)}.`,
    );
  }
  checkFinite(fn, 'sampleWeight', weights);
  const out = weights instanceof Float64Array ? weights : Float64Array.from(weights);
  if (!isBatch && out.every((weight) => weight === 0)) {
    fail(
      fn,
      'weights_all_zero',
      'sampleWeight must hold a number other than zero; received zeros.',
    );
  }
  return out;
}
