import { checkChoice, checkInteger, checkString } from './internal/check.js';
import {
  checkImages,
  chooseImages,
  className,
  imageUrl,
  type LabelledImages,
} from './internal/labelled-images.js';
import { stackPanels } from './internal/panels.js';
import { type Colormap, colormaps } from './internal/pixels.js';
import { element, textElement } from './internal/svg.js';
import { truncate } from './internal/text-width.js';
import { theme } from './internal/theme.js';

/** Options of {@link imageGrid}. */
export interface ImageGridOptions {
  /** How many images, from the first on; default 25. More than there are means all. */
  readonly count?: number;
  /** Which images instead, by their index in `data`. */
  readonly indices?: ArrayLike<number>;
  /** Images a row; default 5. */
  readonly columns?: number;
  /** Pixels a side for each image; default 88. */
  readonly size?: number;
  /** Colours of one-channel images; default `'binary'`: dark ink on white paper. */
  readonly colormap?: Colormap;
  /** A heading; default none. */
  readonly title?: string;
}

/**
 * Images with the names of their classes as SVG, to see what a data set holds.
 *
 * @param data - See {@link LabelledImages}; an `ImageDataset` fits.
 * @param options - See {@link ImageGridOptions}.
 * @returns An SVG document.
 * @throws TypeError and RangeError where data and options do not fit together, or for no image.
 * @example
 * ```ts
 * const svg = imageGrid({
 *   images: new Uint8Array(4), labels: [1], shape: [1, 2, 2, 1], classNames: ['cat', 'dog'],
 * });
 * ```
 */
export function imageGrid(data: LabelledImages, options: ImageGridOptions = {}): string {
  const { columns = 5, size = 88, colormap = 'binary', title = '' } = options;
  checkImages('imageGrid', data);
  checkInteger('imageGrid', 'columns', columns, 1);
  checkInteger('imageGrid', 'size', size, 8);
  checkChoice('imageGrid', 'colormap', colormap, colormaps);
  checkString('imageGrid', 'title', title);
  const chosen = chooseImages('imageGrid', data.shape[0], options, 25);
  if (chosen.length === 0) {
    throw new RangeError('imageGrid: data must hold at least one image to draw; received none.');
  }
  const [gapX, gapY, caption] = [14, 12, 18];
  const [, height, width] = data.shape;
  const shrink = size / Math.max(height, width);
  const cells = chosen.map((index, position) =>
    element(
      'g',
      {
        transform: `translate(${(position % columns) * (size + gapX)} ${Math.floor(position / columns) * (size + caption + gapY)})`,
      },
      element('image', {
        x: (size - width * shrink) / 2,
        y: (size - height * shrink) / 2,
        width: width * shrink,
        height: height * shrink,
        style: 'image-rendering:pixelated',
        href: imageUrl(data, index, colormap),
      }),
      element('rect', {
        x: 0.5,
        y: 0.5,
        width: size - 1,
        height: size - 1,
        fill: 'none',
        stroke: theme.axis,
      }),
      textElement(
        {
          x: size / 2,
          y: size + 14,
          'text-anchor': 'middle',
          'font-size': theme.labelSize,
          fill: theme.ink,
        },
        truncate(className(data, data.labels[index]!), size + gapX - 4, theme.labelSize),
      ),
    ),
  );
  const across = Math.min(columns, chosen.length);
  const down = Math.ceil(chosen.length / columns);
  const panel = {
    width: across * (size + gapX) - gapX,
    height: down * (size + caption + gapY) - gapY,
    body: cells.join(''),
  };
  return stackPanels([panel], { title, label: `${chosen.length} images` });
}
