import { encode } from 'fast-png';
import { viridisHex } from './viridis.js';

/** How one value in [0, 1] becomes a colour. */
export type Colormap = 'gray' | 'binary' | 'viridis';

export const colormaps: readonly Colormap[] = ['gray', 'binary', 'viridis'];

/** Red, green and blue of `level` (0 to 255) under a colormap, written into `rgba` at `offset`. */
export function paint(rgba: Uint8Array, offset: number, level: number, colormap: Colormap): void {
  if (colormap === 'viridis') {
    rgba[offset] = viridis[level * 3]!;
    rgba[offset + 1] = viridis[level * 3 + 1]!;
    rgba[offset + 2] = viridis[level * 3 + 2]!;
  } else {
    rgba.fill(colormap === 'gray' ? level : 255 - level, offset, offset + 3);
  }
  rgba[offset + 3] = 255;
}

/** An RGBA picture as a PNG data URL. */
export function pngDataUrl(rgba: Uint8Array, width: number, height: number): string {
  return `data:image/png;base64,${base64(encode({ data: rgba, width, height, channels: 4 }))}`;
}

/** Bytes as base64, without Buffer, which browsers lack. */
export function base64(bytes: Uint8Array): string {
  let binary = '';
  // In pieces, because a call takes only so many arguments.
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}

const viridis: Uint8Array = new Uint8Array(768).map((_, index) =>
  Number.parseInt(viridisHex.slice(index * 2, index * 2 + 2), 16),
);
