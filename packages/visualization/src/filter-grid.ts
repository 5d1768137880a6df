import { checkChoice, checkInteger, checkString, received } from './internal/check.js';
import { formatPair } from './internal/format.js';
import { colorBarUrl, mosaic } from './internal/mosaic.js';
import { type Panel, panelHeading, stackPanels } from './internal/panels.js';
import { type Colormap, colormaps } from './internal/pixels.js';
import { element, textElement } from './internal/svg.js';
import { textWidth } from './internal/text-width.js';
import { theme } from './internal/theme.js';

/** The kernel of one convolution layer, as plain data. */
export interface FilterLayer {
  /** The name of the layer. */
  readonly name: string;
  /** The weights in the order of `shape`. */
  readonly data: ArrayLike<number>;
  /** Kernel height and width, channels in, filters: as TensorFlow lays a kernel out. */
  readonly shape: readonly [height: number, width: number, channels: number, filters: number];
}

/** Options of {@link filterGrid}. */
export interface FilterGridOptions {
  /** How many filters of a layer are drawn, from the first on; default 64. */
  readonly maxFilters?: number;
  /** How many channels of a filter are drawn, from the first on; default 32. */
  readonly maxChannels?: number;
  /** Colours from the layer's least to its greatest weight; default `'viridis'`. */
  readonly colormap?: Colormap;
  /** A heading; default none. */
  readonly title?: string;
}

/**
 * The filters of convolution layers as SVG. Weights are scaled by the least and greatest of their
 * whole layer, so tiles can be compared. A layer with one channel is a sheet of its filters; one
 * with more is a grid with a row for each filter and a column for each channel.
 *
 * @param layers - One layer or more, see {@link FilterLayer}; `layerFilters` of
 *   `@cnnkit/visualization/tfjs` takes them out of a model. Weights that are not finite stay empty.
 * @param options - See {@link FilterGridOptions}.
 * @returns An SVG document with one panel a layer.
 * @throws TypeError and RangeError for no layers or data that do not fill their shape.
 * @example
 * ```ts
 * const svg = filterGrid({ name: 'conv2d', data: [0, 1, 1, 0], shape: [2, 2, 1, 1] });
 * ```
 */
export function filterGrid(
  layers: FilterLayer | readonly FilterLayer[],
  options: FilterGridOptions = {},
): string {
  const { maxFilters = 64, maxChannels = 32, colormap = 'viridis', title = '' } = options;
  const all = Array.isArray(layers) ? (layers as readonly FilterLayer[]) : [layers as FilterLayer];
  checkInteger('filterGrid', 'maxFilters', maxFilters, 1);
  checkInteger('filterGrid', 'maxChannels', maxChannels, 1);
  checkChoice('filterGrid', 'colormap', colormap, colormaps);
  checkString('filterGrid', 'title', title);
  if (all.length === 0) {
    throw new RangeError('filterGrid: layers must hold at least one layer; received none.');
  }
  for (const layer of all) checkLayer(layer);
  return stackPanels(
    all.map((layer) => filterPanel(layer, maxFilters, maxChannels, colormap)),
    { title, label: `Filters of ${all.map((layer) => layer.name).join(', ')}`, spacing: 30 },
  );
}

const sheetWidth = 640;
const sheetHeight = 900;

function filterPanel(
  layer: FilterLayer,
  maxFilters: number,
  maxChannels: number,
  colormap: Colormap,
): Panel {
  const [height, width, allChannels, allFilters] = layer.shape;
  const channels = Math.min(allChannels, maxChannels);
  const filters = Math.min(allFilters, maxFilters);
  const single = allChannels === 1;
  const columns = single ? Math.min(16, filters) : channels;
  const rows = single ? Math.ceil(filters / columns) : filters;
  const gap = 2;
  const magnify = Math.max(
    1,
    Math.min(
      Math.floor((sheetWidth / columns - gap) / width),
      Math.floor((sheetHeight / rows - gap) / height),
      Math.ceil(33 / Math.max(width, height)),
    ),
  );
  const { least, greatest } = extent(layer.data);
  const span = greatest - least;
  const level = (weight: number): number | undefined => {
    if (!Number.isFinite(weight)) return undefined;
    // All weights alike: the middle, since 0/0 says nothing.
    return span === 0 ? 128 : Math.round(((weight - least) / span) * 255);
  };
  const sheet = mosaic({
    tiles: single ? filters : filters * channels,
    columns,
    tileWidth: width,
    tileHeight: height,
    magnify,
    gap,
    colormap,
    level: (tile, y, x) => {
      const filter = single ? tile : Math.floor(tile / channels);
      const channel = single ? 0 : tile % channels;
      return level(layer.data[((y * width + x) * allChannels + channel) * allFilters + filter]!);
    },
  });
  const axis = single ? { left: 0, top: 0, body: '' } : gridAxes(filters, channels, sheet, gap);
  const scale = colorBar(least, greatest, colormap);
  const panelWidth = Math.max(axis.left + sheet.width, 300);
  const body = [
    panelHeading(layer.name, detail(layer, filters, channels), panelWidth),
    element('g', { transform: 'translate(0 20)' }, scale),
    element(
      'g',
      { transform: `translate(${axis.left} ${46 + axis.top})` },
      axis.body,
      element('image', {
        width: sheet.width,
        height: sheet.height,
        style: 'image-rendering:pixelated',
        href: sheet.url,
      }),
    ),
  ].join('');
  return { width: panelWidth, height: 46 + axis.top + sheet.height, body };
}

