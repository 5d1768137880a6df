import { element, textElement } from './svg.js';
import { textWidth, truncate } from './text-width.js';
import { theme } from './theme.js';

/** "pred NN% (true)", its names cut so that the percentage always stays. */
export function captionText(
  caption: { readonly predicted: string; readonly truth: string; readonly share: number },
  width: number,
): string {
  const { predicted, truth, share } = caption;
  const percent = Number.isFinite(share) ? `${Math.round(share * 100)}%` : '–';
  const whole = `${predicted} ${percent} (${truth})`;
  const measure = (text: string): number => textWidth(text, theme.labelSize, 600);
  if (measure(whole) <= width) return whole;
  const room = width - measure(` ${percent} ()`) - 1;
  const half = room / 2;
  // A short name leaves its room to the long one.
  const forTruth = Math.max(half, room - measure(predicted));
  const shortTruth = truncate(truth, forTruth, theme.labelSize, 600);
  const shortPredicted = truncate(predicted, room - measure(shortTruth), theme.labelSize, 600);
  return `${shortPredicted} ${percent} (${shortTruth})`;
}

/** The bars of one image's probabilities over a line, numbered while there is room. */
export function probabilityBars(options: {
  readonly row: readonly number[];
  readonly predicted: number;
  readonly truth: number;
  readonly x: number;
  readonly width: number;
  readonly height: number;
}): string {
  const { row, predicted, truth, width, height } = options;
  const base = height - 12;
  const slot = width / row.length;
  const bar = slot > 4 ? slot * 0.72 : slot;
  const parts: string[] = [];
  row.forEach((value, label) => {
    const tall = Number.isFinite(value) ? Math.min(1, Math.max(0, value)) * base : 0;
    const fill = label === truth ? theme.blue : label === predicted ? theme.red : theme.neutral;
    const x = label * slot + (slot - bar) / 2;
    if (tall >= 0.25)
      parts.push(element('rect', { x, y: base - tall, width: bar, height: tall, fill }));
    const named = row.length <= 20 || label === truth || label === predicted;
    if (named && !(row.length > 20 && hidden(row, label, predicted, truth, slot))) {
      const marked = label === truth || label === predicted;
      parts.push(
        textElement(
          {
            x: label * slot + slot / 2,
            y: base + 11,
            'font-size': row.length <= 12 ? 8.5 : 7.5,
            'text-anchor': 'middle',
            ...(marked ? { 'font-weight': 600, fill } : { fill: theme.muted }),
          },
          String(label),
        ),
      );
    }
  });
  return element(
    'g',
    { transform: `translate(${options.x} 0)` },
    ...parts,
    element('path', { d: `M0 ${base + 0.5}H${Math.round(width)}`, stroke: theme.axis }),
  );
}

/** Among many classes only the true and the predicted bear numbers; the truth yields to its neighbour. */
function hidden(
  row: readonly number[],
  label: number,
  predicted: number,
  truth: number,
  slot: number,
): boolean {
  const close = Math.abs(predicted - truth) * slot < textWidth(String(row.length), 8.5) + 4;
  return label === truth && predicted !== truth && close;
}
