import { RandomState } from '@cnnkit/random';
import { describe, expect, it } from 'vitest';
import {
  expectRecorded,
  type FixtureCase,
  fixtureCases,
  labelsOf,
} from '../../test/sklearn-fixtures.js';
import { kFold } from './k-fold.js';
import { shuffleSplit } from './shuffle-split.js';
import type { Split } from './split.js';
import { type SplitWarning, stratifiedKFold } from './stratified-k-fold.js';
import { stratifiedShuffleSplit } from './stratified-shuffle-split.js';

type Splitter = (test: FixtureCase, onWarning: (warning: SplitWarning) => void) => Split[];

const splitters: Record<string, Splitter> = {
  KFold: (test) => kFold(test.input.n, optionsOf(test)),
  StratifiedKFold: (test, onWarning) =>
    stratifiedKFold(labelsOf(test.input.y), { ...optionsOf(test), onWarning }),
  ShuffleSplit: (test) => shuffleSplit(test.input.n, optionsOf(test)),
  StratifiedShuffleSplit: (test) => stratifiedShuffleSplit(labelsOf(test.input.y), optionsOf(test)),
};

describe('folds and shuffle splits equal scikit-learn', () => {
  it.each(fixtureCases('kfold.json'))('$name', (test) => {
    const splitter = splitters[test.fn];
    if (splitter === undefined) throw new Error(`unknown fn ${test.fn}`);
    const warnings: SplitWarning[] = [];
    expectRecorded(test, () => splitter(test, (warning) => warnings.push(warning)));
    expect(warnings).toHaveLength(test.warnings?.length ?? 0);
  });
});

function optionsOf({ options }: FixtureCase): Record<string, never> {
  const names: Record<string, string> = {
    n_splits: 'splits',
    test_size: 'testSize',
    train_size: 'trainSize',
    random_state: 'seed',
    shuffle: 'shuffle',
  };
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      if (names[name] === undefined) throw new Error(`unknown option ${name}`);
      return [names[name], value];
    }),
  );
}

describe('kFold', () => {
  it('puts every sample into one test side, and never into both sides', () => {
    const folds = kFold(23, { splits: 4, shuffle: true, seed: 1 });
    expect(folds.flatMap(({ test }) => [...test]).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 23 }, (_, i) => i),
    );
    for (const { train, test } of folds) {
      expect(new Set([...train, ...test]).size).toBe(23);
    }
  });

  it('goes on with a generator that is handed in', () => {
    const seed = new RandomState(4);
    const first = kFold(9, { splits: 3, shuffle: true, seed });
    expect(kFold(9, { splits: 3, shuffle: true, seed })).not.toEqual(first);
    expect(kFold(9, { splits: 3, shuffle: true, seed: 4 })).toEqual(first);
  });

  it('refuses half a fold', () => {
    expect(() => kFold(9, { splits: 2.5 })).toThrow(TypeError);
    expect(() => shuffleSplit(9, { splits: 0 })).toThrow(RangeError);
  });
});

describe('stratifiedKFold', () => {
  it('says which class is too small and folds nevertheless', () => {
    const warnings: SplitWarning[] = [];
    const folds = stratifiedKFold(['a', 'a', 'a', 'b'], {
      splits: 2,
      onWarning: (warning) => warnings.push(warning),
    });
    expect(folds).toHaveLength(2);
    expect(warnings).toMatchObject([{ code: 'class_smaller_than_splits' }]);
  });

  it('copes with a hundred and fifty thousand classes', () => {
    const labels = Int32Array.from({ length: 300_000 }, (_, i) => i >> 1);
    const [first, second] = stratifiedKFold(labels, { splits: 2 });
    expect(first!.test).toEqual(second!.train);
    expect(first!.test.every((at, i) => at >> 1 === i)).toBe(true);
    expect(() => stratifiedKFold(labels, { splits: 3 })).toThrow(/largest class, 2; received 3/);
  });
});
