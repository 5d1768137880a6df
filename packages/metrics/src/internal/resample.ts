import { fail, show } from './fail.js';
import { gather, sampleCount } from './gather.js';
import { upperBound } from './numpy.js';
import { checkLengths } from './targets.js';
import type { Warn } from './warn.js';

/** A source of numbers in [0, 1): the one source of chance, so that a seed decides the result. */
export type RandomSource = () => number;

/** What both bootstraps are told. */
export interface ResampleSettings {
  readonly random: RandomSource;
  readonly resamples: number;
  readonly strata: Int32Array | undefined;
}

/** Checks the options that both bootstraps share. */
export function checkResampling(
  fn: string,
  columns: readonly unknown[],
  { random, resamples, confidence }: { random: unknown; resamples: number; confidence: number },
): number {
  if (typeof random !== 'function') {
    const wayOut = 'a generator of @cnnkit/random gives () => state.randomSample()';
    fail(
      fn,
      'option_value',
      `random must be a function to [0, 1); received ${show(random)}: ${wayOut}.`,
    );
  }
  if (!Number.isInteger(resamples) || resamples < 1) {
    fail(
      fn,
      'option_value',
      `resamples must be a whole number of 1 or more; received ${resamples}.`,
    );
  }
  if (!(confidence > 0 && confidence < 1)) {
    fail(fn, 'option_value', `confidence must lie in (0, 1); received ${confidence}.`);
  }
  const sizes = columns.map((column, i) => [`column ${i}`, sampleCount(column)] as const);
  checkLengths(fn, Object.fromEntries(sizes));
  const n = sizes[0]?.[1] ?? 0;
  if (n === 0) fail(fn, 'empty_input', 'columns must hold at least one sample; received none.');
  return n;
}

/** The statistic of each resample; those that are NaN are dropped, with a warning. */
export function resampled(
  columns: readonly unknown[],
  n: number,
  statistic: (...columns: readonly unknown[]) => number,
  { random, resamples, strata }: ResampleSettings,
  warn: Warn,
): Float64Array {
  const indices = new Int32Array(n);
  const groups = strata && groupByStratum(strata);
  const values: number[] = [];
  for (let r = 0; r < resamples; r++) {
    if (groups) drawWithin(groups, indices, random);
    else for (let i = 0; i < n; i++) indices[i] = Math.floor(random() * n);
    const value = statistic(...columns.map((column) => gather(column, indices)));
    if (!Number.isNaN(value)) values.push(value);
  }
  if (values.length < resamples) {
    const rule = `the score is NaN on ${resamples - values.length} of ${resamples} resamples`;
    warn(
      'resamples_skipped',
      'UserWarning',
      `${rule}; they are left out. Strata keep every class in.`,
    );
  }
  return Float64Array.from(values).sort();
}

function groupByStratum(strata: Int32Array): number[][] {
  const groups: number[][] = [];
  strata.forEach((stratum, i) => {
    groups[stratum] ??= [];
    groups[stratum].push(i);
  });
  return groups.filter(Boolean);
}

function drawWithin(groups: readonly number[][], indices: Int32Array, random: RandomSource): void {
  let at = 0;
  for (const group of groups) {
    for (let i = 0; i < group.length; i++) {
      indices[at++] = group[Math.floor(random() * group.length)]!;
    }
  }
}

/** A quantile of rising values, by linear interpolation. */
export function quantile(sorted: Float64Array, share: number): number {
  const place = Math.min(Math.max(share, 0), 1) * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (place - below);
}

/** The share of values below x, equal ones counting half. */
export function shareBelow(sorted: Float64Array, x: number): number {
  let below = 0;
  while (below < sorted.length && sorted[below]! < x) below++;
  return (below + upperBound(sorted, x)) / 2 / sorted.length;
}

/** The standard deviation of the values, with n - 1. */
export function deviation(values: Float64Array): number {
  const center = values.reduce((total, value) => total + value, 0) / values.length;
  const squares = values.reduce((total, value) => total + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
