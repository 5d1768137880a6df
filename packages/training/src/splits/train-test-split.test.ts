import { RandomState } from '@cnnkit/random';
import { describe, expect, it } from 'vitest';
import {
  expectRecorded,
  type FixtureCase,
  fixtureCases,
  labelsOf,
} from '../../test/sklearn-fixtures.js';
import type { SplitSize } from './split.js';
import { type TrainTestSplitOptions, trainTestSplit } from './train-test-split.js';

describe('trainTestSplit equals scikit-learn', () => {
  it.each(fixtureCases('train_test_split.json'))('$name', (test) => {
    const { n, stratify } = test.input;
    const options = optionsOf(test);
    if (stratify !== undefined) options.stratify = labelsOf(stratify);
    switch (test.fn) {
      case 'train_test_split':
        expectRecorded(test, () => trainTestSplit(n, options));
        return;
      case 'train_test_split_twice': {
        const seed = new RandomState(test.options.random_state_instance);
        expectRecorded(test, () => [
          trainTestSplit(n, { ...options, seed }),
          trainTestSplit(n, { ...options, seed }),
        ]);
        return;
      }
      default:
        throw new Error(`unknown fn ${test.fn}`);
    }
  });
});

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function optionsOf({ options, float_options = [] }: FixtureCase): Mutable<TrainTestSplitOptions> {
  const size = (name: string): SplitSize | undefined => {
    const value: number | null | undefined = options[name];
    if (value === undefined || value === null) return undefined;
    return float_options.includes(name) ? { fraction: value } : value;
  };
  const testSize = size('test_size');
  const trainSize = size('train_size');
  return {
    ...(testSize !== undefined && { testSize }),
    ...(trainSize !== undefined && { trainSize }),
    ...(options.random_state !== undefined && { seed: options.random_state }),
    ...(options.shuffle !== undefined && { shuffle: options.shuffle }),
  };
}

describe('trainTestSplit', () => {
  it('takes the samples themselves for their number', () => {
    const labels = Uint8Array.from([0, 1, 0, 1, 0, 1, 0, 1]);
    expect(trainTestSplit(labels, { seed: 3 })).toEqual(trainTestSplit(8, { seed: 3 }));
  });

  it('reads a whole number as a count and { fraction } as a share', () => {
    expect(trainTestSplit(10, { testSize: 1, seed: 0 }).test).toHaveLength(1);
    expect(() => trainTestSplit(10, { testSize: { fraction: 1 } })).toThrow(
      'trainTestSplit: testSize must lie in (0, 1) or be a count below 10; received 1.',
    );
  });

  it('splits otherwise each time without a seed', () => {
    expect(trainTestSplit(1000).test).not.toEqual(trainTestSplit(1000).test);
  });

  it('uses every sample once when sizes leave none out', () => {
    const { train, test } = trainTestSplit(1003, { testSize: 0.3, seed: 5 });
    expect([...train, ...test].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1003 }, (_, i) => i),
    );
  });

  it('refuses what is no size, no count and no label', () => {
    expect(() => trainTestSplit(10, { testSize: Number.NaN })).toThrow(RangeError);
    expect(() => trainTestSplit(10, { trainSize: '0.5' as never })).toThrow(TypeError);
    expect(() => trainTestSplit(1.5)).toThrow(TypeError);
    expect(() => trainTestSplit(-1)).toThrow(RangeError);
    expect(() => trainTestSplit(5, { shuffle: false, seed: -1 })).toThrow(RangeError);
    expect(() => trainTestSplit(4, { stratify: [0, 0, 1, Number.NaN] })).toThrow(TypeError);
    expect(() => trainTestSplit(4, { stratify: [0, 0, '1', '1'] as never })).toThrow(/of one kind/);
  });
});
