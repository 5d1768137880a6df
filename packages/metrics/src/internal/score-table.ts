import { readTable } from './columns.js';
import { checkFinite } from './encode.js';
import { fail, isArrayLike, show } from './fail.js';

/** Reals in one of two types, so that loops over them stay fast. */
export type ScoreData = Float64Array | Float32Array;

/** Scores: one a sample, or a row of them with a column a class. */
export interface Scores {
  readonly data: ScoreData;
  readonly length: number;
  /** Undefined: one score a sample. */
  readonly columns: number | undefined;
  /** Whether the numbers are float32, whose epsilon then bounds what is told from 0 and 1. */
  readonly single: boolean;
}

/** Reads scores and checks that they are finite and not empty. */
export function readScores(fn: string, name: string, scores: unknown): Scores {
  const read = readReals(fn, name, scores);
  checkFinite(fn, name, read.data);
  return read;
}

/** Reads scores and checks that they are numbers and not empty; they may not be finite yet. */
export function readReals(fn: string, name: string, scores: unknown): Scores {
  const table = readTable(fn, name, scores);
  if (table === undefined && !isArrayLike(scores)) {
    fail(
      fn,
      'target_format',
      `${name} must be an array of numbers or rows; received ${show(scores)}.`,
    );
  }
  const given = table?.data ?? (scores as ArrayLike<number>);
  if (!isScoreData(given)) checkFinite(fn, name, given);
  const data = isScoreData(given) ? given : Float64Array.from(given);
  const length = table?.length ?? data.length;
  if (length === 0)
    fail(fn, 'empty_input', `${name} must hold at least one sample; received none.`);
  return { data, length, columns: table?.columns, single: data instanceof Float32Array };
}

/** One score a sample; a table of one column counts as such. */
export function oneScore(fn: string, name: string, { columns, data }: Scores): ScoreData {
  if (columns === undefined || columns === 1) return data;
  fail(
    fn,
    'scores_2d_for_binary',
    `${name} must hold one score a sample; received rows of ${columns}.`,
  );
}

/** Throws unless every value lies in [0, 1]. */
export function checkProbabilities(fn: string, name: string, data: ScoreData): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    // Only in [0, 1] is this 0 or above.
    if (!(value - value * value >= 0)) failProbability(fn, name, data, i);
  }
}

function failProbability(fn: string, name: string, data: ScoreData, at: number): never {
  checkFinite(fn, name, data);
  fail(
    fn,
    'probability_out_of_range',
    `${name} must lie in [0, 1]; received ${data[at]} at ${at}.`,
  );
}

/** What NumPy calls eps: the distance from 1 to the next number. */
export function epsilon(single: boolean): number {
  return single ? 2 ** -23 : Number.EPSILON;
}

function isScoreData(values: unknown): values is ScoreData {
  return values instanceof Float64Array || values instanceof Float32Array;
}
