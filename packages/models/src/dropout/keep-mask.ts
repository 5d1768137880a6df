/**
 * What a rate makes of a mask: values whose hash's upper 31 bits are below `bound` are dropped, the others
 * become `scale`. `CnnkitKeepMask`, the kernel of @cnnkit/backend, takes both as attributes.
 *
 * @param rate - Share of zeros, in [0, 1).
 */
export function maskOdds(rate: number): { readonly bound: number; readonly scale: number } {
  return { bound: Math.min(Math.round(rate * 2147483648), 2147483647), scale: 1 / (1 - rate) };
}

/**
 * The two words that key the hash of a mask; the kernel asks for them each time.
 *
 * @param seed - Any whole number a double holds exactly.
 * @param call - Number of the call under this seed, from 0.
 */
export function maskWords(seed: number, call: number): readonly [first: number, second: number] {
  const first = mix(mix(mix(seed) ^ Math.floor(seed / 4294967296)) + Math.imul(call, 0x9e3779b9));
  return [first, mix(first ^ 0x5851f42d)];
}

/**
 * A dropout mask: `size` values that are 1 / (1 - rate) with probability 1 - rate, else 0.
 *
 * Element i of call c under a seed is a pure function of (seed, c, i): no state is carried from
 * element to element, so a mask can be drawn again, in any order, and costs about 2 ns an element.
 * The function is a 32-bit hash of the counter i, keyed by two words made from seed and call: one
 * enters before the first multiplication, the other before the last, so that masks of different
 * calls are not windows of one sequence. The multipliers are those of Wellons's "triple32" (three
 * rounds; two left a measurable correlation at some lags); `keep-mask.test.ts` tests frequencies, serial, lagged
 * and cross-call correlation.
 *
 * @param size - Values wanted, below 2^32.
 * @param rate - Share of zeros, in [0, 1].
 * @param seed - Any whole number a double holds exactly.
 * @param call - Number of the call under this seed, from 0.
 */
export function keepMask(size: number, rate: number, seed: number, call: number): Float32Array {
  const mask = new Float32Array(size);
  if (rate >= 1) return mask;
  // Bits of 1 / (1 - rate), written through an integer view: a value is kept or cleared without a
  // branch, which at rate 0.5 would be guessed wrongly half the time.
  const bits = new Int32Array(mask.buffer);
  const { bound, scale } = maskOdds(rate);
  const [first, second] = maskWords(seed, call);
  const kept = new Int32Array(Float32Array.of(scale).buffer)[0]!;
  for (let i = 0; i < size; i++) {
    let x = i ^ first;
    x = Math.imul(x ^ (x >>> 17), 0xed5ad4bb);
    x = Math.imul(x ^ (x >>> 11), 0xac4c1b51) ^ second;
    x = Math.imul(x ^ (x >>> 15), 0x31848bab);
    x ^= x >>> 14;
    // The shift gives -1 below the bound, else 0.
    bits[i] = kept & ~(((x >>> 1) - bound) >> 31);
  }
  return mask;
}

/** A bijection of 32-bit words that spreads every bit over all of them. */
export function mix(word: number): number {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 17), 0xed5ad4bb);
  x = Math.imul(x ^ (x >>> 11), 0xac4c1b51);
  x = Math.imul(x ^ (x >>> 15), 0x31848bab);
  return x ^ (x >>> 14);
}
