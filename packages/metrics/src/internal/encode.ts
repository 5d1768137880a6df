import type { Label } from '../labels.js';
import { type Column, failMixed } from './columns.js';
import { fail, show } from './fail.js';

/** Columns whose labels were replaced by their place in the sorted list of all labels. */
export interface Encoded {
  readonly labels: readonly Label[];
  readonly codes: readonly Int32Array[];
}

/** Python's order of labels: numbers by value, false before true, strings by code point. */
export function compareLabels(a: Label, b: Label): number {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  return Number(a) - Number(b);
}

function compareCodePoints(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for code points above every other unit.
    const high = Number(x >= 0xd800 && x < 0xe000) - Number(y >= 0xd800 && y < 0xe000);
    return high !== 0 ? high : x - y;
  }
  return a.length - b.length;
}

/**
 * Encodes columns of one kind together. Booleans beside numbers count as 0 and 1; Python's set keeps
 * whichever of True and 1 came first, so where the first column is of booleans and has all labels they
 * stay booleans.
 */
export function encode(fn: string, names: readonly string[], columns: readonly Column[]): Encoded {
  const strings = columns.filter((column) => column.kind === 'string').length;
  if (strings === columns.length) return encodeByMap(columns.map((column) => column.values));
  if (strings > 0) {
    const kinds = columns.map((column, i) => `${column.kind}s in ${names[i]}`);
    const wayOut = 'Map one onto the names of the other first';
    fail(
      fn,
      'mixed_label_types',
      `labels must be all strings or all numbers; received ${kinds.join(' and ')}. ${wayOut}.`,
    );
  }
  const numbers = columns.map((column, i) => {
    const whole = column.numbers ?? wholeNumbers(fn, names[i]!, column.values);
    return whole ?? fail(fn, 'target_format', `${names[i]} must hold whole numbers.`);
  });
  const encoded = encodeNumbers(numbers);
  const isWhole = () => new Set(encoded.codes[0]).size === encoded.labels.length;
  const booleans = columns.every(({ kind }, i) => kind === 'boolean' || (i > 0 && isWhole()));
  return booleans ? { ...encoded, labels: encoded.labels.map(Boolean) } : encoded;
}

/** Labels below this are class indices, and looked up without a first pass for their range. */
const SMALL = 1024;

function encodeNumbers(columns: readonly (Int32Array | Float64Array)[]): Encoded {
  if (!columns.every((column) => column instanceof Int32Array)) return encodeByMap(columns);
  const integers = columns as readonly Int32Array[];
  const total = integers.reduce((count, column) => count + column.length, 0);
  if (total === 0) return { labels: [], codes: integers.map(() => new Int32Array(0)) };
  const small = new Int32Array(SMALL);
  if (integers.every((column) => markSmall(column, small))) return lookUp(integers, small, 0);
  const ranges = integers.map(range);
  const low = Math.min(...ranges.map(([min]) => min));
  const high = Math.max(...ranges.map(([, max]) => max));
  // A table by value is the fast way; labels spread wider than this go through a map.
  if (high - low >= Math.max(65_536, 2 * total)) return encodeByMap(columns);
  const seen = new Int32Array(high - low + 1);
  for (const column of integers) mark(column, low, seen);
  return lookUp(integers, seen, low);
}

/** Numbers the values seen, and replaces them; `seen` becomes the table of codes. */
function lookUp(columns: readonly Int32Array[], seen: Int32Array, low: number): Encoded {
  const labels: number[] = [];
  for (let i = 0; i < seen.length; i++) if (seen[i] === 1) seen[i] = labels.push(i + low) - 1;
  const identity = low === 0 && labels.at(-1) === labels.length - 1;
  const codes = columns.map((column) => (identity ? column : translate(column, low, seen)));
  return { labels, codes };
}

