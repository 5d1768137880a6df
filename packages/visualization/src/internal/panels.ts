import { svgDocument, textElement } from './svg.js';
import { truncate } from './text-width.js';
import { theme } from './theme.js';

/** A piece of a picture that knows its size; drawn from (0, 0). */
export interface Panel {
  readonly width: number;
  readonly height: number;
  readonly body: string;
}

/** Panels below each other under an optional heading, as one document. */
export function stackPanels(
  panels: readonly Panel[],
  options: { readonly title: string; readonly label: string; readonly spacing?: number },
): string {
  const { title, label, spacing = 26 } = options;
  const { margin } = theme;
  const inner = Math.max(...panels.map((panel) => panel.width));
  const body: string[] = [];
  let y: number = margin;
  if (title !== '') {
    body.push(
      textElement(
        { x: margin, y: y + 14, 'font-size': theme.titleSize, 'font-weight': 600, fill: theme.ink },
        truncate(title, inner, theme.titleSize, 600),
      ),
    );
    y += 36;
  }
  for (const panel of panels) {
    body.push(`<g transform="translate(${margin} ${y})">${panel.body}</g>`);
    y += panel.height + spacing;
  }
  return svgDocument({
    width: Math.ceil(inner + margin * 2),
    height: Math.ceil(y - spacing + margin),
    label,
    paper: theme.paper,
    fontFamily: theme.fontFamily,
    body,
  });
}

/** The line above a panel: a name, and beside it what the name stands for. */
export function panelHeading(name: string, detail: string, width: number): string {
  const shown = truncate(name, width * 0.6, theme.headingSize, 600);
  return textElement(
    { y: 11, 'font-size': theme.headingSize, 'font-weight': 600, fill: theme.ink },
    shown,
  ).replace(
    '</text>',
    `<tspan dx="8" font-size="${theme.labelSize}" font-weight="400" fill="${theme.muted}">${detail}</tspan></text>`,
  );
}
