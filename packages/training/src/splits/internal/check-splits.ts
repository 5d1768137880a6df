/** Throws unless `splits` is a whole number from `least` on. */
export function checkSplits(caller: string, splits: number, least: number): void {
  if (!Number.isInteger(splits)) {
    throw new TypeError(`${caller}: splits must be a whole number; received ${String(splits)}.`);
  }
  if (splits < least) {
    throw new RangeError(`${caller}: splits must be at least ${least}; received ${splits}.`);
  }
}