/** Marks the values seen; false, and not all marked, if one lies outside the table. */
function markSmall(values: Int32Array, seen: Int32Array): boolean {
  // Below 32 a bit a value does, and nothing is written.
  let bits = 0;
  let i = 0;
  // Four at a time, since the engine checks the array once a round.
  for (const rounds = values.length & ~3; i < rounds; i += 4) {
    const a = values[i]!;
    const b = values[i + 1]!;
    const c = values[i + 2]!;
    const d = values[i + 3]!;
    if ((a | b | c | d) >>> 5 !== 0) break;
    bits |= (1 << a) | (1 << b) | (1 << c) | (1 << d);
  }
  for (; i < values.length && values[i]! >>> 5 === 0; i++) bits |= 1 << values[i]!;
  for (let value = 0; value < 32; value++) if ((bits >>> value) & 1) seen[value] = 1;
  for (; i < values.length; i++) {
    const value = values[i]!;
    if (value < 0 || value >= SMALL) return false;
    seen[value] = 1;
  }
  return true;
}

function range(values: Int32Array): [number, number] {
  let min = values[0] ?? 0;
  let max = min;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

function mark(values: Int32Array, low: number, table: Int32Array): void {
  for (let i = 0; i < values.length; i++) table[values[i]! - low] = 1;
}

/** The entry of the table for each value, counted from the lowest. */
export function translate(values: Int32Array, low: number, table: Int32Array): Int32Array {
  const codes = new Int32Array(values.length);
  for (let i = 0; i < codes.length; i++) codes[i] = table[values[i]! - low]!;
  return codes;
}

function encodeByMap(columns: readonly ArrayLike<Label>[]): Encoded {
  const seen = new Map<Label, number>();
  const raw = columns.map((column) => {
    const codes = new Int32Array(column.length);
    for (let i = 0; i < codes.length; i++) {
      const label = column[i]!;
      let code = seen.get(label);
      if (code === undefined) {
        code = seen.size;
        seen.set(label, code);
      }
      codes[i] = code;
    }
    return codes;
  });
  const found = [...seen.keys()];
  const labels = found.toSorted(compareLabels);
  const place = new Map(labels.map((label, i) => [label, i]));
  const codeOf = Int32Array.from(found, (label) => place.get(label)!);
  return { labels, codes: raw.map((codes) => translate(codes, 0, codeOf)) };
}

/**
 * The numbers as an Int32Array, or as a Float64Array if some lie beyond 32 bits. Undefined if some
 * have a fraction: scikit-learn calls such a target continuous. NaN and the infinities throw.
 */
export function wholeNumbers(
  fn: string,
  name: string,
  values: ArrayLike<Label>,
): Int32Array | Float64Array | undefined {
  if (values instanceof Int32Array) return values;
  const whole = new Int32Array(values.length);
  for (let i = 0; i < whole.length; i++) {
    const value = values[i]!;
    whole[i] = value as number;
    if (whole[i] !== value && typeof value !== 'boolean') return wideNumbers(fn, name, values);
  }
  return whole;
}

function wideNumbers(fn: string, name: string, values: ArrayLike<Label>): Float64Array | undefined {
  checkFinite(fn, name, values);
  const wide = Float64Array.from(values as ArrayLike<number>);
  return wide.every(Number.isInteger) ? wide : undefined;
}

/** Throws at the first value that is not a finite number. */
export function checkFinite(fn: string, name: string, values: ArrayLike<unknown>): void {
  if (values instanceof Float64Array || values instanceof Float32Array) {
    const at = notFinite(values);
    if (at >= 0) failFinite(fn, name, values[at]!, at);
    return;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'boolean') continue;
    if (typeof value === 'string') failMixed(fn, name, value, 'number', i);
    if (typeof value !== 'number') {
      fail(fn, 'target_format', `${name} must hold numbers; received ${show(value)} at ${i}.`);
    }
    if (!Number.isFinite(value)) failFinite(fn, name, value, i);
  }
}

/** Where the first is that is not finite, -1 if all are: times 0 it is NaN, and so is the sum then. */
function notFinite(values: Float64Array | Float32Array): number {
  let even = 0;
  let odd = 0;
  const rounds = values.length & ~3;
  for (let i = 0; i < rounds; i += 4) {
    even += values[i]! * 0 + values[i + 1]! * 0;
    odd += values[i + 2]! * 0 + values[i + 3]! * 0;
  }
  for (let i = rounds; i < values.length; i++) even += values[i]! * 0;
  if (even + odd === 0) return -1;
  return values.findIndex((value) => !Number.isFinite(value));
}

function failFinite(fn: string, name: string, value: number, at: number): never {
  fail(fn, 'not_finite', `${name} must hold finite numbers; received ${value} at ${at}.`);
}
