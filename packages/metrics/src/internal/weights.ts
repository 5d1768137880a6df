import { checkFinite } from './encode.js';
import { fail, isArrayLike, show } from './fail.js';

/** The weights as reals: finite, and not all zero unless that may be, or is looked at later. */
export function readWeights(
  fn: string,
  weights: ArrayLike<number>,
  mayBeZero = false,
): Float64Array {
  if (!isArrayLike(weights)) {
    fail(
      fn,
      'option_value',
      `sampleWeight must be an array of numbers; received ${show(weights)}.`,
    );
  }
  checkFinite(fn, 'sampleWeight', weights);
  const out = weights instanceof Float64Array ? weights : Float64Array.from(weights);
  if (!mayBeZero) requireWeight(fn, out);
  return out;
}

/** Throws if weights are given and all are zero. */
export function requireWeight(fn: string, weights: Float64Array | undefined): void {
  if (weights === undefined || weights.some((weight) => weight !== 0)) return;
  const rule = 'sampleWeight must hold a number other than zero';
  fail(fn, 'weights_all_zero', `${rule}; received zeros.`);
}
