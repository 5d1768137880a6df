/** Which samples train and which test, as indices into the data, in the order they were drawn. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * How many samples a side of a split gets: a number between 0 and 1 is a share, a whole number from
 * 1 on a count. `{ fraction }` is a share whatever its value, for sizes that are computed:
 * `{ fraction: 1 }` is an error where 1 would be one sample.
 */
export type SplitSize = number | { readonly fraction: number };

/** Class labels, one a sample: all numbers, all strings or all booleans. */
export type ClassLabels = ArrayLike<number> | ArrayLike<string> | ArrayLike<boolean>;
