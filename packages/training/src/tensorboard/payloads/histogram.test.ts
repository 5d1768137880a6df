import { describe, expect, test } from 'vitest';
import { dumpNumber, dumpValue } from '../../../test/tensorboard-support/dump-event.js';
import { fixtureJson, fromBase64, onlyFileOf } from '../../../test/tensorboard-support/fixtures.js';
import { histogramBuckets, histogramSummary } from './histogram.js';

interface HistogramCase {
  readonly name: string;
  readonly dtype: 'float32' | 'float64';
  readonly buckets: number;
  readonly input_le: string;
  readonly tf: readonly (readonly (number | string)[])[];
}

const { cases } = fixtureJson<{ cases: readonly HistogramCase[] }>('histogram_cases.json');

describe('histogramBuckets', () => {
  test.each(cases)('is TensorFlow’s to the last bit: $name', (c) => {
    const buckets = histogramBuckets(inputOf(c), c.buckets);
    expect(buckets.map((row) => row.map(dumpNumber))).toEqual(c.tf);
  });

  test('counts a value on a printed edge by its distance from the smallest', () => {
    expect(histogramBuckets([0, 0.25, 0.5, 0.75, 1], 2)).toEqual([
      [0, 0.5, 2],
      [0.5, 1, 3],
    ]);
  });

  test.each([-1, 0.5, Number.NaN])('refuses %d buckets', (buckets) => {
    expect(() => histogramBuckets([1], buckets)).toThrow(RangeError);
  });
});

describe('histogramSummary', () => {
  test('is the summary that TensorFlow wrote', () => {
    const { events } = onlyFileOf('histograms');
    const constant = events.flatMap(({ values = [] }) => values).find((v) => v.tag === 'constant');
    const ours = histogramSummary('constant', new Float32Array(7).fill(2.5));
    expect(dumpValue(ours)).toEqual(constant);
    const integers = Array.from({ length: 100 }, (_, i) => i);
    const ten = events.flatMap(({ values = [] }) => values).find((v) => v.tag === 'ten buckets');
    const options = { buckets: 10, description: '100 integers' };
    expect(dumpValue(histogramSummary('ten buckets', integers, options))).toEqual(ten);
  });
});

function inputOf({ dtype, input_le }: HistogramCase): Float32Array | Float64Array {
  const { buffer } = fromBase64(input_le).slice();
  return dtype === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer);
}
