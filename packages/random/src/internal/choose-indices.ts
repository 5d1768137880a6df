import type { RandomState } from '../random-state.js';
import { checkInteger, checkSize } from './check.js';
import { checkProbabilities, countNotAbove, cumulative, distinctByWeight } from './weighted.js';

/** The indices below `count` that `choice` picks, drawn as NumPy draws them. */
export function chooseIndices(
  random: RandomState,
  count: number,
  size: number,
  replace: boolean,
  p: ArrayLike<number> | undefined,
): Int32Array {
  checkSize('choice', size);
  checkInteger('choice', 'a', count);
  if (count <= 0 && size !== 0) {
    throw new RangeError(`choice: a must hold at least one value; received ${count}.`);
  }
  if (count > 0x7fffffff) {
    throw new RangeError(`choice: a must lie below 2^31; received ${count}.`);
  }
  if (p !== undefined) checkProbabilities(p, count);
  if (replace) {
    if (size === 0) return new Int32Array(0);
    if (p === undefined) return Int32Array.from(random.randint(0, count, size));
    const cdf = cumulative(p);
    return Int32Array.from(random.randomSample(size), (u) => countNotAbove(cdf, u));
  }
  if (size > count) {
    throw new RangeError(
      `choice: size must not exceed the ${count} values without replace; received ${size}.`,
    );
  }
  if (p === undefined) return random.permutation(count).slice(0, size);
  const possible = Array.from(p).filter((value) => value > 0).length;
  if (possible < size) {
    throw new RangeError(
      `choice: size must not exceed the ${possible} values with p above 0; received ${size}.`,
    );
  }
  return distinctByWeight(p, size, (n) => random.randomSample(n));
}
