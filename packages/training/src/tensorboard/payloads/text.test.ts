import { describe, expect, test } from 'vitest';
import { dumpValue } from '../../../test/tensorboard-support/dump-event.js';
import { onlyFileOf } from '../../../test/tensorboard-support/fixtures.js';
import { customScalarsSummary } from './custom-scalars.js';
import { textSummary } from './text.js';

const valuesOf = (run: string) => onlyFileOf(run).events.flatMap(({ values = [] }) => values);

describe('textSummary', () => {
  test('is the summary that TensorFlow wrote of a text, a list and a table', () => {
    const markdown = '# Title\n\nSome *text* with an umlaut: ü.';
    const table = [
      ['a', 'b'],
      ['c', 'd'],
    ];
    const ours = [
      textSummary('scalar', markdown),
      textSummary('vector', ['one', 'two', 'three']),
      textSummary('table', table, { description: '2 x 2' }),
    ];
    expect(ours.map(dumpValue)).toEqual(valuesOf('text'));
  });

  test('refuses a table of uneven rows', () => {
    expect(() => textSummary('x', [['a', 'b'], ['c']])).toThrow(/one length; received 2, 1/);
  });
});

describe('customScalarsSummary', () => {
  test('is the layout that TensorBoard’s own API wrote', () => {
    const charts = [{ title: 'train and validation', tags: ['loss', 'group/.*'] }];
    const ours = customScalarsSummary([{ title: 'losses', charts }]);
    expect(dumpValue(ours)).toEqual(valuesOf('custom_scalars')[0]);
  });
});
