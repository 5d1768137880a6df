import { expectTypeOf, it } from 'vitest';
import {
  type Average,
  f1Score,
  type LabelStreamState,
  type Labels,
  type logLoss,
  precisionRecallFscoreSupport,
  rocAucScore,
} from './index.js';

it('an average is a number, no average an array', () => {
  expectTypeOf(f1Score([0], [0])).toEqualTypeOf<number>();
  expectTypeOf(f1Score([0, 1], [0, 1], { average: 'macro' })).toEqualTypeOf<number>();
  expectTypeOf(f1Score([0, 1], [0, 1], { average: null })).toEqualTypeOf<number[]>();
  expectTypeOf(precisionRecallFscoreSupport([0, 1], [0, 1]).support).toEqualTypeOf<number[]>();
  expectTypeOf(
    precisionRecallFscoreSupport([0, 1], [0, 1], { average: 'macro' }).support,
  ).toEqualTypeOf<null>();
});

it('labels are numbers, strings or booleans in one array, plain or typed', () => {
  expectTypeOf<Int32Array>().toExtend<Labels>();
  expectTypeOf<readonly string[]>().toExtend<Labels>();
  expectTypeOf<boolean[]>().toExtend<Labels>();
  expectTypeOf<string>().not.toExtend<Labels>();
  expectTypeOf<(string | number)[]>().not.toExtend<Labels>();
  expectTypeOf(rocAucScore).parameter(1).toExtend<Parameters<typeof logLoss>[1]>();
});

it('options take undefined, so that they can be passed through', () => {
  const average: Average | undefined = undefined;
  expectTypeOf(f1Score([0], [0], { average, labels: undefined })).toEqualTypeOf<number>();
});

it('a state is plain data', () => {
  expectTypeOf<LabelStreamState['counts']>().toEqualTypeOf<readonly number[]>();
});
