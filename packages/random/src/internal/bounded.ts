import { type Mt19937, nextUint32 } from './mt19937.js';

/** The smallest number of the form 2^k - 1 that is no less than `max` (at most 2^32 - 1). */
function maskOf(max: number): number {
  return max === 0 ? 0 : 0xffffffff >>> Math.clz32(max);
}

/**
 * A whole number in [0, max] by masked rejection, for max up to 2^53 - 1. It is the draw behind
 * `shuffle` and behind `randint` of 32 and 64 bits; `max` 0 draws nothing.
 */
export function nextInterval(state: Mt19937, max: number): number {
  if (max === 0) return 0;
  return max <= 0xffffffff ? nextMasked(state, max, maskOf(max)) : nextMasked64(state, max);
}

/** A whole number in [0, max] by rejection under `mask`, from one 32-bit word a try. */
function nextMasked(state: Mt19937, max: number, mask: number): number {
  let value: number;
  do {
    value = (nextUint32(state) & mask) >>> 0;
  } while (value > max);
  return value;
}

function nextMasked64(state: Mt19937, max: number): number {
  // Above 2^32 the mask covers the low word whole; only the high word, drawn first, is cut.
  const highMask = maskOf(Math.floor(max / 4294967296));
  let value: number;
  do {
    const high = (nextUint32(state) & highMask) >>> 0;
    value = high * 4294967296 + nextUint32(state);
  } while (value > max);
  return value;
}

/**
 * Draws of 1, 8 or 16 bits: one 32-bit word gives several, lowest bits first. NumPy starts a new
 * word at each call of `randint`, so one of these lives as long as one call.
 */
export function bufferedDraws(state: Mt19937, bits: 1 | 8 | 16, max: number): () => number {
  const mask = maskOf(max);
  const perWord = 32 / bits;
  let word = 0;
  let left = 0;
  return () => {
    for (;;) {
      if (left === 0) {
        word = nextUint32(state);
        left = perWord;
      } else {
        word >>>= bits;
      }
      left--;
      const value = word & mask;
      if (value <= max) return value;
    }
  };
}
