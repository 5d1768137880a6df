import { expect, test } from 'vitest';
import { compare, comparisonTable, short, summaryTable } from './report.mjs';

/** @param {string} name @param {'ours' | 'peer'} side @param {number[]} msPerStep */
function result(name, side, msPerStep) {
  const facts = {
    description: '',
    parameters: 1,
    steps: 1,
    predictPerSecond: [],
    peakBytes: null,
    warmupMsPerStep: 5,
  };
  return { name, side, msPerStep, ...facts };
}

const results = [
  result('cnnkit', 'ours', [1, 2, 3]),
  result('torch-nhwc', 'peer', [4, 4, 4]),
  result('torch-nchw', 'peer', [3, 3, 3]),
];

test('ours are compared with every peer and with the better layout of PyTorch', () => {
  expect(compare(results)).toEqual([
    { ours: 'cnnkit', peer: 'torch-nhwc', ratio: 2, min: 4 / 3, max: 4 },
    { ours: 'cnnkit', peer: 'torch-nchw', ratio: 1.5, min: 1, max: 3 },
    { ours: 'cnnkit', peer: 'torch, its best', ratio: 1.5, min: 1, max: 3 },
  ]);
});

test('a comparison is a Markdown table with the range beside the ratio', () => {
  expect(comparisonTable(compare(results.slice(0, 2)))).toBe(
    [
      '| times as fast as | cnnkit     |',
      '|------------------|------------|',
      '| torch-nhwc       | 2 (1.33–4) |',
    ].join('\n'),
  );
});

test('the summary of several models ends with the geometric mean of each column', () => {
  const comparison = { ours: 'cnnkit', peer: 'keras', min: 1, max: 1 };
  const runs = [
    { title: 'A', comparisons: [{ ...comparison, ratio: 4 }] },
    { title: 'B', comparisons: [{ ...comparison, ratio: 1 }] },
  ];
  expect(summaryTable(runs).split('\n').at(-1)).toMatch(/geometric mean *\| 2 /);
});

test('numbers keep three digits', () => {
  expect([0.12345, 12.345, 12345.6].map(short)).toEqual(['0.123', '12.3', '12,346']);
});
