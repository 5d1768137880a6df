import { round } from './svg.js';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly paths: readonly {
    readonly d: string;
    readonly tip: { readonly x: number; readonly y: number; readonly angle: number };
  }[];
}

/**
 * Where Graphviz would put boxes of given sizes and the edges between them. Only the places are
 * taken from it, since it knows neither our font nor our colours.
 */
export async function layoutGraph(
  sizes: readonly { readonly width: number; readonly height: number }[],
  edges: readonly (readonly [from: number, to: number])[],
  rankdir: 'TB' | 'LR',
): Promise<GraphLayout> {
  const { instance } = await import('@viz-js/viz');
  const viz = await instance();
  // Graphviz counts in inches of 72 points, from the lower left corner.
  const placed = viz.renderJSON({
    directed: true,
    graphAttributes: { rankdir, nodesep: 0.4, ranksep: 0.36, pad: 0 },
    nodeAttributes: { shape: 'box', fixedsize: true, label: '' },
    edgeAttributes: { arrowhead: 'normal', arrowsize: 0.7 },
    nodes: sizes.map((size, index) => ({
      name: String(index),
      attributes: { width: size.width / 72, height: size.height / 72 },
    })),
    edges: edges.map(([tail, head]) => ({ tail: String(tail), head: String(head) })),
  }) as PlacedGraph;
  const [left, bottom, right, top] = placed.bb.split(',').map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const boxes: Box[] = [];
  for (const object of placed.objects ?? []) {
    const [x, y] = object.pos.split(',').map(Number) as [number, number];
    const { width, height } = sizes[Number(object.name)]!;
    boxes[Number(object.name)] = {
      x: x - left - width / 2,
      y: top - y - height / 2,
      width,
      height,
    };
  }
  const paths = (placed.edges ?? []).map(({ pos }) => edgePath(pos, left, top));
  return { width: right - left, height: top - bottom, boxes, paths };
}

interface PlacedGraph {
  readonly bb: string;
  readonly objects?: readonly { readonly name: string; readonly pos: string }[];
  readonly edges?: readonly { readonly pos: string }[];
}

/** Graphviz's "e,x,y x,y x,y …": the arrow's tip, then a B-spline of cubic pieces. */
function edgePath(pos: string, left: number, top: number): GraphLayout['paths'][number] {
  const points = pos
    .replace('e,', '')
    .split(' ')
    .map((pair) => {
      const [x, y] = pair.split(',').map(Number) as [number, number];
      return { x: x - left, y: top - y };
    });
  const [tip, start, ...rest] = points;
  const last = points.at(-1)!;
  const angle = Math.atan2(tip!.y - last.y, tip!.x - last.x);
  // The spline ends before the arrow begins; the line goes on into the arrow.
  const inside = { x: tip!.x - 5 * Math.cos(angle), y: tip!.y - 5 * Math.sin(angle) };
  const at = (point: { x: number; y: number }): string => `${round(point.x)} ${round(point.y)}`;
  return {
    d: `M${at(start!)}C${rest.map(at).join(' ')}L${at(inside)}`,
    tip: { ...tip!, angle: (angle * 180) / Math.PI },
  };
}
