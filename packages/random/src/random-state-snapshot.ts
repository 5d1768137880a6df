import type { Mt19937 } from './internal/mt19937.js';

/** A generator at rest: NumPy's `get_state`, as plain data that survives JSON. */
export interface RandomStateSnapshot {
  readonly algorithm: 'MT19937';
  /** The 624 words of the generator. */
  readonly key: readonly number[];
  /** How many of the words are spent, 0 to 624. */
  readonly pos: number;
  /** Whether the second value of a normal pair waits for the next call. */
  readonly hasGauss: boolean;
  /** That value, or 0. */
  readonly gauss: number;
}

/** The generator of a snapshot, checked. */
export function restoreState(state: RandomStateSnapshot): Mt19937 {
  if (state?.algorithm !== 'MT19937') {
    throw new TypeError(
      `setState: algorithm must be 'MT19937'; received ${String(state?.algorithm)}.`,
    );
  }
  const { key, pos, gauss } = state;
  if (!Array.isArray(key) || key.length !== 624 || !key.every(isWord)) {
    throw new RangeError(
      `setState: key must hold 624 whole numbers in [0, 2^32); received ${key?.length} values.`,
    );
  }
  if (!Number.isInteger(pos) || pos < 0 || pos > 624) {
    throw new RangeError(`setState: pos must be a whole number in [0, 624]; received ${pos}.`);
  }
  if (!Number.isFinite(gauss)) {
    throw new RangeError(`setState: gauss must be finite; received ${gauss}.`);
  }
  return { key: Uint32Array.from(key), pos };
}

function isWord(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffffffff;
}
