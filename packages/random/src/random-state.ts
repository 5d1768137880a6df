import { type IntegerArrays, type IntegerType, integerTypes } from './integer-type.js';
import { nextInterval } from './internal/bounded.js';
import { checkFinite, checkSize } from './internal/check.js';
import { chooseIndices } from './internal/choose-indices.js';
import { integerDraw } from './internal/integer-draw.js';
import { log } from './internal/log.js';
import { type Mt19937, nextDouble, nextUint32 } from './internal/mt19937.js';
import { generatorFor } from './internal/seed.js';
import { type RandomStateSnapshot, restoreState } from './random-state-snapshot.js';

/** A typed array of numbers. */
export type NumericArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Options of `RandomState.choice`. */
export interface ChoiceOptions {
  /** Whether one value may come more than once. Default true. */
  readonly replace?: boolean;
  /** Probability of each value, summing to 1. Default: all alike. */
  readonly p?: ArrayLike<number>;
}

/**
 * NumPy's `RandomState`, number for number: MT19937 with the legacy distributions. The same seed
 * and the same calls give the same values as Python, in Node and in browsers.
 *
 * It is not for secrets. Its names, arguments and order of arguments are NumPy's, in camelCase.
 *
 * @example
 * ```ts
 * const random = new RandomState(42);
 * random.permutation(5); // Int32Array [1, 4, 2, 0, 3]
 * ```
 * @see https://numpy.org/doc/stable/reference/random/legacy.html
 */
export class RandomState {
  #generator: Mt19937;
  #gauss: number | undefined;

  /**
   * @param seed - A whole number in [0, 2^32 - 1] or a non-empty list of such numbers (a typed array of one
   *   counts as that number, as in NumPy). Left out, the generator starts somewhere else every time.
   * @throws TypeError for a seed that is no whole number, RangeError for one out of range.
   */
  constructor(seed?: number | ArrayLike<number>) {
    this.#generator = generatorFor(seed);
  }

  /** The state as plain data that JSON keeps, for `setState`. */
  getState(): RandomStateSnapshot {
    const { key, pos } = this.#generator;
    return {
      algorithm: 'MT19937',
      key: Array.from(key),
      pos,
      hasGauss: this.#gauss !== undefined,
      gauss: this.#gauss ?? 0,
    };
  }

  /**
   * Takes up the draws where `getState` was called; nothing else of this generator is kept.
   * @param state - What `getState` returned, or NumPy's `get_state(legacy=False)` by these names.
   * @throws TypeError or RangeError for anything that is not such a state.
   */
  setState(state: RandomStateSnapshot): void {
    this.#generator = restoreState(state);
    this.#gauss = state.hasGauss ? state.gauss : undefined;
  }

