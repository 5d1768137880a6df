import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DatasetError } from '../dataset-error.js';
import { datasetFromCsv } from './dataset-from-csv.js';

const shape = [1, 2, 1] as const;

describe('datasetFromCsv', () => {
  test('reads labels and pixels, with and without a header', () => {
    for (const head of ['', 'label,pixel0,pixel1\n']) {
      const dataset = datasetFromCsv(`${head}1,0,255\r\n0,7,8\n\n`, { shape });
      expect([...dataset.labels]).toEqual([1, 0]);
      expect([...dataset.images]).toEqual([0, 255, 7, 8]);
      expect(dataset.shape).toEqual([2, 1, 2, 1]);
      expect(dataset.classNames).toEqual(['0', '1']);
    }
  });

  test('takes the label from another column, as text, behind another separator', () => {
    const text = '1;2;"dog"\n3;4;cat\n';
    const dataset = datasetFromCsv(text, { shape, labelColumn: 2, separator: ';' });
    expect(dataset.classNames).toEqual(['cat', 'dog']);
    expect([...dataset.labels]).toEqual([1, 0]);
    const given = { shape, labelColumn: 2, separator: ';', classNames: ['dog', 'cat'] };
    expect([...datasetFromCsv(text, given).labels]).toEqual([0, 1]);
  });

  test.each([
    ['1,2\n', 'line 1 of x.csv must have 3 columns; it has 2'],
    [
      '1,0,0\n1,0,256\n',
      'line 2 of x.csv must hold whole numbers from 0 to 255; column 3 holds "256"',
    ],
    ['1,0,0\n1,,0\n', 'column 2 holds ""'],
    ['1,0,0\n1,0.5,0\n', 'column 2 holds "0.5"'],
    ['1,0,0\n1,nan,0\n', 'column 2 holds "nan"'],
    ['99999999,0,0\n', 'must be at most 65535'],
  ])('rejects %j and says where', (text, message) => {
    expect(() => datasetFromCsv(text, { shape, file: 'x.csv' })).toThrow(message);
    expect(() => datasetFromCsv(text, { shape, file: 'x.csv' })).toThrow(DatasetError);
  });

  test('rejects a label outside the class names', () => {
    const options = { shape, classNames: ['a', 'b'] };
    expect(() => datasetFromCsv('2,0,0\n', options)).toThrow('must be below 2; image 0 has "2"');
    expect(() => datasetFromCsv('c,0,0\n', options)).toThrow('one of a, b');
    expect(() => datasetFromCsv('', { shape, labelColumn: 3 })).toThrow(RangeError);
  });

  test('gives a dataset or a DatasetError for any text', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9,\n"a]{0,40}$/), (text) => {
        try {
          datasetFromCsv(text, { shape });
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
        }
      }),
    );
  });
});
