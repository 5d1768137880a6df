import { checkOption, fail, show } from './internal/fail.js';
import { sum } from './internal/numpy.js';
import { checkClassTargets, countPairs, marginals, warnSingleLabel } from './internal/pairs.js';
import { warner } from './internal/warn.js';
import type { Labels } from './labels.js';
import type { WeightOptions } from './options.js';
import type { WarningOptions } from './warning.js';

/** Options of {@link cohenKappaScore}. */
export interface CohenKappaOptions extends WeightOptions, WarningOptions {
  /** The classes to count, in their order of rank for `weights`. Default: all, sorted. */
  readonly labels?: Labels | null | undefined;
  /** How the cost of a confusion grows with the distance of the classes. Default: it does not. */
  readonly weights?: 'linear' | 'quadratic' | null | undefined;
  /** What to return where kappa is 0/0, in [-1, 1] or NaN. Default: NaN. */
  readonly replaceUndefinedBy?: number | undefined;
}

/**
 * Says how far two raters (or a model and the truth) agree beyond what chance would give.
 *
 * It falls when one class is common, even at equal accuracy; and `weights` only mean something for
 * classes with an order (grades, not animals). Swapping the two sides changes nothing.
 *
 * @param y1 - labels of one rater, length n
 * @param y2 - labels of the other, length n
 * @returns a number of at most 1; 0 is chance; up is better
 * @throws TypeError or RangeError ({@link MetricError}) as {@link accuracyScore}, and for `labels` of
 *   which none occurs in `y1`
 * @example
 * ```ts
 * cohenKappaScore([0, 1, 2, 0], [0, 1, 1, 0]); // → 0.6
 * cohenKappaScore([1, 2, 3, 1], [1, 2, 2, 1], { weights: 'quadratic' }); // → 0.75
 * ```
 * @see scikit-learn's `cohen_kappa_score`
 */
export function cohenKappaScore(y1: Labels, y2: Labels, options: CohenKappaOptions = {}): number {
  const metric = 'cohenKappaScore';
  const { labels, weights = null, sampleWeight, replaceUndefinedBy = Number.NaN } = options;
  checkOption(metric, 'weights', weights, ['linear', 'quadratic', null]);
  if (Math.abs(replaceUndefinedBy) > 1) {
    const received = show(replaceUndefinedBy);
    fail(
      metric,
      'option_value',
      `replaceUndefinedBy must lie in [-1, 1] or be NaN; received ${received}.`,
    );
  }
  const targets = checkClassTargets(metric, y1, y2, sampleWeight);
  const warn = warner(metric, options.onWarning);
  const counted = countPairs(metric, targets, labels);
  const k = counted.labels.length;
  if (k === 1) warnSingleLabel(warn);
  const { rows, columns } = marginals(counted.pairs, k);
  const total = sum(columns);
  const cost = (i: number, j: number) =>
    weights === null ? Number(i !== j) : weights === 'linear' ? Math.abs(i - j) : (i - j) ** 2;
  const observed = counted.pairs.map((count, at) => cost(Math.floor(at / k), at % k) * count);
  const expected = counted.pairs.map((_, at) => {
    const i = Math.floor(at / k);
    return cost(i, at % k) * ((columns[i]! * rows[at % k]!) / total);
  });
  const byChance = sum(expected);
  if (total === 0 || byChance === 0) {
    const rule = 'kappa is 0/0, for y1 and y2 have fewer than two labels in common';
    const message = `${rule}; replaceUndefinedBy (${replaceUndefinedBy}) is returned.`;
    warn('kappa_undefined', 'UndefinedMetricWarning', message);
    return replaceUndefinedBy;
  }
  return 1 - sum(observed) / byChance;
}
