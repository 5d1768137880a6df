/** One class label: a class index, a name, or a truth value. */
export type Label = number | string | boolean;

/**
 * The label of every sample, one column: class indices (plain or typed array), names, or booleans.
 * Names sort by code point, as Python sorts them.
 */
export type Labels = ArrayLike<number> | readonly string[] | readonly boolean[];

/**
 * A table of numbers, one row a sample: an array of rows, or what `predict` returns, a flat
 * row-major array with its shape.
 */
export type Rows =
  | readonly ArrayLike<number>[]
  | readonly (readonly boolean[])[]
  | { readonly data: ArrayLike<number>; readonly shape: readonly [rows: number, columns: number] };

/**
 * What a sample is or was taken for: one label, or (multi-label) a row of 0 and 1 with a column a
 * label. One-hot rows are a multi-label target too; {@link classIndices} turns them into labels.
 */
export type Targets = Labels | Rows;