function detail(layer: FilterLayer, filters: number, channels: number): string {
  const [height, width, allChannels, allFilters] = layer.shape;
  const of = (shown: number, all: number, what: string): string =>
    shown === all ? `${all} ${what}${all === 1 ? '' : 's'}` : `${shown} of ${all} ${what}s`;
  return `${of(filters, allFilters, 'filter')} of ${height}×${width}, ${of(channels, allChannels, 'channel')}`;
}

/** Numbers beside the first and every so-many-th row and column, and what they count. */
function gridAxes(
  filters: number,
  channels: number,
  sheet: { readonly width: number; readonly height: number },
  gap: number,
): { readonly left: number; readonly top: number; readonly body: string } {
  const stepX = (sheet.width + gap) / channels;
  const stepY = (sheet.height + gap) / filters;
  const style = { 'font-size': 8.5, fill: theme.muted };
  const parts: string[] = [];
  const everyX = Math.ceil(18 / stepX);
  for (let channel = 0; channel < channels; channel += everyX) {
    const x = channel * stepX + (stepX - gap) / 2;
    parts.push(textElement({ x, y: -5, 'text-anchor': 'middle', ...style }, String(channel)));
  }
  const everyY = Math.ceil(11 / stepY);
  for (let filter = 0; filter < filters; filter += everyY) {
    const y = filter * stepY + (stepY - gap) / 2 + 3;
    parts.push(textElement({ x: -6, y, 'text-anchor': 'end', ...style }, String(filter)));
  }
  parts.push(
    textElement({ x: 0, y: -18, 'font-size': theme.tickSize, fill: theme.muted }, 'channel →'),
    textElement(
      {
        transform: `translate(-24 ${0}) rotate(-90)`,
        'text-anchor': 'end',
        'font-size': theme.tickSize,
        fill: theme.muted,
      },
      '← filter',
    ),
  );
  return { left: 34, top: 24, body: parts.join('') };
}

function colorBar(least: number, greatest: number, colormap: Colormap): string {
  const [low, high] = formatPair(least, greatest);
  const start = textWidth(low, theme.tickSize) + 6;
  const style = { y: 8, 'font-size': theme.tickSize, fill: theme.muted };
  return [
    textElement(style, low),
    element('image', {
      x: start,
      width: 120,
      height: 9,
      preserveAspectRatio: 'none',
      href: colorBarUrl(colormap),
    }),
    textElement({ x: start + 126, ...style }, high),
  ].join('');
}

function extent(data: ArrayLike<number>): { readonly least: number; readonly greatest: number } {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < data.length; index += 1) {
    const value = data[index]!;
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return least > greatest ? { least: 0, greatest: 0 } : { least, greatest };
}

function checkLayer(layer: FilterLayer): void {
  if (typeof layer !== 'object' || layer === null || !Array.isArray(layer.shape)) {
    throw new TypeError(
      `filterGrid: a layer must have name, data and shape; received ${received(layer)}.`,
    );
  }
  checkString('filterGrid', 'layer.name', layer.name);
  if (layer.shape.length !== 4) {
    throw new RangeError(
      `filterGrid: layer.shape must have four sizes (height, width, channels, filters); received [${layer.shape.join(', ')}].`,
    );
  }
  for (const size of layer.shape) checkInteger('filterGrid', 'layer.shape', size, 1);
  const values = layer.shape.reduce((product: number, size) => product * size, 1);
  if (layer.data?.length !== values) {
    throw new RangeError(
      `filterGrid: layer.data must hold ${values} values for the shape [${layer.shape.join(', ')}]; received ${layer.data?.length}.`,
    );
  }
}
