import type { MetricErrorCode } from '../metric-error.js';

const WRONG_KIND: ReadonlySet<MetricErrorCode> = new Set<MetricErrorCode>([
  'target_format',
  'mixed_targets',
  'mixed_label_types',
]);

/** Throws the error of a public function: `fn: argument rule; received value.` */
export function fail(fn: string, code: MetricErrorCode, message: string): never {
  const Kind = WRONG_KIND.has(code) ? TypeError : RangeError;
  throw Object.assign(new Kind(`${fn}: ${message}`), { code });
}

/** Throws unless the option is one of the allowed values. */
export function checkOption<T>(
  fn: string,
  name: string,
  value: unknown,
  allowed: readonly T[],
): asserts value is T {
  if (!allowed.some((one) => Object.is(one, value))) {
    fail(
      fn,
      'option_value',
      `${name} must be one of ${allowed.map(show).join(', ')}; received ${show(value)}.`,
    );
  }
}

/** Throws unless the limit of a list is a whole number from 0, or Infinity. */
export function checkLimit(fn: string, limit: unknown): void {
  if (limit === Number.POSITIVE_INFINITY || (Number.isInteger(limit) && Number(limit) >= 0)) return;
  const rule = 'limit must be 0, a whole number above, or Infinity';
  fail(fn, 'option_value', `${rule}; received ${show(limit)}.`);
}

/** A short rendering of any value for an error message. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (value === null || typeof value !== 'object') return String(value);
  if (isArrayLike(value)) {
    const head = Array.from({ length: Math.min(8, value.length) }, (_, i) => show(value[i]));
    return `[${head.join(', ')}${value.length > 8 ? `, … ${value.length} in all` : ''}]`;
  }
  return `an object with ${Object.keys(value).slice(0, 8).join(', ') || 'no keys'}`;
}

/** True of arrays and typed arrays. */
export function isArrayLike(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
