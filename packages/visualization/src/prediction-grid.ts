import { checkChoice, checkInteger, checkString, received } from './internal/check.js';
import {
  checkImages,
  chooseImages,
  className,
  imageUrl,
  type LabelledImages,
} from './internal/labelled-images.js';
import { type Colormap, colormaps } from './internal/pixels.js';
import { captionText, probabilityBars } from './internal/prediction-parts.js';
import { element, svgDocument, textElement } from './internal/svg.js';
import { truncate } from './internal/text-width.js';
import { theme } from './internal/theme.js';

/** Options of {@link predictionGrid}. */
export interface PredictionGridOptions {
  /** How many images, from the first on; default 15. More than there are means all. */
  readonly count?: number;
  /** Which images instead, by their index in `data`. */
  readonly indices?: ArrayLike<number>;
  /** Images a row; default 3. */
  readonly columns?: number;
  /** Whether the bar of every class stands beside the image; default true. */
  readonly bars?: boolean;
  /** Colours of one-channel images; default `'binary'`: dark ink on white paper. */
  readonly colormap?: Colormap;
  /** A heading; default none. */
  readonly title?: string;
}

/**
 * Images with what the model makes of them, as SVG: each is captioned "predicted NN% (true)", blue
 * where right and red where wrong, and beside it stands a bar for the probability of every class,
 * gray but for the predicted (red) and the true one (blue).
 *
 * @param data - See {@link LabelledImages}; an `ImageDataset` fits.
 * @param probabilities - Count × classes values, row after row, or what `predict` of
 *   `@cnnkit/training` returns. Values beyond [0, 1] are drawn at the edge; NaN draws no bar.
 * @param options - See {@link PredictionGridOptions}.
 * @returns An SVG document.
 * @throws TypeError and RangeError where data, probabilities or options do not fit together.
 * @example
 * ```ts
 * const svg = predictionGrid(
 *   { images: new Uint8Array(4), labels: [1], shape: [1, 2, 2, 1], classNames: ['cat', 'dog'] },
 *   new Float32Array([0.1, 0.9]),
 * );
 * ```
 */
export function predictionGrid(
  data: LabelledImages,
  probabilities: ArrayLike<number> | { readonly data: ArrayLike<number> },
  options: PredictionGridOptions = {},
): string {
  const { columns = 3, bars = true, colormap = 'binary', title = '' } = options;
  checkImages('predictionGrid', data);
  checkInteger('predictionGrid', 'columns', columns, 1);
  checkChoice('predictionGrid', 'colormap', colormap, colormaps);
  checkString('predictionGrid', 'title', title);
  const values = flat(probabilities);
  const classes = classesOf(data, values);
  const chosen = chooseImages('predictionGrid', data.shape[0], options, 15);

  const image = 88;
  const barsWidth = bars ? Math.min(220, Math.max(110, classes * 2)) : 0;
  const cellWidth = image + (bars ? 14 + barsWidth : 34);
  const cellHeight = image + (bars ? 30 : 24);
  const [gapX, gapY, margin] = [26, 14, theme.margin];
  const top = margin + (title === '' ? 0 : 34);
  const used = Math.max(1, Math.min(columns, chosen.length));
  const width = margin * 2 + used * cellWidth + (used - 1) * gapX;
  const rows = Math.ceil(chosen.length / columns);
  const key = bars && classes <= 20 ? classKey(data, classes, width - margin * 2) : [];
  const keyTop = top + rows * (cellHeight + gapY);

  const body = chosen.map((index, position) => {
    const row = Array.from({ length: classes }, (_, label) => values[index * classes + label]!);
    const x = margin + (position % columns) * (cellWidth + gapX);
    const y = top + Math.floor(position / columns) * (cellHeight + gapY);
    return predictionCell({ data, index, row, colormap, image, barsWidth, cellWidth, x, y });
  });
  if (title !== '') {
    body.unshift(
      textElement(
        {
          x: margin,
          y: margin + 14,
          'font-size': theme.titleSize,
          'font-weight': 600,
          fill: theme.ink,
        },
        truncate(title, width - 2 * margin, theme.titleSize, 600),
      ),
    );
  }
  key.forEach((line, index) => {
    body.push(
      textElement(
        { x: margin, y: keyTop + 14 + index * 15, 'font-size': theme.tickSize, fill: theme.muted },
        line,
      ),
    );
  });
  return svgDocument({
    width,
    height: keyTop + (key.length > 0 ? key.length * 15 + 10 : 0) + margin - gapY,
    label: `Predictions for ${chosen.length} images`,
    paper: theme.paper,
    fontFamily: theme.fontFamily,
    body,
  });
}

