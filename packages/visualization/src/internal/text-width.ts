import { interWidths } from './inter-widths.js';

/** Width in pixels of `text` set in Inter, without kerning: layout is the same with and without a DOM. */
export function textWidth(text: string, size: number, weight: 400 | 600 = 400): number {
  let thousandths = 0;
  for (const character of text) thousandths += advance(character.codePointAt(0)!, weight);
  return (thousandths * size) / 1000;
}

/** `text`, cut and ended with an ellipsis where it is wider than `width` pixels. */
export function truncate(
  text: string,
  width: number,
  size: number,
  weight: 400 | 600 = 400,
): string {
  if (textWidth(text, size, weight) <= width) return text;
  const characters = Array.from(text);
  let used = textWidth('…', size, weight);
  let kept = '';
  for (const character of characters) {
    used += textWidth(character, size, weight);
    if (used > width) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

function advance(codePoint: number, weight: 400 | 600): number {
  for (const run of interWidths) {
    const index = codePoint - run.first;
    if (index < 0) continue;
    const width = (weight === 600 ? run.semiBold : run.regular)[index];
    if (width) return width;
  }
  // Not in the table: square for the scripts of East Asia and emoji, else a broad Latin letter.
  return codePoint >= 0x2e80 ? 1000 : 660;
}
