/** What was received, short enough for an error message. */
export function received(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return value.constructor?.name ?? 'an object';
}

/** Throws unless `value` is a whole number in [min, max]. */
export function checkInteger(
  where: string,
  argument: string,
  value: unknown,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (typeof value !== 'number') {
    throw new TypeError(
      `${where}: ${argument} must be a whole number; received ${received(value)}.`,
    );
  }
  if (!Number.isInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`;
    throw new RangeError(
      `${where}: ${argument} must be a whole number ${range}; received ${value}.`,
    );
  }
}

/** Throws unless `value` is one of `allowed`. */
export function checkChoice<T extends string>(
  where: string,
  argument: string,
  value: unknown,
  allowed: readonly T[],
): asserts value is T {
  if (!allowed.includes(value as T)) {
    throw new RangeError(
      `${where}: ${argument} must be one of ${allowed.map((name) => `'${name}'`).join(', ')}; received ${received(value)}.`,
    );
  }
}

/** Throws unless `value` is a string. */
export function checkString(
  where: string,
  argument: string,
  value: unknown,
): asserts value is string {
  if (typeof value !== 'string') {
    throw new TypeError(`${where}: ${argument} must be a string; received ${received(value)}.`);
  }
}
