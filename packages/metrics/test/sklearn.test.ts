import type { MetricWarning } from '@cnnkit/metrics';
import { describe, expect, it } from 'vitest';
import { answers } from './sklearn-answers.js';
import {
  FIXTURES,
  knownWarnings,
  ourWarning,
  type SklearnCase,
  sklearnCases,
} from './sklearn-cases.js';

describe(`answers of scikit-learn in ${FIXTURES}`, () => {
  for (const { file, cases } of sklearnCases()) {
    describe(file, () => {
      it('holds cases', () => expect(cases.length).toBeGreaterThan(0));
      for (const one of cases) it(`${one.fn} | ${one.name}`, () => check(one));
    });
  }
});

function check(one: SklearnCase): void {
  const answer = answers[one.fn];
  if (answer === undefined) throw new Error(`no function answers for "${one.fn}"`);
  const warnings: MetricWarning[] = [];
  const { error, value } = attempt(() =>
    answer(one.input, {
      ...camelCase(one.options),
      onWarning: (w: MetricWarning) => warnings.push(w),
    }),
  );

  const expectedError = (one.expected as { error?: { code: string } } | null)?.error;
  if (expectedError) {
    expect(error, 'an error is due').toBeInstanceOf(Error);
    const code = (error as { code?: string }).code ?? '';
    checkMessage((error as Error).message, one);
    // "other" is the set's word for an error that it has no code for.
    if (expectedError.code === 'other') return;
    expect(SAME_WORD[code] ?? code, String(error)).toBe(expectedError.code);
    return;
  }
  if (error) throw error;
  const tolerance = one.input.dtype === 'float32' ? 1e-6 : 1e-12;
  expectClose(value, one.expected, tolerance, 'result');
  expect(warnings.map(ourWarning)).toEqual(knownWarnings(one.warnings ?? []));
}

/** `function: argument rule; received value.`, the argument one that was given or can be. */
function checkMessage(message: string, { fn, input, options }: SklearnCase): void {
  const given = Object.keys({ ...camelCase(input), ...camelCase(options) });
  const names = [...given, 'yProba', 'yProb', 'labels', 'posLabel', 'average', 'multiClass'];
  expect(message).toMatch(new RegExp(`^${camel(fn)}: .*\\b(${names.join('|')})\\b`));
  expect(message).toMatch(/\b(must|has no meaning|is for|needs)\b/);
  expect(message).toMatch(/; received /);
}

/** Codes of ours for which the set has one word. */
const SAME_WORD: Record<string, string> = { weights_unsupported: 'target_format' };

function attempt(run: () => unknown): { error?: unknown; value?: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

/** scikit-learn's keyword names as ours; a null that means "the default" stays null. */
function camelCase(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value]));
}

function camel(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Equal text and structure; reals to a relative tolerance (of 1 at least for differences near 0). */
function expectClose(actual: unknown, expected: unknown, tolerance: number, path: string): void {
  if (typeof expected === 'number' && typeof actual === 'number') {
    if (Object.is(actual, expected) || actual === expected) return;
    const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), tolerance);
    if (error <= tolerance) return;
    throw new Error(`${path}: expected ${expected}, received ${actual}`);
  }
  if (Array.isArray(expected)) {
    expect(Array.isArray(actual) && actual.length, `${path}: length`).toBe(expected.length);
    expected.forEach((item, i) => {
      expectClose((actual as unknown[])[i], item, tolerance, `${path}[${i}]`);
    });
    return;
  }
  if (expected !== null && typeof expected === 'object') {
    expect(Object.keys(actual as object).sort(), path).toEqual(Object.keys(expected).sort());
    for (const [name, item] of Object.entries(expected)) {
      expectClose((actual as Record<string, unknown>)[name], item, tolerance, `${path}.${name}`);
    }
    return;
  }
  expect(actual, path).toBe(expected);
}
