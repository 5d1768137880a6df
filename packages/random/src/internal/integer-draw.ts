import { type IntegerType, integerTypes } from '../integer-type.js';
import { bufferedDraws, nextInterval } from './bounded.js';
import { checkInteger } from './check.js';
import type { Mt19937 } from './mt19937.js';

/** A function that draws whole numbers in [low, high); one call of `randint` uses one of them. */
export function integerDraw(
  generator: Mt19937,
  low: number,
  high: number,
  dtype: IntegerType,
): () => number {
  const type = integerTypes[dtype];
  if (type === undefined) {
    throw new TypeError(
      `randint: dtype must be one of ${Object.keys(integerTypes).join(', ')}; received ${String(dtype)}.`,
    );
  }
  checkInteger('randint', 'low', low);
  checkInteger('randint', 'high', high);
  if (low < type.min || high - 1 > type.max) {
    throw new RangeError(
      `randint: low and high must lie in [${type.min}, ${type.max + 1}] for ${dtype}; received ${low} and ${high}.`,
    );
  }
  if (low >= high) {
    throw new RangeError(`randint: low must be below high; received ${low} and ${high}.`);
  }
  const range = high - 1 - low;
  if (range > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(`randint: high - low must be at most 2^53; received ${low} and ${high}.`);
  }
  if (range === 0) return () => low;
  if (type.bits <= 16) {
    const draw = bufferedDraws(generator, type.bits as 1 | 8 | 16, range);
    return () => low + draw();
  }
  return () => low + nextInterval(generator, range);
}
