import { checkString } from './internal/check.js';
import { type Block, blockOf, blockShape } from './internal/layer-block.js';
import { layerColor } from './internal/layer-colors.js';
import { stackPanels } from './internal/panels.js';
import { element, textElement } from './internal/svg.js';
import { textWidth } from './internal/text-width.js';
import { theme } from './internal/theme.js';
import { checkLayerNodes, type LayerNode, shapeText } from './layer-node.js';

/** Options of {@link layeredView}, named as those of visualkeras. */
export interface LayeredViewOptions {
  /** Whether a legend names the kinds of layers; default true. */
  readonly legend?: boolean;
  /** Whether layers are solids (default) or flat faces. */
  readonly drawVolume?: boolean;
  /** Whether the output shape stands below every layer; default true. */
  readonly showDimension?: boolean;
  /** Kinds of layers to leave out, as `'Dropout'`; default none. */
  readonly typeIgnore?: readonly string[];
  /** A colour for a kind of layer, instead of the theme's. */
  readonly colorMap?: Readonly<Record<string, string>>;
  /** Pixels between layers; default 14. */
  readonly spacing?: number;
  /** A heading; default none. */
  readonly title?: string;
}

/**
 * A model as a row of solids, as visualkeras's `layered_view` draws it: height and width of the
 * output up and back, channels as thickness, both by the square root of their size so that large
 * layers leave room for small ones.
 *
 * @param layers - See {@link LayerNode}, in the order in which they are to stand.
 * @param options - See {@link LayeredViewOptions}.
 * @returns An SVG document.
 * @throws TypeError and RangeError for no layers (left), a name twice or an unknown input.
 * @example
 * ```ts
 * const svg = layeredView([
 *   { name: 'conv2d', type: 'Conv2D', outputShape: [26, 26, 32] },
 *   { name: 'flatten', type: 'Flatten', outputShape: [21632] },
 * ]);
 * ```
 */
export function layeredView(
  layers: readonly LayerNode[],
  options: LayeredViewOptions = {},
): string {
  const {
    legend = true,
    drawVolume = true,
    showDimension = true,
    typeIgnore = [],
    colorMap = {},
    spacing = 14,
    title = '',
  } = options;
  checkLayerNodes('layeredView', layers);
  checkString('layeredView', 'title', title);
  const drawn = layers.filter((layer) => !typeIgnore.includes(layer.type));
  if (drawn.length === 0) {
    throw new RangeError(
      'layeredView: typeIgnore must leave at least one layer; received all of them.',
    );
  }
  const colorOf = (type: string): string => colorMap[type] ?? layerColor(type);
  const blocks = drawn.map((layer) => blockOf(layer.outputShape, drawVolume));
  const above = Math.max(...blocks.map((block) => block.height + block.depth));
  const parts: string[] = [];
  let x = 0;
  drawn.forEach((layer, index) => {
    const block = blocks[index]!;
    const tall = block.height + block.depth;
    // Standing on their middle, as visualkeras has them.
    const y = (above - tall) / 2;
    parts.push(
      element(
        'g',
        { transform: `translate(${Math.round(x)} ${Math.round(y)})` },
        blockShape(block, colorOf(layer.type)),
      ),
    );
    x += advance(block) + spacing;
  });
  const dimension = showDimension
    ? dimensions(drawn, blocks, spacing, above)
    : { body: '', height: 0 };
  const row = {
    width: x - spacing,
    height: above + dimension.height,
    body: parts.join('') + dimension.body,
  };
  const panels = legend ? [row, legendRow(drawn, colorOf, Math.max(row.width, 320))] : [row];
  return stackPanels(panels, {
    title,
    label: `Model: ${drawn.map((layer) => layer.type).join(', ')}`,
  });
}

function advance(block: Block): number {
  return block.width + block.depth;
}

/** Output shapes, upright below their layers so that they never meet. */
function dimensions(
  layers: readonly LayerNode[],
  blocks: readonly Block[],
  spacing: number,
  above: number,
): { readonly body: string; readonly height: number } {
  let x = 0;
  let longest = 0;
  const texts = layers.map((layer, index) => {
    const block = blocks[index]!;
    const middle = x + block.width / 2;
    x += advance(block) + spacing;
    const text = shapeText(layer.outputShape);
    longest = Math.max(longest, textWidth(text, theme.tickSize));
    return textElement(
      {
        transform: `translate(${Math.round(middle) + 3} ${Math.round(above) + 12}) rotate(-90)`,
        'text-anchor': 'end',
        'font-size': theme.tickSize,
        fill: theme.muted,
      },
      text,
    );
  });
  return { body: texts.join(''), height: Math.ceil(longest) + 14 };
}

function legendRow(layers: readonly LayerNode[], colorOf: (type: string) => string, width: number) {
  const parts: string[] = [];
  let [x, y] = [0, 0];
  for (const type of new Set(layers.map((layer) => layer.type))) {
    const wide = textWidth(type, theme.labelSize) + 18;
    if (x > 0 && x + wide > width) [x, y] = [0, y + 18];
    parts.push(
      element('rect', { x, y, width: 11, height: 11, rx: 2, fill: colorOf(type) }),
      textElement({ x: x + 17, y: y + 9.5, 'font-size': theme.labelSize, fill: theme.ink }, type),
    );
    x += wide + 16;
  }
  return { width, height: y + 12, body: parts.join('') };
}