function predictionCell(cell: {
  readonly data: LabelledImages;
  readonly index: number;
  readonly row: readonly number[];
  readonly colormap: Colormap;
  readonly image: number;
  readonly barsWidth: number;
  readonly cellWidth: number;
  readonly x: number;
  readonly y: number;
}): string {
  const { data, index, row, image, barsWidth, cellWidth } = cell;
  const truth = data.labels[index]!;
  const predicted = argmax(row);
  const color = predicted === truth ? theme.blue : theme.red;
  const [, height, width] = data.shape;
  const shrink = image / Math.max(height, width);
  const caption = captionText(
    {
      predicted: className(data, predicted),
      truth: className(data, truth),
      share: row[predicted]!,
    },
    cellWidth,
  );
  return element(
    'g',
    { transform: `translate(${cell.x} ${cell.y})` },
    element('image', {
      x: (image - width * shrink) / 2,
      y: (image - height * shrink) / 2,
      width: width * shrink,
      height: height * shrink,
      style: 'image-rendering:pixelated',
      href: imageUrl(data, index, cell.colormap),
    }),
    element('rect', {
      x: 0.5,
      y: 0.5,
      width: image - 1,
      height: image - 1,
      fill: 'none',
      stroke: theme.axis,
    }),
    ...(barsWidth > 0
      ? [probabilityBars({ row, predicted, truth, x: image + 14, width: barsWidth, height: image })]
      : []),
    textElement(
      {
        y: image + (barsWidth > 0 ? 20 : 16),
        'font-size': theme.labelSize,
        'font-weight': 600,
        fill: color,
      },
      caption,
    ),
  );
}

/** The first greatest value, as NumPy's argmax; NaN never wins. */
function argmax(row: readonly number[]): number {
  let best = 0;
  for (let label = 1; label < row.length; label += 1) {
    if (row[label]! > row[best]! || Number.isNaN(row[best]!)) best = label;
  }
  return best;
}

/** "0 T-shirt/top   1 Trouser …" in lines, unless the names are the numbers. */
function classKey(data: LabelledImages, classes: number, width: number): string[] {
  const entries = Array.from({ length: classes }, (_, label) => ({
    label,
    name: className(data, label),
  }));
  if (entries.every((entry) => entry.name === String(entry.label))) return [];
  const lines: string[] = [];
  for (const { label, name } of entries) {
    const entry = `${label} ${truncate(name, 140, theme.tickSize)}`;
    const joined = lines.length === 0 ? entry : `${lines.at(-1)}  ·  ${entry}`;
    if (lines.length > 0 && truncate(joined, width, theme.tickSize) === joined)
      lines[lines.length - 1] = joined;
    else lines.push(entry);
  }
  return lines;
}

function flat(
  probabilities: ArrayLike<number> | { readonly data: ArrayLike<number> },
): ArrayLike<number> {
  // Object(): what is neither is refused by classesOf.
  return 'data' in Object(probabilities)
    ? (probabilities as { readonly data: ArrayLike<number> }).data
    : (probabilities as ArrayLike<number>);
}

function classesOf(data: LabelledImages, probabilities: ArrayLike<number>): number {
  const count = data.shape[0];
  if (typeof probabilities?.length !== 'number') {
    throw new TypeError(
      `predictionGrid: probabilities must be an array; received ${received(probabilities)}.`,
    );
  }
  const classes = probabilities.length / Math.max(1, count);
  if (count === 0 || !Number.isInteger(classes) || classes < 1) {
    throw new RangeError(
      `predictionGrid: probabilities must hold as many values for each of ${count} images; received ${probabilities.length}.`,
    );
  }
  return classes;
}
