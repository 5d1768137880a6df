/** The number of samples of a count or of a list with one entry a sample. */
export function sampleCount(caller: string, samples: number | ArrayLike<unknown>): number {
  const n = typeof samples === 'number' ? samples : samples?.length;
  if (!Number.isInteger(n)) {
    throw new TypeError(
      `${caller}: samples must be a count or a list with one entry a sample; received ${String(samples)}.`,
    );
  }
  if (n < 0 || n > 0x7fffffff) {
    throw new RangeError(`${caller}: samples must lie in [0, 2^31); received ${n}.`);
  }
  return n;
}
