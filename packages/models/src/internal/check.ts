/** Throws unless `value` is a whole number from `least` on. */
export function checkCount(caller: string, name: string, value: number, least = 1): void {
  if (!Number.isInteger(value)) {
    throw new TypeError(`${caller}: ${name} must be a whole number; received ${String(value)}.`);
  }
  if (value < least) {
    throw new RangeError(`${caller}: ${name} must be at least ${least}; received ${value}.`);
  }
}

/** Throws unless `values` is a list of whole numbers from 1 on, with at least `least` of them. */
export function checkCounts(
  caller: string,
  name: string,
  values: readonly number[],
  least: number,
): void {
  if (!Array.isArray(values)) {
    throw new TypeError(
      `${caller}: ${name} must be a list of whole numbers; received ${String(values)}.`,
    );
  }
  if (values.length < least) {
    throw new RangeError(
      `${caller}: ${name} must hold at least ${least} values; received ${values.length}.`,
    );
  }
  values.forEach((value, i) => {
    checkCount(caller, `${name}[${i}]`, value);
  });
}