  /** The next 32 bits of the generator as an unsigned integer; what all other draws consume. */
  nextUint32(): number {
    return nextUint32(this.#generator);
  }

  /** Doubles in [0, 1) with 53 random bits. One number, or `size` of them. */
  randomSample(): number;
  randomSample(size: number): Float64Array;
  randomSample(size?: number): number | Float64Array {
    const generator = this.#generator;
    if (size === undefined) return nextDouble(generator);
    return fill('randomSample', size, () => nextDouble(generator));
  }

  /** Doubles in [low, high), evenly spread. Defaults 0 and 1. */
  uniform(low?: number, high?: number): number;
  uniform(low: number, high: number, size: number): Float64Array;
  uniform(low = 0, high = 1, size?: number): number | Float64Array {
    checkFinite('uniform', 'low', low);
    checkFinite('uniform', 'high', high);
    const range = high - low;
    checkFinite('uniform', 'high - low', range);
    const generator = this.#generator;
    if (size === undefined) return low + range * nextDouble(generator);
    return fill('uniform', size, () => low + range * nextDouble(generator));
  }

  /**
   * Normal deviates of mean 0 and deviation 1 by the polar method. Pairs are made and the second
   * is kept for the next call, so a call may draw nothing from the generator.
   */
  standardNormal(): number;
  standardNormal(size: number): Float64Array;
  standardNormal(size?: number): number | Float64Array {
    if (size === undefined) return this.#nextGauss();
    return fill('standardNormal', size, () => this.#nextGauss());
  }

  /** Normal deviates of mean `loc` (default 0) and standard deviation `scale` (default 1). */
  normal(loc?: number, scale?: number): number;
  normal(loc: number, scale: number, size: number): Float64Array;
  normal(loc = 0, scale = 1, size?: number): number | Float64Array {
    checkFinite('normal', 'loc', loc);
    checkFinite('normal', 'scale', scale);
    if (scale < 0 || Object.is(scale, -0)) {
      throw new RangeError(`normal: scale must not be negative; received ${scale}.`);
    }
    if (size === undefined) return loc + scale * this.#nextGauss();
    return fill('normal', size, () => loc + scale * this.#nextGauss());
  }

  /**
   * Whole numbers in [low, high), each as likely as the next. As in NumPy, `randint(n)` means
   * [0, n), a range of one value draws nothing, and the type decides how many draws are spent:
   * 8- and 16-bit types and `bool` take several values out of one draw.
   *
   * @param low - Smallest value, or the bound if `high` is left out.
   * @param high - One above the largest value.
   * @param size - How many; left out, one number is returned.
   * @param dtype - NumPy's type name. Default `'int64'`, which returns a `Float64Array`.
   * @throws RangeError if the range is empty or leaves the type; 64-bit ranges end at 2^53.
   */
  randint(low: number, high?: number): number;
  randint(low: number, high: number | undefined, size: number): Float64Array;
  randint<T extends IntegerType>(
    low: number,
    high: number | undefined,
    size: number,
    dtype: T,
  ): IntegerArrays[T];
  randint(
    low: number,
    high?: number,
    size?: number,
    dtype: IntegerType = 'int64',
  ): number | IntegerArrays[IntegerType] {
    const from = high === undefined ? 0 : low;
    const below = high === undefined ? low : high;
    const draw = integerDraw(this.#generator, from, below, dtype);
    if (size === undefined) return draw();
    checkSize('randint', size);
    const out = integerTypes[dtype].create(size);
    for (let i = 0; i < size; i++) out[i] = draw();
    return out;
  }

  /** Random bytes. */
  bytes(length: number): Uint8Array {
    checkSize('bytes', length);
    // For no bytes NumPy draws a word, too.
    const out = new Uint8Array(Math.max(1, Math.ceil(length / 4)) * 4);
    for (let i = 0; i < out.length; i += 4) {
      const word = nextUint32(this.#generator);
      for (let b = 0; b < 4; b++) out[i + b] = word >>> (8 * b);
    }
    return out.slice(0, length);
  }

  /** Shuffles an array in place along its first axis: rows of an array of arrays stay whole. */
  shuffle(x: unknown[] | NumericArray): void {
    const generator = this.#generator;
    const values = x as unknown[];
    for (let i = values.length - 1; i > 0; i--) {
      const j = nextInterval(generator, i);
      const kept = values[i];
      values[i] = values[j];
      values[j] = kept;
    }
  }

  /** The whole numbers below `n` in random order, or a shuffled copy of an array. */
  permutation(n: number): Int32Array;
  permutation<T extends NumericArray>(x: T): T;
  permutation<T>(x: readonly T[]): T[];
  permutation(
    x: number | NumericArray | readonly unknown[],
  ): Int32Array | NumericArray | unknown[] {
    if (typeof x === 'number') return this.#permutationOf(x);
    const copy = x.slice() as NumericArray | unknown[];
    this.shuffle(copy);
    return copy;
  }

  /**
   * A random sample of the whole numbers below `a`, or of the values of an array.
   * @param a - A count, or the values to choose from.
   * @param size - How many; left out, one value is returned.
   * @throws RangeError if there is nothing to choose from, the sample is larger than `a` without
   *   `replace`, or `p` is no distribution over `a`.
   */
  choice(a: number, size?: undefined, options?: ChoiceOptions): number;
  choice(a: number, size: number, options?: ChoiceOptions): Int32Array;
  choice<T>(a: ArrayLike<T>, size?: undefined, options?: ChoiceOptions): T;
  choice<T>(a: ArrayLike<T>, size: number, options?: ChoiceOptions): T[];
  choice<T>(
    a: number | ArrayLike<T>,
    size?: number,
    { replace = true, p }: ChoiceOptions = {},
  ): number | Int32Array | T | T[] {
    const count = typeof a === 'number' ? a : a.length;
    const indices = chooseIndices(this, count, size ?? 1, replace, p);
    if (typeof a === 'number') return size === undefined ? indices[0]! : indices;
    return size === undefined ? a[indices[0]!]! : Array.from(indices, (i) => a[i]!);
  }

  #permutationOf(n: number): Int32Array {
    if (!Number.isInteger(n)) {
      throw new TypeError(`permutation: n must be a whole number; received ${n}.`);
    }
    if (n < 0 || n > 0x7fffffff) {
      throw new RangeError(`permutation: n must lie in [0, 2^31); received ${n}.`);
    }
    const order = new Int32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    const generator = this.#generator;
    for (let i = n - 1; i > 0; i--) {
      const j = nextInterval(generator, i);
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  }

  #nextGauss(): number {
    if (this.#gauss !== undefined) {
      const kept = this.#gauss;
      this.#gauss = undefined;
      return kept;
    }
    const generator = this.#generator;
    for (;;) {
      const x1 = 2 * nextDouble(generator) - 1;
      const x2 = 2 * nextDouble(generator) - 1;
      const r2 = x1 * x1 + x2 * x2;
      if (r2 >= 1 || r2 === 0) continue;
      const f = Math.sqrt((-2 * log(r2)) / r2);
      this.#gauss = f * x1;
      return f * x2;
    }
  }
}

function fill(caller: string, size: number, draw: () => number): Float64Array {
  checkSize(caller, size);
  const out = new Float64Array(size);
  for (let i = 0; i < size; i++) out[i] = draw();
  return out;
}
