/** Throws unless `size` is a whole number from 0 to 2^32 - 1. */
export function checkSize(caller: string, size: number): void {
  if (!Number.isInteger(size)) {
    throw new TypeError(`${caller}: size must be a whole number; received ${String(size)}.`);
  }
  if (size < 0 || size > 0xffffffff) {
    throw new RangeError(`${caller}: size must lie in [0, 2^32); received ${size}.`);
  }
}

/** Throws unless `value` is a finite number. */
export function checkFinite(caller: string, name: string, value: number): void {
  if (typeof value !== 'number') {
    throw new TypeError(`${caller}: ${name} must be a number; received ${String(value)}.`);
  }
  if (!Number.isFinite(value)) {
    throw new RangeError(`${caller}: ${name} must be finite; received ${value}.`);
  }
}

/** Throws unless `value` is a whole number that a double holds exactly. */
export function checkInteger(caller: string, name: string, value: number): void {
  if (typeof value !== 'number' || (Number.isFinite(value) && !Number.isInteger(value))) {
    throw new TypeError(`${caller}: ${name} must be a whole number; received ${String(value)}.`);
  }
  if (!Number.isSafeInteger(value) && value !== 2 ** 53) {
    throw new RangeError(
      `${caller}: ${name} must be exact as a double (at most 2^53); received ${value}.`,
    );
  }
}
