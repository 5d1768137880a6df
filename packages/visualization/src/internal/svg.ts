/** An attribute value; `undefined` leaves the attribute out. */
export type Attribute = string | number | undefined;

/**
 * One SVG element as text. Numbers are rounded to two decimals, so that the same picture is the
 * same string on every machine; attribute values are escaped, children are taken as they are.
 */
export function element(
  name: string,
  attributes: Readonly<Record<string, Attribute>>,
  ...children: readonly string[]
): string {
  let open = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    open += ` ${key}="${typeof value === 'number' ? round(value) : escapeXml(value)}"`;
  }
  const content = children.join('');
  return content === '' ? `${open}/>` : `${open}>${content}</${name}>`;
}

/** A `<text>` element; the text is escaped. */
export function textElement(
  attributes: Readonly<Record<string, Attribute>>,
  content: string,
): string {
  return element('text', attributes, escapeXml(content));
}

/** A whole document with a paper-coloured ground. */
export function svgDocument(options: {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  readonly paper: string;
  readonly fontFamily: string;
  readonly body: readonly string[];
}): string {
  const { width, height, label, paper, fontFamily, body } = options;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${round(width)} ${round(height)}`,
      role: 'img',
      'aria-label': label,
      'font-family': fontFamily,
    },
    element('rect', { width, height, fill: paper }),
    ...body,
  );
}

/** A number with at most two decimals and no trailing zeros. */
export function round(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text made safe for XML and HTML, as content and inside quotes; characters XML forbids become U+FFFD. */
export function escapeXml(text: string): string {
  return text.replace(forbidden, '\uFFFD').replace(/[&<>"']/g, (character) => entities[character]!);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 allows no other control characters.
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
