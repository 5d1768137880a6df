const N = 624;
const M = 397;

/** The words of the generator and how many of them are spent; 624 of 624 means: refill first. */
export interface Mt19937 {
  readonly key: Uint32Array;
  pos: number;
}

/** A generator seeded with one 32-bit word, as NumPy's legacy seeding does it. */
export function seedMt19937(seed: number): Mt19937 {
  const key = new Uint32Array(N);
  let word = seed >>> 0;
  for (let i = 0; i < N; i++) {
    key[i] = word;
    word = (Math.imul(1812433253, word ^ (word >>> 30)) + i + 1) >>> 0;
  }
  return { key, pos: N };
}

/** A generator seeded with any number of 32-bit words (init_by_array of the reference code). */
export function seedMt19937ByArray(words: ArrayLike<number>): Mt19937 {
  const state = seedMt19937(19650218);
  const { key } = state;
  let i = 1;
  let j = 0;
  for (let k = Math.max(N, words.length); k > 0; k--) {
    const previous = key[i - 1]!;
    key[i] = (key[i]! ^ Math.imul(previous ^ (previous >>> 30), 1664525)) + words[j]! + j;
    if (++i >= N) {
      key[0] = key[N - 1]!;
      i = 1;
    }
    if (++j >= words.length) j = 0;
  }
  for (let k = N - 1; k > 0; k--) {
    const previous = key[i - 1]!;
    key[i] = (key[i]! ^ Math.imul(previous ^ (previous >>> 30), 1566083941)) - i;
    if (++i >= N) {
      key[0] = key[N - 1]!;
      i = 1;
    }
  }
  // The top bit of the first word is the only one of it that counts; set, the state cannot be 0.
  key[0] = 0x80000000;
  return state;
}

/** The next 32 random bits, as an unsigned integer. */
export function nextUint32(state: Mt19937): number {
  if (state.pos === N) refill(state);
  let y = state.key[state.pos++]!;
  y ^= y >>> 11;
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  y ^= y >>> 18;
  return y >>> 0;
}

/** The next double in [0, 1): 53 bits out of two draws. */
export function nextDouble(state: Mt19937): number {
  const high = nextUint32(state) >>> 5;
  const low = nextUint32(state) >>> 6;
  return (high * 67108864 + low) / 9007199254740992;
}

function refill(state: Mt19937): void {
  const { key } = state;
  for (let i = 0; i < N - M; i++) key[i] = key[i + M]! ^ twist(key[i]!, key[i + 1]!);
  for (let i = N - M; i < N - 1; i++) key[i] = key[i + M - N]! ^ twist(key[i]!, key[i + 1]!);
  key[N - 1] = key[M - 1]! ^ twist(key[N - 1]!, key[0]!);
  state.pos = 0;
}

function twist(upper: number, lower: number): number {
  const y = (upper & 0x80000000) | (lower & 0x7fffffff);
  return (y >>> 1) ^ (-(y & 1) & 0x9908b0df);
}
