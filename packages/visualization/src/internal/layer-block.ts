import { element, round } from './svg.js';
import { theme } from './theme.js';

/** A layer as a solid: its front face, and how far it reaches back, up and to the right. */
export interface Block {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

/** Sizes grow with the root of what they stand for, between bounds. */
export function blockOf(shape: readonly (number | null)[], volume: boolean): Block {
  const sizes = shape.map((size) => size ?? 1);
  const clamp = (value: number, least: number, greatest: number): number =>
    Math.round(Math.min(greatest, Math.max(least, value)));
  if (sizes.length >= 3) {
    const [height, width, channels] = sizes as [number, number, number];
    return {
      width: clamp(Math.sqrt(channels) * 4, 6, 90),
      height: clamp(Math.sqrt(height) * 26, 12, 260),
      depth: volume ? clamp(Math.sqrt(width) * 9, 5, 90) : 0,
    };
  }
  const units = sizes.reduce((product, size) => product * size, 1);
  return { width: 9, height: clamp(Math.sqrt(units) * 9, 22, 260), depth: volume ? 6 : 0 };
}

/** The solid: a face to the front, lit from above, in shadow at the side. */
export function blockShape(block: Block, color: string): string {
  const { width, height, depth } = block;
  const edge = { stroke: theme.paper, 'stroke-width': 0.75, 'stroke-linejoin': 'round' };
  const front = element('rect', { y: depth, width, height, fill: color, ...edge });
  if (depth === 0) return front;
  const side = `M${width} ${depth}l${depth} ${-depth}v${height}l${-depth} ${depth}Z`;
  const top = `M0 ${depth}l${depth} ${-depth}h${width}l${-depth} ${depth}Z`;
  return [
    front,
    element('path', { d: side, fill: color, ...edge }),
    element('path', { d: side, fill: '#000000', 'fill-opacity': round(0.28) }),
    element('path', { d: top, fill: color, ...edge }),
    element('path', { d: top, fill: '#fdfdfd', 'fill-opacity': round(0.35) }),
  ].join('');
}
