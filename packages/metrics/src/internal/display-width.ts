/** How many columns of a terminal a text takes: 2 for East Asian wide characters and emoji. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter().segment(text)) width += segmentWidth(segment);
  return width;
}

/** The text, cut with an ellipsis if it is wider. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let out = '';
  let used = 1;
  for (const { segment } of segmenter().segment(text)) {
    used += segmentWidth(segment);
    if (used > width) break;
    out += segment;
  }
  return `${out}…`;
}

const segmenter = (): Intl.Segmenter => new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function segmentWidth(segment: string): number {
  if (/^\p{Control}/u.test(segment)) return 0;
  if (/^\p{Mark}+$/u.test(segment)) return 0;
  return /\p{Emoji_Presentation}|\ufe0f/u.test(segment) || WIDE.test(segment) ? 2 : 1;
}

/** East Asian Width W and F (Unicode 15, by block). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
