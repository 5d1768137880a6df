/** A label or labels, nested as deep as the data has axes. */
export type CategoricalLabels =
  | number
  | string
  | boolean
  | ArrayLike<number>
  | readonly CategoricalLabels[];

/** Rows with a single 1 each, as plain data in row-major order. */
export interface OneHot {
  /** The values, 0 or 1; the caller's own. */
  readonly data: Float32Array;
  /** Axes of the labels (a last axis of length 1 falls away), then the class count. */
  readonly shape: number[];
}

/**
 * Labels as one-hot rows: Keras's `to_categorical`. Its rules hold: reals are cut towards zero,
 * strings of digits count as numbers, and a negative label counts from the end.
 *
 * @param labels - A label, a list of labels, or nested lists of them.
 * @param numClasses - Length of each row. Default (and for 0) the largest label plus one; give it,
 *   or a split that lacks the last class gets shorter rows.
 * @returns The rows, shape [...labels, classes].
 * @throws RangeError for a label outside the classes, no labels without a count, or a negative
 *   count; TypeError for what is no whole number.
 * @example
 * ```ts
 * toCategorical([0, 2, 1]); // { data: [1,0,0, 0,0,1, 0,1,0], shape: [3, 3] }
 * ```
 * @see https://keras.io/api/utils/python_utils/#to_categorical-function
 */
export function toCategorical(labels: CategoricalLabels, numClasses = 0): OneHot {
  const codes: number[] = [];
  const shape: number[] = [];
  flatten(labels, 0, shape, codes);
  if (!Number.isInteger(numClasses)) {
    throw new TypeError(
      `toCategorical: numClasses must be a whole number; received ${String(numClasses)}.`,
    );
  }
  if (numClasses < 0) {
    throw new RangeError(`toCategorical: numClasses must not be negative; received ${numClasses}.`);
  }
  if (numClasses === 0 && codes.length === 0) {
    throw new RangeError(
      'toCategorical: labels must not be empty without numClasses; received none. Pass numClasses.',
    );
  }
  const classes = numClasses || codes.reduce((a, b) => Math.max(a, b)) + 1;
  if (shape.length > 1 && shape.at(-1) === 1) shape.pop();
  const data = new Float32Array(codes.length * Math.max(classes, 0));
  codes.forEach((code, row) => {
    if (code >= classes || code < -classes || classes < 1) {
      throw new RangeError(
        `toCategorical: labels must lie in [${-classes}, ${classes - 1}] for ${classes} classes; received ${code}.`,
      );
    }
    data[row * classes + (code < 0 ? code + classes : code)] = 1;
  });
  return { data, shape: [...shape, classes] };
}

function flatten(value: CategoricalLabels, depth: number, shape: number[], out: number[]): void {
  if (typeof value !== 'object' || value === null) {
    if (depth < shape.length) throw ragged();
    out.push(toCode(value));
    return;
  }
  if (depth === shape.length) {
    // A new axis after labels have been seen means that lists and labels stand side by side.
    if (out.length > 0) throw ragged();
    shape.push(value.length);
  }
  if (shape[depth] !== value.length) throw ragged();
  for (let i = 0; i < value.length; i++) flatten(value[i]!, depth + 1, shape, out);
}

function ragged(): TypeError {
  return new TypeError('toCategorical: labels must have rows of one length; received others.');
}

function toCode(label: number | string | boolean): number {
  const value = typeof label === 'string' && !/^\s*[+-]?\d+\s*$/.test(label) ? NaN : Number(label);
  if (!Number.isFinite(value) || label === null) {
    throw new TypeError(
      `toCategorical: labels must be whole numbers; received ${typeof label === 'string' ? `'${label}'` : String(label)}.`,
    );
  }
  return Math.trunc(value);
}
