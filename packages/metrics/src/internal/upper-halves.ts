/** A view whose even places are the upper halves of doubles: on a big-endian machine the first. */
export function upperHalves({ buffer, byteOffset, length }: Float64Array): Int32Array {
  if (length === 0) return new Int32Array(0);
  const second = Number(new Int32Array(Float64Array.of(1).buffer)[1] !== 0);
  return new Int32Array(buffer, byteOffset + 4 * second, 2 * length - second);
}

/** How doubles become places: the upper half, less the lowest, less its last bits. */
export interface Bits {
  readonly lowest: number;
  readonly shift: number;
}

/** Undefined if the upper halves are all equal; zeros, which are far below all others, do not count. */
export function bitsOf(
  values: Float64Array,
  count: number,
  high: number,
  places: number,
): Bits | undefined {
  let low = high;
  for (let i = 0; i < count; i++) {
    const size = Math.abs(values[i]!);
    if (size < low && size > 0) low = size;
  }
  const halves = upperHalves(Float64Array.of(low, high));
  const lowest = halves[0]!;
  const span = halves[2]! - lowest;
  // A place for each of the first bits of the span.
  const shift = Math.max(0, Math.clz32(places) + 1 - Math.clz32(span));
  return span === 0 ? undefined : { lowest, shift };
}

export function placeAtHalf(half: number, { lowest, shift }: Bits): number {
  return Math.max(0, (half & 0x7fffffff) - lowest) >>> shift;
}
