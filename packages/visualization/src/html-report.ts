import { checkString, received } from './internal/check.js';
import { inlineSvg } from './internal/inline-svg.js';
import { interRegular, interSemiBold } from './internal/inter-font.js';
import { reportStyle } from './internal/report-style.js';
import { escapeXml } from './internal/svg.js';

/** One thing in a section of a report. */
export type ReportBlock =
  /** A picture of this package, or any other SVG document that needs nothing from outside. */
  | { readonly type: 'svg'; readonly svg: string; readonly caption?: string }
  /** A table; columns of numbers, as numbers or as text, are right-aligned and printed as they are. */
  | {
      readonly type: 'table';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly (string | number)[])[];
      readonly caption?: string;
    }
  /** Text in which every space counts: a classification report, a model summary. */
  | { readonly type: 'text'; readonly text: string; readonly caption?: string }
  /** A paragraph of prose. */
  | { readonly type: 'paragraph'; readonly text: string }
  /** Names and values, one a line: options, versions, the machine. */
  | { readonly type: 'facts'; readonly facts: ReportFacts };

/** Values by name, in the order in which they are to be read. */
export type ReportFacts = Readonly<Record<string, string | number | boolean>>;

/** A part of a report under its own heading. */
export interface ReportSection {
  readonly heading: string;
  readonly blocks: readonly ReportBlock[];
}

/** What {@link htmlReport} sets out. */
export interface HtmlReport {
  readonly title: string;
  /** One line under the title: what ran, on what. */
  readonly subtitle?: string;
  /** The few numbers to see first, drawn large: `{ 'Test accuracy': '99.12%' }`. */
  readonly highlights?: ReportFacts;
  readonly sections: readonly ReportSection[];
  /** Small print at the end. */
  readonly footer?: string;
  /** The language of the text, as a BCP 47 tag; default `'en'`. */
  readonly language?: string;
  /** Whether the font travels in the file (100 KB); default true. Without it, text looks different everywhere. */
  readonly embedFont?: boolean;
}

/**
 * A report as one HTML file: pictures, tables and text, light or dark as the reader's system is,
 * readable on a phone and on paper. It holds no script and asks nothing of the network, and its own
 * content security policy forbids both.
 *
 * @param report - See {@link HtmlReport}. All text is escaped.
 * @returns An HTML document, to be written as UTF-8.
 * @throws TypeError for parts of the wrong kind, RangeError for rows that do not fit their columns
 *   and for an SVG that has scripts or refers to something outside.
 * @example
 * ```ts
 * const html = htmlReport({
 *   title: 'basicCnn on MNIST',
 *   highlights: { 'Test accuracy': '99.12%' },
 *   sections: [{ heading: 'Run', blocks: [{ type: 'facts', facts: { seed: 42 } }] }],
 * });
 * ```
 */
export function htmlReport(report: HtmlReport): string {
  if (typeof report !== 'object' || report === null || !Array.isArray(report.sections)) {
    throw new TypeError(
      `htmlReport: report must have a title and sections; received ${received(report)}.`,
    );
  }
  const {
    title,
    subtitle,
    highlights,
    sections,
    footer,
    language = 'en',
    embedFont = true,
  } = report;
  checkString('htmlReport', 'title', title);
  let pictures = 0;
  const render = (block: ReportBlock): string => {
    if (block.type === 'svg') pictures += 1;
    return renderBlock(block, `p${pictures}`);
  };
  const main = sections.map(
    (section, index) =>
      `<section id="s${index + 1}">\n<h2>${escapeXml(section.heading)}</h2>\n${section.blocks.map(render).join('\n')}\n</section>`,
  );
  return `<!DOCTYPE html>
<html lang="${escapeXml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:">
<title>${escapeXml(title)}</title>
<style>
${embedFont ? fontFaces() : ''}${reportStyle}
</style>
</head>
<body>
<header>
<h1>${escapeXml(title)}</h1>
${subtitle === undefined ? '' : `<p class="subtitle">${escapeXml(subtitle)}</p>\n`}${highlights === undefined ? '' : renderHighlights(highlights)}${renderContents(sections)}</header>
<main>
${main.join('\n')}
</main>
${footer === undefined ? '' : `<footer>${escapeXml(footer)}</footer>\n`}</body>
</html>
`;
}

function renderBlock(block: ReportBlock, id: string): string {
  switch (block.type) {
    case 'svg':
      return figure('picture', inlineSvg(block.svg, id), block.caption);
    case 'table':
      return figure('scroll', renderTable(block.columns, block.rows), block.caption);
    case 'text':
      checkString('htmlReport', 'text', block.text);
      return figure('scroll', `<pre>\n${escapeXml(block.text)}</pre>`, block.caption);
    case 'paragraph':
      checkString('htmlReport', 'text', block.text);
      return `<p>${escapeXml(block.text)}</p>`;
    case 'facts':
      return `<dl class="facts">\n${pairs(block.facts)}</dl>`;
    default:
      throw new TypeError(
        `htmlReport: a block's type must be svg, table, text, paragraph or facts; received ${received((block as { type?: unknown }).type)}.`,
      );
  }
}

function figure(kind: string, content: string, caption: string | undefined): string {
  const below = caption === undefined ? '' : `\n<figcaption>${escapeXml(caption)}</figcaption>`;
  // Wide content scrolls in its own box, which the keyboard must be able to reach.
  return `<figure>\n<div class="${kind}" tabindex="0">${content}</div>${below}\n</figure>`;
}

function renderTable(
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const numeric = columns.map((_, index) => {
    const cells = rows.map((row) => row[index] ?? '').filter((cell) => cell !== '');
    return cells.length > 0 && cells.every(isNumber);
  });
  const head = columns
    .map(
      (column, index) =>
        `<th scope="col"${numeric[index] ? ' class="number"' : ''}>${escapeXml(column)}</th>`,
    )
    .join('');
  const body = rows.map((row, index) => {
    if (row.length !== columns.length) {
      throw new RangeError(
        `htmlReport: every row of a table must have ${columns.length} cells, as it has columns; received ${row.length} in row ${index}.`,
      );
    }
    return `<tr>${row
      .map(
        (cell, column) =>
          `<td${numeric[column] ? ' class="number"' : ''}>${escapeXml(String(cell))}</td>`,
      )
      .join('')}</tr>`;
  });
  return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table>`;
}

function isNumber(cell: string | number): boolean {
  return typeof cell === 'number' || /^[-−+]?[\d.,]*\d%?$/.test(cell);
}

function renderHighlights(facts: ReportFacts): string {
  return `<dl class="highlights">\n${pairs(facts)}</dl>\n`;
}

function renderContents(sections: readonly ReportSection[]): string {
  if (sections.length < 3) return '';
  const links = sections.map(
    (section, index) => `<a href="#s${index + 1}">${escapeXml(section.heading)}</a>`,
  );
  return `<nav aria-label="Contents">${links.join(' ')}</nav>\n`;
}

function pairs(facts: ReportFacts): string {
  return Object.entries(facts)
    .map(
      ([name, value]) =>
        `<div><dt>${escapeXml(name)}</dt><dd>${escapeXml(String(value))}</dd></div>\n`,
    )
    .join('');
}

function fontFaces(): string {
  return [
    [400, interRegular],
    [600, interSemiBold],
  ]
    .map(
      ([weight, font]) =>
        `@font-face{font-family:Inter;font-weight:${weight};font-display:swap;src:url(data:font/woff;base64,${font}) format("woff")}\n`,
    )
    .join('');
}
