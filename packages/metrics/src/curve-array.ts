/**
 * The points of a curve over thresholds, in an array of the kind that the scores came in: a typed array
 * (or `{ data, shape }` over one) gives `Float64Array`, a plain array or rows give plain ones. A million
 * points in plain arrays take about as long to write as to find.
 *
 * What holds for all typed arrays holds here: `map` makes numbers only, and JSON knows no arrays of
 * them; `Array.from` makes a plain one.
 */
export type CurveArray = number[] | Float64Array;

type TypedArray =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray;

/** Scores in a typed array: one a sample, or what `predict` returns, a column of them with its shape. */
export type TypedScores =
  | TypedArray
  | { readonly data: TypedArray; readonly shape: readonly [rows: number, columns: number] };

/** Scores in a plain array: one a sample, or rows of one. */
export type PlainScores =
  | readonly number[]
  | readonly ArrayLike<number>[]
  | {
      readonly data: readonly number[];
      readonly shape: readonly [rows: number, columns: number];
    };
