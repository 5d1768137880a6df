import { fail } from './internal/fail.js';
import { fixed } from './internal/python-format.js';
import type { Table, TableCell } from './table.js';

/** A score, alone or with its interval (from {@link bootstrapInterval}). */
export type ComparedScore =
  | number
  | { readonly estimate: number; readonly low: number; readonly high: number };

/** A model and its scores by name, such as `'train accuracy'` and `'test loss'`. */
export interface ComparedModel {
  readonly name: string;
  readonly scores: Readonly<Record<string, ComparedScore>>;
}

/** Options of {@link comparisonTable}. */
export interface ComparisonTableOptions {
  /** Decimals. Default: 4. */
  readonly digits?: number | undefined;
  /** Names of scores that are better when lower. Default: those that end in loss or error. */
  readonly lowerIsBetter?: readonly string[] | undefined;
}

/**
 * Sets models side by side, a row each, and marks the best of each column.
 *
 * The best of several is the luckiest too: before a winner is named,
 * {@link pairedBootstrap} or {@link mcnemarTest} says whether the lead is more than chance.
 *
 * @param models - with scores of the same names; one that a model lacks prints as a dash
 * @returns plain data
 * @throws RangeError ({@link MetricError}) without models
 * @example
 * ```ts
 * const table = comparisonTable([
 *   { name: 'dense', scores: { 'test accuracy': 0.8731, 'test loss': 0.3527 } },
 *   { name: 'CNN', scores: { 'test accuracy': 0.9048, 'test loss': 0.2592 } },
 * ]);
 * tableMarkdown(table).split('\n')[3]; // → '| CNN | **0.9048** | **0.2592** |'
 * ```
 */
export function comparisonTable(
  models: readonly ComparedModel[],
  options: ComparisonTableOptions = {},
): Table {
  const { digits = 4 } = options;
  if (models.length === 0) {
    fail('comparisonTable', 'empty_input', 'models must hold at least one; received none.');
  }
  const names = [...new Set(models.flatMap((model) => Object.keys(model.scores)))];
  const falls = options.lowerIsBetter ?? names.filter((name) => /(loss|error)$/i.test(name));
  const columns = names.map((name) => {
    const values = models.map((model) => numberOf(model.scores[name]));
    return rank(values, falls.includes(name));
  });
  const rows = models.map((model, i): TableCell[] => [
    { text: model.name },
    ...names.map((name, j): TableCell => {
      const score = model.scores[name];
      return { text: textOf(score, digits), value: numberOf(score), ...columns[j]![i]! };
    }),
  ]);
  const head = names.map((title) => ({ title, align: 'right' }) as const);
  return { columns: [{ title: 'model', align: 'left' }, ...head], groups: [rows] };
}

function numberOf(score: ComparedScore | undefined): number | undefined {
  return typeof score === 'object' ? score.estimate : score;
}

function textOf(score: ComparedScore | undefined, digits: number): string {
  if (score === undefined) return '–';
  if (typeof score === 'number') return fixed(score, digits);
  const [low, high] = [fixed(score.low, digits), fixed(score.high, digits)];
  return `${fixed(score.estimate, digits)} [${low}, ${high}]`;
}

/** Which value is best, and where the others lie between the worst and it. */
function rank(
  values: readonly (number | undefined)[],
  lower: boolean,
): Pick<TableCell, 'best' | 'heat'>[] {
  const known = values.filter((value) => value !== undefined && !Number.isNaN(value)) as number[];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const best = lower ? low : high;
  return values.map((value) => {
    if (value === undefined || Number.isNaN(value) || known.length < 2) return {};
    const place = high === low ? 1 : (value - low) / (high - low);
    return { best: value === best, heat: high > low && lower ? 1 - place : place };
  });
}
