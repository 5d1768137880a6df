import { type Mt19937, seedMt19937, seedMt19937ByArray } from './mt19937.js';

/** A generator for a number, a list of numbers, or (seed left out) for nobody to repeat. */
export function generatorFor(seed: number | ArrayLike<number> | undefined): Mt19937 {
  if (seed === undefined) {
    const words = Uint32Array.from({ length: 8 }, () => Math.random() * 4294967296);
    return seedMt19937ByArray(words);
  }
  if (typeof seed === 'number') {
    checkWord(seed, 'seed');
    return seedMt19937(seed);
  }
  if (seed === null || typeof seed !== 'object' || typeof seed.length !== 'number') {
    throw new TypeError(
      `RandomState: seed must be a whole number or a list of them; received ${String(seed)}.`,
    );
  }
  if (seed.length === 0) {
    throw new RangeError('RandomState: seed must hold at least one word; received an empty list.');
  }
  for (let i = 0; i < seed.length; i++) checkWord(seed[i]!, `seed[${i}]`);
  // NumPy takes an array of one number (but not a list) for that number.
  if (seed.length === 1 && ArrayBuffer.isView(seed)) return seedMt19937(seed[0]!);
  return seedMt19937ByArray(seed);
}

function checkWord(value: number, name: string): void {
  if (!Number.isInteger(value)) {
    throw new TypeError(`RandomState: ${name} must be a whole number; received ${String(value)}.`);
  }
  if (value < 0 || value > 0xffffffff) {
    throw new RangeError(`RandomState: ${name} must lie in [0, 2^32 - 1]; received ${value}.`);
  }
}
