import type { Table } from './columns.js';
import { checkOption } from './fail.js';
import { average as mean, sum } from './numpy.js';
import type { Scores } from './score-table.js';
import { marks } from './thresholds.js';

/** A score of one class against the rest; labels are 1 and 0. */
export type BinaryScore = (
  positive: ArrayLike<number>,
  scores: ArrayLike<number>,
  weights: Float64Array | undefined,
) => number;

export const SCORE_AVERAGES = ['micro', 'macro', 'weighted', 'samples', null] as const;

/** How the scores of several classes become one. */
export type ScoreAverage = (typeof SCORE_AVERAGES)[number];

export function checkScoreAverage(fn: string, average: unknown): void {
  checkOption(fn, 'average', average, SCORE_AVERAGES);
}

/** Rows of 0 and 1, and which column is 1 where it is one a row. */
export type Indicators = Pick<Table, 'data' | 'length' | 'columns'> & {
  readonly codes?: Int32Array;
};

/** Scores each column (or row, for `'samples'`) of a table of 0 and 1, and averages. */
export function averageColumns(
  score: BinaryScore,
  truth: Indicators,
  { data }: Pick<Scores, 'data'>,
  average: ScoreAverage,
  weights: Float64Array | undefined,
): number | number[] {
  const { length, columns } = truth;
  if (average === 'micro') {
    const repeated =
      weights && Float64Array.from(truth.data, (_, at) => weights[Math.floor(at / columns)]!);
    return score(truth.data, data, repeated);
  }
  if (average === 'samples') {
    const scores = Float64Array.from({ length }, (_, i) =>
      score(
        slice(truth.data, i * columns, 1, columns),
        slice(data, i * columns, 1, columns),
        undefined,
      ),
    );
    if (weights) for (let i = 0; i < length; i++) if (weights[i] === 0) scores[i] = 0;
    return mean(scores, weights);
  }
  const support = average === 'weighted' ? columnSums(truth, weights) : undefined;
  if (support && isNone(support)) return 0;
  const scores = new Float64Array(columns);
  let four: readonly Float64Array[] = [];
  for (let j = 0; j < columns; j++) {
    const positive = truth.codes ? marks(truth.codes, j) : slice(truth.data, j, columns, length);
    const isOfFour = j - (j % 4) + 4 <= columns;
    if (isOfFour && j % 4 === 0) four = fourColumns(data, j, columns, length, four);
    const column = isOfFour ? four[j % 4]! : slice(data, j, columns, length);
    scores[j] = score(positive, column, weights);
  }
  if (average === null) return Array.from(scores);
  return meanOfColumns(scores, support);
}

/** Whether the columns have no positives to speak of: their average by support is 0, as in scikit-learn. */
export function isNone(support: Float64Array): boolean {
  return Math.abs(sum(support)) <= 1e-8;
}

/** The mean, by support if given; a column without any, whose score may be NaN, does not count then. */
export function meanOfColumns(scores: Float64Array, support?: Float64Array): number {
  return mean(
    scores.map((score, j) => (support?.[j] === 0 ? 0 : score)),
    support,
  );
}

function slice(
  values: ArrayLike<number>,
  start: number,
  step: number,
  count: number,
): Float64Array {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = values[start + i * step]!;
  return out;
}

/**
 * Four columns next to each other: one column would bring as much into memory's caches.
 *
 * @param into - arrays of an earlier call, which are written to again
 */
function fourColumns(
  data: ArrayLike<number>,
  first: number,
  columns: number,
  length: number,
  into: readonly Float64Array[],
): readonly Float64Array[] {
  const out = into.length > 0 ? into : [0, 1, 2, 3].map(() => new Float64Array(length));
  const [a, b, c, d] = out as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let i = 0, at = first; i < length; i++, at += columns) {
    a[i] = data[at]!;
    b[i] = data[at + 1]!;
    c[i] = data[at + 2]!;
    d[i] = data[at + 3]!;
  }
  return out;
}

function columnSums(
  { data, length, columns }: Pick<Table, 'data' | 'length' | 'columns'>,
  weights: Float64Array | undefined,
): Float64Array {
  const sums = new Float64Array(columns);
  for (let at = 0; at < length * columns; at++) {
    sums[at % columns]! += data[at]! * (weights ? weights[Math.floor(at / columns)]! : 1);
  }
  return sums;
}

/** Codes as rows of 0 and 1, which are made when they are asked for. */
export function oneHotRows(codes: Int32Array, columns: number): Indicators {
  let rows: Uint8Array | undefined;
  return {
    length: codes.length,
    columns,
    codes,
    get data() {
      if (rows) return rows;
      rows = new Uint8Array(codes.length * columns);
      for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) rows[i * columns + codes[i]!] = 1;
      return rows;
    },
  };
}
