import { checkChoice, checkInteger, checkString, received } from './internal/check.js';
import { mosaic } from './internal/mosaic.js';
import { type Panel, panelHeading, stackPanels } from './internal/panels.js';
import { type Colormap, colormaps } from './internal/pixels.js';
import { element } from './internal/svg.js';

/** What one layer makes of one image, as plain data. */
export interface LayerActivation {
  /** The name of the layer. */
  readonly name: string;
  /** The values in the order of `shape`. */
  readonly data: ArrayLike<number>;
  /** Without the batch: height, width, channels of a convolution or pooling layer; one size of a dense one. */
  readonly shape: readonly number[];
}

/** Options of {@link featureMaps}. */
export interface FeatureMapsOptions {
  /** How many maps of a layer are drawn, from the first on; default 64. */
  readonly maxMaps?: number;
  /** Maps side by side before the strip breaks; default 16. */
  readonly columns?: number;
  /** Colours from dark to bright; default `'viridis'`. */
  readonly colormap?: Colormap;
  /** A heading; default none. */
  readonly title?: string;
}

/**
 * The feature maps of one image, layer by layer, as SVG strips. Each map stands for itself: minus
 * its mean, over its standard deviation, ×64 + 128, cut to a byte, so that weak maps show as well
 * as strong ones; a map without variance is the even middle colour, values that are not finite stay
 * empty.
 *
 * @param layers - See {@link LayerActivation}; `layerActivations` of `@cnnkit/visualization/tfjs`
 *   takes them out of a model. Layers without height and width (dense ones) are left out.
 * @param options - See {@link FeatureMapsOptions}.
 * @returns An SVG document with one strip a layer.
 * @throws TypeError and RangeError for no layer with maps or data that do not fill their shape.
 * @example
 * ```ts
 * const svg = featureMaps([{ name: 'conv2d', data: [0, 1, 2, 3], shape: [2, 2, 1] }]);
 * ```
 */
export function featureMaps(
  layers: readonly LayerActivation[],
  options: FeatureMapsOptions = {},
): string {
  const { maxMaps = 64, columns = 16, colormap = 'viridis', title = '' } = options;
  checkInteger('featureMaps', 'maxMaps', maxMaps, 1);
  checkInteger('featureMaps', 'columns', columns, 1);
  checkChoice('featureMaps', 'colormap', colormap, colormaps);
  checkString('featureMaps', 'title', title);
  if (!Array.isArray(layers)) {
    throw new TypeError(`featureMaps: layers must be an array; received ${received(layers)}.`);
  }
  for (const layer of layers) checkActivation(layer);
  const drawn = layers.filter((layer) => layer.shape.length === 3);
  if (drawn.length === 0) {
    throw new RangeError(
      `featureMaps: layers must hold at least one of shape height, width, channels; received ${layers.length} without.`,
    );
  }
  return stackPanels(
    drawn.map((layer) => strip(layer, maxMaps, columns, colormap)),
    { title, label: `Feature maps of ${drawn.map((layer) => layer.name).join(', ')}` },
  );
}

const stripWidth = 760;
const widestMap = 72;

function strip(
  layer: LayerActivation,
  maxMaps: number,
  columns: number,
  colormap: Colormap,
): Panel {
  const [height, width, channels] = layer.shape as readonly [number, number, number];
  const maps = Math.min(channels, maxMaps);
  const across = Math.min(columns, maps);
  const shown = Math.min(widestMap, stripWidth / Math.min(columns, Math.max(maps, 8)));
  // Small maps are magnified, or the gap between them would be as wide as they are.
  const magnify = Math.max(1, Math.round(shown / width));
  const gap = Math.max(1, Math.round((width * magnify) / 20));
  const levels = Array.from({ length: maps }, (_, map) => mapLevels(layer.data, map, channels));
  const sheet = mosaic({
    tiles: maps,
    columns: across,
    tileWidth: width,
    tileHeight: height,
    magnify,
    gap,
    colormap,
    level: (tile, y, x) => {
      const level = levels[tile]![y * width + x]!;
      return level < 0 ? undefined : level;
    },
  });
  const scale = (shown * across) / (sheet.width + gap);
  const counted = maps === channels ? '' : `, ${maps} of them shown`;
  const picture = { width: sheet.width * scale, height: sheet.height * scale };
  const panelWidth = Math.max(picture.width, 260);
  return {
    width: panelWidth,
    height: 20 + picture.height,
    body:
      panelHeading(
        layer.name,
        `${channels} ${channels === 1 ? 'map' : 'maps'} of ${height}×${width}${counted}`,
        panelWidth,
      ) +
      element('image', {
        y: 20,
        ...picture,
        preserveAspectRatio: 'none',
        style: 'image-rendering:pixelated',
        href: sheet.url,
      }),
  };
}

/** The bytes of one map, −1 where a value is not finite. */
function mapLevels(data: ArrayLike<number>, map: number, channels: number): Int16Array {
  const pixels = data.length / channels;
  const levels = new Int16Array(pixels).fill(-1);
  let sum = 0;
  let finite = 0;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const value = data[pixel * channels + map]!;
    if (!Number.isFinite(value)) continue;
    sum += value;
    finite += 1;
  }
  const mean = sum / finite;
  let squares = 0;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const value = data[pixel * channels + map]!;
    if (Number.isFinite(value)) squares += (value - mean) ** 2;
  }
  const deviation = Math.sqrt(squares / finite);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const value = data[pixel * channels + map]!;
    if (!Number.isFinite(value)) continue;
    const scaled = deviation === 0 ? 0 : (value - mean) / deviation;
    levels[pixel] = Math.trunc(Math.min(255, Math.max(0, scaled * 64 + 128)));
  }
  return levels;
}

function checkActivation(layer: LayerActivation): void {
  if (typeof layer !== 'object' || layer === null || !Array.isArray(layer.shape)) {
    throw new TypeError(
      `featureMaps: a layer must have name, data and shape; received ${received(layer)}.`,
    );
  }
  checkString('featureMaps', 'layer.name', layer.name);
  for (const size of layer.shape) checkInteger('featureMaps', 'layer.shape', size, 1);
  const values = layer.shape.reduce((product, size) => product * size, 1);
  if (layer.data?.length !== values) {
    throw new RangeError(
      `featureMaps: layer.data must hold ${values} values for the shape [${layer.shape.join(', ')}]; received ${layer.data?.length}.`,
    );
  }
}
