/** How bytes become numbers. */
export interface ScalingOptions {
  /** Factor for each byte. Default: 1 / 255, so that pixels lie in 0 to 1. */
  readonly scale?: number;
  /** Subtracted after scaling: one number for each channel, or one for all. Default: 0. */
  readonly mean?: number | readonly number[];
  /** Divided by after that: one number for each channel, or one for all. Default: 1. */
  readonly deviation?: number | readonly number[];
}

/**
 * For each channel the 256 numbers that bytes turn into, rounded once to float32: a look-up for a
 * pixel is faster than arithmetic and never rounds twice.
 */
export function pixelTable(channels: number, options: ScalingOptions): Float32Array {
  const { scale = 1 / 255, mean = 0, deviation = 1 } = options;
  if (!Number.isFinite(scale)) {
    throw new RangeError(`batches: scale must be a finite number; received ${scale}.`);
  }
  const table = new Float32Array(256 * channels);
  for (let channel = 0; channel < channels; channel++) {
    const m = pick('mean', mean, channel, channels);
    const d = pick('deviation', deviation, channel, channels);
    if (d === 0) {
      throw new RangeError(
        `batches: deviation must not be 0; received 0 for channel ${channel}. ` +
          'A channel that is the same everywhere cannot be normalised: use 1.',
      );
    }
    for (let byte = 0; byte < 256; byte++) {
      // Dividing where the factor is that of the default gives the nearest float32 to byte / 255.
      const value = scale === 1 / 255 ? byte / 255 : byte * scale;
      table[channel * 256 + byte] = (value - m) / d;
    }
  }
  return table;
}

function pick(
  name: string,
  value: number | readonly number[],
  channel: number,
  channels: number,
): number {
  const all = typeof value === 'number' ? new Array<number>(channels).fill(value) : value;
  if (all.length !== channels || !all.every((v) => Number.isFinite(v))) {
    throw new RangeError(
      `batches: ${name} must be a finite number or one for each of ${channels} channels; ` +
        `received ${JSON.stringify(value)}.`,
    );
  }
  return all[channel]!;
}
