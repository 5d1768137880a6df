import { type Colormap, paint, pngDataUrl } from './pixels.js';

/** Many small pictures of one size in one PNG; what is between them is transparent. */
export interface Mosaic {
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

export interface MosaicOptions {
  readonly tiles: number;
  readonly columns: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** PNG pixels a side for each value. */
  readonly magnify: number;
  readonly gap: number;
  readonly colormap: Colormap;
  /** The level (0 to 255) of a value, or undefined where there is none to show. */
  readonly level: (tile: number, y: number, x: number) => number | undefined;
}

/** Lays tiles out row by row. */
export function mosaic(options: MosaicOptions): Mosaic {
  const { tiles, columns, tileWidth, tileHeight, magnify, gap, colormap, level } = options;
  const rows = Math.ceil(tiles / columns);
  const stepX = tileWidth * magnify + gap;
  const stepY = tileHeight * magnify + gap;
  const width = columns * stepX - gap;
  const height = rows * stepY - gap;
  const rgba = new Uint8Array(width * height * 4);
  for (let tile = 0; tile < tiles; tile += 1) {
    const left = (tile % columns) * stepX;
    const top = Math.floor(tile / columns) * stepY;
    for (let y = 0; y < tileHeight; y += 1) {
      for (let x = 0; x < tileWidth; x += 1) {
        const value = level(tile, y, x);
        if (value === undefined) continue;
        const first = ((top + y * magnify) * width + left + x * magnify) * 4;
        for (let row = 0; row < magnify; row += 1) {
          for (let column = 0; column < magnify; column += 1) {
            paint(rgba, first + (row * width + column) * 4, value, colormap);
          }
        }
      }
    }
  }
  return { url: pngDataUrl(rgba, width, height), width, height };
}

/** A colour scale from least to greatest, as a picture one pixel high. */
export function colorBarUrl(colormap: Colormap): string {
  const rgba = new Uint8Array(256 * 4);
  for (let level = 0; level < 256; level += 1) paint(rgba, level * 4, level, colormap);
  return pngDataUrl(rgba, 256, 1);
}
