import { describe, expect, it } from 'vitest';
import { expectRecorded, fixtureCases } from '../test/sklearn-fixtures.js';
import { toCategorical } from './to-categorical.js';

describe('toCategorical equals Keras', () => {
  it.each(fixtureCases('to_categorical.json'))('$name', (test) => {
    if (test.fn !== 'to_categorical') throw new Error(`unknown fn ${test.fn}`);
    const { dtype, ...expected } = test.expected;
    expectRecorded({ ...test, expected }, () =>
      toCategorical(decode(test.input.x) as never, test.options.num_classes),
    );
  });
});

const reals: Record<string, number> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

function decode(x: unknown): unknown {
  if (Array.isArray(x)) return x.map(decode);
  return typeof x === 'string' && x in reals ? reals[x] : x;
}

describe('toCategorical', () => {
  it('takes the labels of a dataset as they are', () => {
    expect(toCategorical(Int32Array.from([1, 0]), 3)).toEqual({
      data: Float32Array.from([0, 1, 0, 1, 0, 0]),
      shape: [2, 3],
    });
  });

  it('refuses rows of different lengths', () => {
    expect(() => toCategorical([[0, 1], [2]])).toThrow(/rows of one length/);
    expect(() => toCategorical([0, [1]])).toThrow(/rows of one length/);
    expect(() => toCategorical([[0], 1])).toThrow(/rows of one length/);
    expect(() => toCategorical([0], 1.5)).toThrow(TypeError);
    expect(() => toCategorical([null as never])).toThrow(TypeError);
  });
});
