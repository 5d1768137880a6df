import { checkOption } from './fail.js';
import type { Warn } from './warn.js';

/**
 * What 0/0 gives. `'warn'` gives 0 and warns; NaN leaves a class out of macro and weighted means.
 */
export type ZeroDivision = 'warn' | 0 | 1 | typeof Number.NaN;

/** How several scores become one; see {@link precisionRecallFscoreSupport}. */
export type Average = 'binary' | 'micro' | 'macro' | 'weighted' | 'samples' | null;

export interface DivisionPolicy {
  readonly zeroDivision: ZeroDivision;
  readonly average: Average;
  readonly warn: Warn;
}

export function checkZeroDivision(fn: string, value: unknown, nan = true): void {
  checkOption(fn, 'zeroDivision', value, nan ? ['warn', 0, 1, Number.NaN] : ['warn', 0, 1]);
}

/** The scores whose 0/0 may warn: the word in the message, its code, and which samples are lacking. */
const RATIOS = {
  precision: { code: 'precision_ill_defined', title: 'Precision', lacking: 'predicted' },
  recall: { code: 'recall_ill_defined', title: 'Recall', lacking: 'true' },
  fScore: { code: 'f_score_ill_defined', title: 'F-score', lacking: 'true nor predicted' },
  jaccard: { code: 'jaccard_ill_defined', title: 'Jaccard', lacking: 'true or predicted' },
} as const;

export type Ratio = keyof typeof RATIOS;

/** Divides elementwise; a zero denominator follows the policy. */
export function divide(
  ratio: Ratio,
  numerator: ArrayLike<number>,
  denominator: ArrayLike<number>,
  { zeroDivision, average, warn }: DivisionPolicy,
  warns = true,
): Float64Array {
  const standIn = zeroDivision === 'warn' ? 0 : zeroDivision;
  let undefinedOnes = 0;
  const out = Float64Array.from(numerator, (value, i) => {
    if (denominator[i] !== 0) return value / denominator[i]!;
    undefinedOnes++;
    return standIn;
  });
  if (undefinedOnes > 0 && zeroDivision === 'warn' && warns) {
    const { code, title, lacking } = RATIOS[ratio];
    const [axis, other] = average === 'samples' ? ['label', 'sample'] : ['sample', 'label'];
    const where = out.length === 1 ? 'due to' : `in ${other}s with`;
    const message = `${title} is ill-defined and being set to 0 ${where} no ${lacking} ${axis}s. The option zeroDivision decides what 0/0 gives.`;
    warn(code, 'UndefinedMetricWarning', message);
  }
  return out;
}
