import { describe, expect, test } from 'vitest';
import { dumpValue } from '../../../test/tensorboard-support/dump-event.js';
import { fixtureJson, onlyFileOf } from '../../../test/tensorboard-support/fixtures.js';
import { prCurveSummary } from './pr-curve.js';

interface PrCase {
  readonly name: string;
  readonly predictions: readonly number[];
  readonly num_thresholds: number;
  readonly weights: readonly number[] | null;
  readonly tag: string;
  readonly plugin_content: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly tensor: unknown;
  readonly tensor_of_tf_op?: unknown;
}

const { labels, cases } = fixtureJson<{ labels: boolean[]; cases: PrCase[] }>('pr_curve.json');

describe('prCurveSummary', () => {
  test.each(cases)('is TensorBoard’s to the last bit: $name', (c) => {
    const { tag, plugin_content, dtype, shape, num_thresholds: thresholds } = c;
    const given = c.weights ? { thresholds, weights: c.weights } : { thresholds };
    const drop = prCurveSummary('pr', labels, c.predictions, { ...given, outOfRange: 'drop' });
    const expected = { tag, plugin_content, dtype, shape, values: c.tensor };
    expect(dumpValue(drop)).toMatchObject(expected);
    const clip = prCurveSummary('pr', labels, c.predictions, { ...given, outOfRange: 'clip' });
    expect(dumpValue(clip)).toMatchObject({ ...expected, values: c.tensor_of_tf_op ?? c.tensor });
  });

  test('takes 201 thresholds unless told, and shows a name of its own', () => {
    const [value] = onlyFileOf('pr_curves')
      .events.flatMap(({ values = [] }) => values)
      .filter(({ tag }) => tag === 'default/pr_curves');
    const ours = prCurveSummary('default', labels, cases[0]!.predictions, {
      displayName: 'default thresholds',
      description: '201 of them',
    });
    expect(dumpValue(ours)).toEqual(value);
  });

  test('refuses what is no probability unless told what to do with it', () => {
    expect(() => prCurveSummary('x', [1], [1.5])).toThrow(/must lie in \[0, 1\]; received 1.5/);
    const options = { outOfRange: 'clip' } as const;
    expect(() => prCurveSummary('x', [1], [Number.NaN], options)).toThrow(RangeError);
  });

  test('refuses lengths that differ and a single threshold', () => {
    expect(() => prCurveSummary('x', [1, 0], [1])).toThrow(/one length; received 2, 1 and none/);
    expect(() => prCurveSummary('x', [1], [1], { thresholds: 1 })).toThrow(RangeError);
  });
});
