import { isArrayLike } from './fail.js';

/** The entries (or rows) at the given places, in a container of the same kind. */
export function gather<T>(column: T, indices: Int32Array): T {
  if (Array.isArray(column)) return Array.from(indices, (i) => column[i]) as T;
  if (ArrayBuffer.isView(column)) {
    const values = column as unknown as Float64Array;
    const out = new (values.constructor as Float64ArrayConstructor)(indices.length);
    for (let i = 0; i < indices.length; i++) out[i] = values[indices[i]!]!;
    return out as unknown as T;
  }
  const { data, shape } = column as unknown as { data: Float64Array; shape: [number, number] };
  const width = shape[1];
  const out =
    isArrayLike(data) && ArrayBuffer.isView(data)
      ? new (data.constructor as Float64ArrayConstructor)(indices.length * width)
      : new Float64Array(indices.length * width);
  for (let i = 0; i < indices.length; i++) {
    for (let j = 0; j < width; j++) out[i * width + j] = data[indices[i]! * width + j]!;
  }
  return { data: out, shape: [indices.length, width] } as unknown as T;
}

/** How many samples a column holds. */
export function sampleCount(column: unknown): number {
  if (isArrayLike(column)) return column.length;
  return (column as { shape: readonly number[] }).shape[0]!;
}
