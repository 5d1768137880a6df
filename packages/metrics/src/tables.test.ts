import { describe, expect, it } from 'vitest';
import { classificationReport } from './classification-report.js';
import { comparisonTable } from './comparison-table.js';
import { confusionMatrix } from './confusion-matrix.js';
import { confusionTable } from './confusion-table.js';
import { reportTable } from './report-table.js';
import { tableCsv } from './table-csv.js';
import { tableHtml } from './table-html.js';
import { tableMarkdown } from './table-markdown.js';
import { tableTerminal } from './table-terminal.js';
import { tableText } from './table-text.js';

const report = classificationReport([0, 1, 2, 2, 2], [0, 0, 2, 2, 1], {
  targetNames: ['猫', 'dog | wolf', 'a, "b"'],
});

/** The comparison of notebook 002. */
const models = comparisonTable([
  {
    name: 'dense',
    scores: { 'train accuracy': 0.8923, 'test accuracy': 0.8731, 'test loss': 0.3527 },
  },
  {
    name: 'CNN',
    scores: {
      'train accuracy': 0.886,
      'test accuracy': { estimate: 0.9048, low: 0.899, high: 0.9105 },
      'test loss': 0.2592,
    },
  },
]);

describe('a report as', () => {
  it('Markdown', () => {
    expect(tableMarkdown(reportTable(report))).toBe(`|  | precision | recall | f1-score | support |
| :-- | --: | --: | --: | --: |
| 猫 | 0.50 | 1.00 | 0.67 | 1 |
| dog \\| wolf | 0.00 | 0.00 | 0.00 | 1 |
| a, "b" | 1.00 | 0.67 | 0.80 | 3 |
| accuracy |  |  | 0.60 | 5 |
| macro avg | 0.50 | 0.56 | 0.49 | 5 |
| weighted avg | 0.70 | 0.60 | 0.61 | 5 |
`);
  });

  it('CSV', () => {
    expect(tableCsv(reportTable(report)).split('\n').slice(2, 5)).toEqual([
      'dog | wolf,0.00,0.00,0.00,1',
      '"a, ""b""",1.00,0.67,0.80,3',
      'accuracy,,,0.60,5',
    ]);
  });

  it('HTML, escaped and tinted', () => {
    const html = tableHtml(reportTable(report));
    expect(html).toContain('<th scope="row" style="text-align:left">a, &quot;b&quot;</th>');
    expect(html).toContain(
      '<td style="text-align:right;background:hsla(120,70%,50%,0.25)">1.00</td>',
    );
    expect(html.match(/<tbody>/g)).toHaveLength(2);
  });

  it('terminal lines that fit, wide characters counted twice', () => {
    const lines = tableTerminal(reportTable(report), { colors: false, width: 50 }).split('\n');
    expect(lines[2]).toBe('猫                 0.50    1.00      0.67        1');
    expect(lines[3]).toBe('dog | wolf         0.00    0.00      0.00        1');
    const narrow = tableTerminal(reportTable(report), { colors: false, width: 44 }).split('\n');
    expect(narrow.find((line) => line.startsWith('weigh…'))).toBeDefined();
    expect(tableTerminal(reportTable(report))).toContain('\u001b[38;5;46m     1.00\u001b[0m');
  });
});

describe('models side by side', () => {
  it('mark the best of each column, losses the lower way', () => {
    expect(tableMarkdown(models)).toBe(`| model | train accuracy | test accuracy | test loss |
| :-- | --: | --: | --: |
| dense | **0.8923** | 0.8731 | 0.3527 |
| CNN | 0.8860 | **0.9048 \\[0.8990, 0.9105\\]** | **0.2592** |
`);
  });

  it('print a dash for a score that a model lacks', () => {
    const table = comparisonTable([
      { name: 'a', scores: { x: 1 } },
      { name: 'b', scores: { y: 2 } },
    ]);
    expect(tableText(table)).toBe(
      'model       x       y\na      1.0000       –\nb           –  2.0000\n',
    );
  });
});

it('a confusion matrix prints counts whole and shares with digits', () => {
  const table = confusionTable(confusionMatrix([0, 1, 1], [0, 1, 0], { normalize: 'true' }), {
    targetNames: ['a', 'b'],
  });
  expect(tableCsv(table)).toBe('true \\ predicted,a,b\na,1,0\nb,0.50,0.50\n');
});
