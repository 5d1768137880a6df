import { checkChoice, checkString } from './internal/check.js';
import { formatCount } from './internal/format.js';
import { type Box, layoutGraph } from './internal/graph-layout.js';
import { layerColor } from './internal/layer-colors.js';
import { element, round, svgDocument, textElement } from './internal/svg.js';
import { textWidth, truncate } from './internal/text-width.js';
import { theme } from './internal/theme.js';
import { checkLayerNodes, inputsOf, type LayerNode, shapeText } from './layer-node.js';

/** Options of {@link modelGraph}, named as those of Keras's `plot_model`. */
export interface ModelGraphOptions {
  /** Whether output shapes are written; default true. */
  readonly showShapes?: boolean;
  /** Whether the layers' names are written beside their classes; default true. */
  readonly showLayerNames?: boolean;
  /** Whether activations are written; default true. */
  readonly showLayerActivations?: boolean;
  /** Whether the counts of weights are written; default true. */
  readonly showParams?: boolean;
  /** From top to bottom (default) or from left to right. */
  readonly rankdir?: 'TB' | 'LR';
  /** A heading; default none. */
  readonly title?: string;
}

/**
 * The graph of a model as SVG, as Keras's `plot_model` draws it: a box a layer, placed by Graphviz
 * (compiled to WebAssembly and loaded at the first call).
 *
 * @param layers - See {@link LayerNode}.
 * @param options - See {@link ModelGraphOptions}.
 * @returns An SVG document.
 * @throws TypeError and RangeError for no layers, a name twice or an unknown input.
 * @example
 * ```ts
 * const svg = await modelGraph([
 *   { name: 'input', type: 'InputLayer', outputShape: [28, 28, 1] },
 *   { name: 'conv2d', type: 'Conv2D', outputShape: [26, 26, 32], params: 320 },
 * ]);
 * ```
 */
export async function modelGraph(
  layers: readonly LayerNode[],
  options: ModelGraphOptions = {},
): Promise<string> {
  const { rankdir = 'TB', title = '' } = options;
  checkLayerNodes('modelGraph', layers);
  checkChoice('modelGraph', 'rankdir', rankdir, ['TB', 'LR']);
  checkString('modelGraph', 'title', title);
  const texts = layers.map((layer) => boxTexts(layer, options));
  const sizes = texts.map(boxSize);
  const edges = layers.flatMap((_, index) =>
    inputsOf(layers, index).map(
      (from) => [layers.findIndex(({ name }) => name === from), index] as const,
    ),
  );
  const graph = await layoutGraph(sizes, edges, rankdir);
  const top = theme.margin + (title === '' ? 0 : 34);
  const width = Math.max(graph.width, textWidth(title, theme.titleSize, 600)) + theme.margin * 2;
  const body = [
    ...(title === ''
      ? []
      : [
          textElement(
            {
              x: theme.margin,
              y: theme.margin + 14,
              'font-size': theme.titleSize,
              'font-weight': 600,
              fill: theme.ink,
            },
            title,
          ),
        ]),
    element(
      'g',
      { transform: `translate(${theme.margin} ${top})` },
      ...graph.paths.map(({ d, tip }) => edgeShape(d, tip)),
      ...graph.boxes.map((box, index) =>
        boxShape(box, texts[index]!, layerColor(layers[index]!.type)),
      ),
    ),
  ];
  return svgDocument({
    width: Math.ceil(width),
    height: Math.ceil(graph.height + top + theme.margin),
    label: `Model of ${layers.length} layers: ${layers.map((layer) => layer.type).join(', ')}`,
    paper: theme.paper,
    fontFamily: theme.fontFamily,
    body,
  });
}

interface BoxTexts {
  readonly heading: string;
  readonly name: string;
  readonly lines: readonly string[];
}

const nameLimit = 200;

function boxTexts(layer: LayerNode, options: ModelGraphOptions): BoxTexts {
  const {
    showShapes = true,
    showLayerNames = true,
    showLayerActivations = true,
    showParams = true,
  } = options;
  const { activation, params } = layer;
  const details = [
    ...(showLayerActivations && activation !== undefined ? [activation] : []),
    ...(showParams && params !== undefined && params > 0 ? [`${formatCount(params)} weights`] : []),
  ];
  return {
    heading: truncate(layer.type, nameLimit, theme.labelSize, 600),
    name: showLayerNames ? truncate(layer.name, nameLimit, theme.labelSize) : '',
    lines: [
      ...(showShapes ? [shapeText(layer.outputShape)] : []),
      ...(details.length > 0 ? [details.join(', ')] : []),
    ],
  };
}

function boxSize(texts: BoxTexts): { readonly width: number; readonly height: number } {
  const heading = textWidth(texts.heading, theme.labelSize, 600);
  const name = texts.name === '' ? 0 : textWidth(texts.name, theme.labelSize) + 8;
  const lines = texts.lines.map((line) => textWidth(line, theme.tickSize));
  return {
    width: Math.ceil(Math.max(120, heading + name, ...lines) + 28),
    height: 26 + texts.lines.length * 15 + (texts.lines.length > 0 ? 3 : 0),
  };
}

function boxShape(box: Box, texts: BoxTexts, color: string): string {
  const { x, y, width, height } = box;
  return element(
    'g',
    { transform: `translate(${round(x)} ${round(y)})` },
    element('rect', { width, height, rx: 5, fill: theme.paper, stroke: theme.axis }),
    element('path', {
      d: `M5 0H4A4 4 0 0 0 0 4V${round(height - 4)}A4 4 0 0 0 4 ${round(height)}H5Z`,
      fill: color,
    }),
    textElement(
      { x: 15, y: 17, 'font-size': theme.labelSize, 'font-weight': 600, fill: theme.ink },
      texts.heading,
    ),
    ...(texts.name === ''
      ? []
      : [
          textElement(
            {
              x: 15 + textWidth(texts.heading, theme.labelSize, 600) + 8,
              y: 17,
              'font-size': theme.labelSize,
              fill: theme.muted,
            },
            texts.name,
          ),
        ]),
    ...texts.lines.map((line, index) =>
      textElement(
        { x: 15, y: 33 + index * 15, 'font-size': theme.tickSize, fill: theme.muted },
        line,
      ),
    ),
  );
}

function edgeShape(
  d: string,
  tip: { readonly x: number; readonly y: number; readonly angle: number },
): string {
  return (
    element('path', { d, fill: 'none', stroke: theme.axis, 'stroke-width': 1.5 }) +
    element('path', {
      d: 'M0 0L-7 -3.5V3.5Z',
      transform: `translate(${round(tip.x)} ${round(tip.y)}) rotate(${round(tip.angle)})`,
      fill: theme.axis,
    })
  );
}
