import { expect, test } from 'vitest';
import { checkWellFormed } from '../test/well-formed.js';
import { confusionMatrixPlot } from './confusion-matrix-plot.js';
import { type HtmlReport, htmlReport, type ReportBlock } from './html-report.js';
import { learningCurves } from './learning-curves.js';
import { predictionGrid } from './prediction-grid.js';

const report = (...blocks: ReportBlock[]): HtmlReport => ({
  title: 'basicCnn on MNIST',
  sections: [{ heading: 'Results', blocks }],
});

async function pictures(): Promise<ReportBlock[]> {
  const svgs = [
    await learningCurves({ epoch: [0, 1], history: { loss: [0.2, 0.1], val_loss: [0.3, 0.2] } }),
    await confusionMatrixPlot([
      [9, 1],
      [2, 8],
    ]),
    predictionGrid(
      { images: new Uint8Array(4), labels: [1], shape: [1, 2, 2, 1], classNames: ['a', 'b'] },
      [0.2, 0.8],
    ),
  ];
  return svgs.map((svg) => ({ type: 'svg', svg, caption: 'A picture' }));
}

test('is one well-formed file that names no address on the network', async () => {
  const html = htmlReport({
    ...report(...(await pictures()), { type: 'facts', facts: { seed: 42 } }),
    subtitle: '5 epochs',
    highlights: { 'Test accuracy': '99.12%' },
    footer: 'Written by a test',
  });
  checkWellFormed(html);
  const markup = html.replace(/base64,[\w+/=]+/g, '');
  expect(markup).not.toMatch(/https?:|\/\/[a-z]/i);
  expect(markup).not.toMatch(/(?:src|href)="(?!data:|#)/);
  expect(markup).not.toContain('<script');
  expect(markup).toContain("default-src 'none'");
});

test('is the same file for the same report', async () => {
  const html = htmlReport({ ...report(...(await pictures())), embedFont: false, language: 'de' });
  await expect(html).toMatchFileSnapshot('./__golden__/report.html');
});

test('gives the pictures ids of their own and their marks a title', async () => {
  const clip =
    '<svg xmlns="http://www.w3.org/2000/svg"><clipPath id="c"><rect/></clipPath><g clip-path="url(#c)"><path aria-label="one: 1" d="M0 0"/></g></svg>';
  const html = htmlReport(report({ type: 'svg', svg: clip }, { type: 'svg', svg: clip }));
  expect([...html.matchAll(/ id="(p[^"]*)"/g)].map((match) => match[1])).toEqual(['p1-c', 'p2-c']);
  expect(html).toContain('url(#p2-c)');
  expect(html).toContain('<title>one: 1</title></path>');
});

test('has a dark colour for every colour that the pictures share', async () => {
  const html = htmlReport(report(...(await pictures())));
  const dark = html.slice(html.indexOf('prefers-color-scheme:dark'), html.indexOf('</style>'));
  const used = new Set(
    [...html.matchAll(/ (fill|stroke)="(#\w{6})"/g)].map((match) => `[${match[1]}="${match[2]}"]`),
  );
  used.delete('[fill="#fefefe"]');
  expect(used.size).toBeGreaterThan(5);
  for (const color of used) expect(dark).toContain(color);
});

test('escapes all text', () => {
  const nasty = `<img src=x onerror="alert('1')"> & \u0000`;
  const html = htmlReport({
    title: nasty,
    subtitle: nasty,
    highlights: { [nasty]: nasty },
    footer: nasty,
    language: '"><b>',
    sections: ['a', 'b', 'c'].map(() => ({
      heading: nasty,
      blocks: [
        { type: 'paragraph', text: nasty },
        { type: 'text', text: nasty, caption: nasty },
        { type: 'facts', facts: { [nasty]: nasty } },
        { type: 'table', columns: [nasty], rows: [[nasty]], caption: nasty },
      ],
    })),
  });
  checkWellFormed(html);
  expect(html).not.toContain('<img');
  expect(html).not.toContain('\u0000');
});

test('keeps every space of a text report', () => {
  const text = '\n      precision\n\n  0    0.99  ';
  expect(htmlReport(report({ type: 'text', text }))).toContain(`<pre>\n${text}</pre>`);
});

test.each([
  ['a script', '<svg><script>1</script></svg>'],
  ['an event handler', '<svg><rect onclick="x()"/></svg>'],
  ['an external reference', '<svg><image href="https://example.org/a.png"/></svg>'],
  ['an external reference', '<svg><rect fill="url(//example.org#a)"/></svg>'],
  ['an external reference', '<svg><style>@import "a.css"</style></svg>'],
  ['a foreign object', '<svg><foreignObject/></svg>'],
])('refuses an SVG with %s', (fault, svg) => {
  expect(() => htmlReport(report({ type: 'svg', svg }))).toThrow(`received one with ${fault}`);
});

test('names what is wrong with its arguments', () => {
  expect(() => htmlReport(undefined as never)).toThrow(TypeError);
  expect(() => htmlReport({ title: 5 as never, sections: [] })).toThrow(
    'title must be a string; received 5',
  );
  expect(() => htmlReport(report({ type: 'svg', svg: '<p>' }))).toThrow('must be an SVG document');
  expect(() => htmlReport(report({ type: 'table', columns: ['a'], rows: [[1, 2]] }))).toThrow(
    '1 cells, as it has columns; received 2 in row 0',
  );
  expect(() => htmlReport(report({ type: 'movie' } as never))).toThrow("received 'movie'");
});

test('aligns columns of numbers, also as text and with holes, to the right', () => {
  const rows = [
    ['accuracy', '', '0.9917', '10,000', '3x3'],
    ['macro', 1, '−0.99', '99%', '5'],
  ];
  const html = htmlReport(report({ type: 'table', columns: ['', 'a', 'b', 'c', 'd'], rows }));
  const row = [...html.matchAll(/<t[hd]( [^>]*)?>/g)].map(([tag]) => tag.includes('number'));
  const expected = [false, true, true, true, false];
  expect(row).toEqual([...expected, ...expected, ...expected]);
});
