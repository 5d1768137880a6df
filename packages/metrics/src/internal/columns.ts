import type { Label } from '../labels.js';
import { fail, isArrayLike, show } from './fail.js';

/** One label a sample. */
export interface Column {
  readonly shape: 'column';
  readonly kind: 'number' | 'string' | 'boolean';
  readonly values: ArrayLike<Label>;
  readonly length: number;
  /** Whole numbers, once they were read: see `wholeNumbers`. */
  numbers?: Int32Array | Float64Array | undefined;
}

/** A row of numbers a sample, row-major. */
export interface Table {
  readonly shape: 'table';
  readonly data: ArrayLike<number>;
  readonly length: number;
  readonly columns: number;
}

/** Reads labels or rows; a table of one column is a column, as in scikit-learn. */
export function readTargets(fn: string, name: string, y: unknown): Column | Table {
  const table = readTable(fn, name, y);
  if (table === undefined) return readColumn(fn, name, y);
  if (table.columns !== 1) return table;
  return { shape: 'column', kind: 'number', values: table.data, length: table.length };
}

/** Reads rows of numbers, or says (undefined) that `y` is not a table. */
export function readTable(fn: string, name: string, y: unknown): Table | undefined {
  if (Array.isArray(y)) {
    return isArrayLike(y[0]) ? flatten(fn, name, y as ArrayLike<number>[]) : undefined;
  }
  if (y === null || typeof y !== 'object' || !('data' in y) || !('shape' in y)) return undefined;
  const { data, shape } = y as { data: ArrayLike<number>; shape: readonly number[] };
  const [rows = -1, columns = -1] = isArrayLike(shape) ? (shape as number[]) : [];
  if (!isArrayLike(data) || shape.length !== 2 || rows * columns !== data.length) {
    const received = `${data?.length} values of shape ${show(shape)}`;
    fail(fn, 'target_format', `${name} must hold rows * columns values; received ${received}.`);
  }
  return { shape: 'table', data, length: rows, columns };
}

/** Reads one label a sample. */
export function readColumn(fn: string, name: string, y: unknown): Column {
  if (!isArrayLike(y)) {
    fail(
      fn,
      'target_format',
      `${name} must be an array or typed array of labels; received ${show(y)}.`,
    );
  }
  const first = y[0];
  const kind = y.length === 0 ? 'number' : typeof first;
  if (kind !== 'number' && kind !== 'string' && kind !== 'boolean') {
    fail(
      fn,
      'target_format',
      `${name} must hold numbers, strings or booleans; received ${show(first)} at 0.`,
    );
  }
  if (kind !== 'number') {
    for (let i = 1; i < y.length; i++) {
      if (typeof y[i] !== kind) failMixed(fn, name, y[i], kind, i);
    }
  }
  return { shape: 'column', kind, values: y as ArrayLike<Label>, length: y.length };
}

/** Throws for an array that holds labels of two types. */
export function failMixed(
  fn: string,
  name: string,
  value: unknown,
  kind: string,
  at: number,
): never {
  fail(
    fn,
    'mixed_label_types',
    `${name} must hold labels of one type; received ${show(value)} at ${at} among ${kind}s.`,
  );
}

function flatten(fn: string, name: string, rows: readonly ArrayLike<number>[]): Table {
  const columns = rows[0]!.length;
  const single = rows.every((row) => row instanceof Float32Array);
  const data = new (single ? Float32Array : Float64Array)(rows.length * columns);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (!isArrayLike(row) || row.length !== columns) {
      fail(
        fn,
        'ragged_rows',
        `every row of ${name} must have ${columns} values like the first; received ${show(row)} at ${i}.`,
      );
    }
    for (let j = 0; j < columns; j++) {
      const value: unknown = row[j];
      if (typeof value !== 'number' && typeof value !== 'boolean') {
        fail(
          fn,
          'target_format',
          `${name} must hold numbers; received ${show(value)} in row ${i}.`,
        );
      }
      data[i * columns + j] = Number(value);
    }
  }
  return { shape: 'table', data, length: rows.length, columns };
}
