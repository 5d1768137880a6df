import type { Label } from '../labels.js';
import { type Column, readTargets, type Table } from './columns.js';
import { countClassIndices } from './count-class-indices.js';
import { type Encoded, encode, wholeNumbers } from './encode.js';
import { fail } from './fail.js';
import { readWeights } from './weights.js';

/** One label a sample in truth and prediction, encoded together. */
export interface ClassTargets {
  readonly type: 'binary' | 'multiclass';
  readonly length: number;
  /** Every label that occurs, sorted. */
  readonly labels: readonly Label[];
  /** Place of each label in `labels`; empty if `pairs` says it all. */
  readonly yTrue: Int32Array;
  readonly yPred: Int32Array;
  readonly weights: Float64Array | undefined;
  /** How often each pair of truth and prediction occurs, row-major, if it was counted in passing. */
  readonly pairs: Float64Array | undefined;
}

/** Rows of 0 and 1, a column a label. */
export interface IndicatorTargets {
  readonly type: 'multilabel-indicator';
  readonly length: number;
  readonly columns: number;
  readonly labels: readonly Label[];
  readonly yTrue: ArrayLike<number>;
  readonly yPred: ArrayLike<number>;
  readonly weights: Float64Array | undefined;
}

export type CheckedTargets = ClassTargets | IndicatorTargets;

/** Reads and checks truth and prediction, and encodes their labels. */
export function checkTargets(
  fn: string,
  yTrue: unknown,
  yPred: unknown,
  sampleWeight?: ArrayLike<number> | null,
  mayBeZero = false,
): CheckedTargets {
  const { truth, guess, weights } = checkPair(fn, yTrue, yPred, sampleWeight, mayBeZero);
  if (truth.shape === 'table') return indicators(truth, guess as Table, weights);
  const counted = weights ? undefined : countClassIndices(truth, guess as Column);
  if (counted) {
    const type = counted.labels.length > 2 ? 'multiclass' : 'binary';
    const none = new Int32Array(0);
    return { type, length: truth.length, ...counted, yTrue: none, yPred: none, weights };
  }
  return classes(encode(fn, ['yTrue', 'yPred'], [truth, guess as Column]), weights);
}

/** Truth and prediction of one kind and length, labels as they came. */
export interface Pair {
  readonly truth: Column | Table;
  readonly guess: Column | Table;
  readonly weights: Float64Array | undefined;
}

/** Reads and checks truth and prediction: the order of checks is scikit-learn's. */
export function checkPair(
  fn: string,
  yTrue: unknown,
  yPred: unknown,
  sampleWeight?: ArrayLike<number> | null,
  mayBeZero = false,
): Pair {
  const truth = readTargets(fn, 'yTrue', yTrue);
  const guess = readTargets(fn, 'yPred', yPred);
  checkLengths(fn, {
    yTrue: truth.length,
    yPred: guess.length,
    sampleWeight: sampleWeight?.length,
  });
  const kinds = [targetType(fn, 'yTrue', truth), targetType(fn, 'yPred', guess)] as const;
  if (truth.length === 0) {
    fail(fn, 'empty_input', 'yTrue and yPred must hold at least one sample; received none.');
  }
  const weights = sampleWeight ? readWeights(fn, sampleWeight, mayBeZero) : undefined;
  if (kinds[0] !== kinds[1]) {
    fail(
      fn,
      'mixed_targets',
      `yTrue and yPred must be of one kind; received ${kinds[0]} and ${kinds[1]}. ${WAY_OUT}`,
    );
  }
  if (kinds[0] !== 'classes' && kinds[0] !== 'multilabel-indicator') {
    fail(fn, 'target_format', `yTrue and yPred must hold labels; received ${kinds[0]}. ${WAY_OUT}`);
  }
  if (truth.shape === 'table' && truth.columns !== (guess as Table).columns) {
    const received = `${truth.columns} and ${(guess as Table).columns}`;
    const rule = 'yTrue and yPred must have equal columns';
    fail(fn, 'column_count_differs', `${rule}; received ${received}.`);
  }
  return { truth, guess, weights };
}

const WAY_OUT = 'classIndices(rows) turns one-hot or probability rows into labels.';

function classes({ labels, codes }: Encoded, weights: Float64Array | undefined): ClassTargets {
  const type = labels.length > 2 ? 'multiclass' : 'binary';
  const [yTrue, yPred] = codes as [Int32Array, Int32Array];
  return { type, length: yTrue.length, labels, yTrue, yPred, weights, pairs: undefined };
}

function indicators(
  truth: Table,
  guess: Table,
  weights: Float64Array | undefined,
): IndicatorTargets {
  return {
    type: 'multilabel-indicator',
    length: truth.length,
    columns: truth.columns,
    labels: Array.from({ length: truth.columns }, (_, i) => i),
    yTrue: truth.data,
    yPred: guess.data,
    weights,
  };
}

/** What scikit-learn's `type_of_target` says, with binary and multiclass as one. */
export type TargetType =
  | 'classes'
  | 'continuous'
  | 'multilabel-indicator'
  | 'multiclass-multioutput'
  | 'continuous-multioutput';

/** Tells labels from scores and tables of labels from tables of scores. */
export function targetType(fn: string, name: string, y: Column | Table): TargetType {
  if (y.shape === 'column') {
    if (y.kind !== 'number') return 'classes';
    y.numbers = wholeNumbers(fn, name, y.values);
    return y.numbers === undefined ? 'continuous' : 'classes';
  }
  const whole = wholeNumbers(fn, name, y.data);
  if (whole === undefined) return 'continuous-multioutput';
  // Rows of nothing are no labels either.
  const isOther = new Set(whole).size > 2 || !y.columns;
  return isOther ? 'multiclass-multioutput' : 'multilabel-indicator';
}

/** Throws unless all given lengths are equal. */
export function checkLengths(fn: string, lengths: Record<string, number | undefined>): void {
  const given = Object.entries(lengths).filter(([, length]) => length !== undefined);
  if (given.every(([, length]) => length === given[0]![1])) return;
  const names = given.map(([name]) => name).join(', ');
  const received = given.map(([, length]) => length).join(', ');
  fail(fn, 'lengths_differ', `${names} must have one entry a sample; received ${received}.`);
}
