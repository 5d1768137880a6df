import { expectTypeOf, it } from 'vitest';
import {
  type Average,
  type CurveArray,
  detCurve,
  f1Score,
  type LabelStreamState,
  type Labels,
  type logLoss,
  precisionRecallCurve,
  precisionRecallFscoreSupport,
  type RocCurve,
  rocAucScore,
  rocCurve,
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

it('a curve over thresholds is of plain or typed arrays as its scores are', () => {
  const typed = Float32Array.of(0.25, 0.75);
  const some: ArrayLike<number> = typed;
  const shape = [2, 1] as const;
  expectTypeOf(rocCurve([0, 1], [0.25, 0.75])).toEqualTypeOf<RocCurve>();
  expectTypeOf(rocCurve([0, 1], [[0.25], [0.75]]).fpr).toEqualTypeOf<number[]>();
  expectTypeOf(rocCurve([0, 1], { data: [0.25, 0.75], shape }).fpr).toEqualTypeOf<number[]>();
  expectTypeOf(rocCurve([0, 1], typed).fpr).toEqualTypeOf<Float64Array>();
  expectTypeOf(rocCurve([0, 1], { data: typed, shape }).fpr).toEqualTypeOf<Float64Array>();
  expectTypeOf(rocCurve([0, 1], some).fpr).toEqualTypeOf<CurveArray>();
  expectTypeOf(precisionRecallCurve([0, 1], typed).recall).toEqualTypeOf<Float64Array>();
  expectTypeOf(detCurve([0, 1], typed).fnr).toEqualTypeOf<Float64Array>();
});
