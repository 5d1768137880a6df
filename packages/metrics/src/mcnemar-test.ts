import { hits } from './internal/agreement.js';
import { checkOption } from './internal/fail.js';
import { sampleCount } from './internal/gather.js';
import { erfc } from './internal/normal.js';
import { checkLengths, checkPair } from './internal/targets.js';
import type { Targets } from './labels.js';

/** Options of {@link mcnemarTest}. */
export interface McnemarOptions {
  /**
   * `'exact'`: binomial. `'mid-p'`: the same with half the weight of the observed count, less
   * cautious. `'chi2'`: the approximation with continuity correction. `'auto'`: exact below 1000
   * disagreements, else chi2. Default: `'auto'`.
   */
  readonly method?: 'auto' | 'exact' | 'mid-p' | 'chi2' | undefined;
}

/** How two models agree, and whether their disagreements lean to one side. */
export interface McnemarTest {
  readonly bothRight: number;
  readonly onlyARight: number;
  readonly onlyBRight: number;
  readonly bothWrong: number;
  /** The smaller count (exact, mid-p), or chi-squared with one degree of freedom. */
  readonly statistic: number;
  /** Two-sided: how often a lean like this one would come about between equal models. */
  readonly pValue: number;
  readonly method: 'exact' | 'mid-p' | 'chi2';
}

/**
 * Says whether two models differ in accuracy on one test set, from the samples only one got right.
 *
 * It looks at right and wrong only, says nothing of the size of the difference, and with a large test
 * set finds differences that do not matter; {@link pairedBootstrap} gives the size. It knows nothing
 * of the chance in training.
 *
 * @param yTrue - true labels, length n, or rows of 0 and 1
 * @param a - labels that model A predicted
 * @param b - labels that model B predicted
 * @returns the four counts and the test, plain data
 * @throws TypeError or RangeError ({@link MetricError}) as {@link accuracyScore}
 * @example
 * ```ts
 * const truth = new Array(12).fill(1);
 * const a = [1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1];
 * const b = [0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1, 1];
 * const { onlyARight, onlyBRight, pValue } = mcnemarTest(truth, a, b);
 * [onlyARight, onlyBRight]; // → [7, 1]
 * pValue; // → 0.0703125
 * ```
 * @see McNemar 1947; Fagerland, Lydersen and Laake 2013 for mid-p
 */
export function mcnemarTest(
  yTrue: Targets,
  a: Targets,
  b: Targets,
  options: McnemarOptions = {},
): McnemarTest {
  const { method = 'auto' } = options;
  checkOption('mcnemarTest', 'method', method, ['auto', 'exact', 'mid-p', 'chi2']);
  checkLengths('mcnemarTest', { yTrue: sampleCount(yTrue), a: sampleCount(a), b: sampleCount(b) });
  const hitsA = hits('mcnemarTest', checkPair('mcnemarTest', yTrue, a));
  const hitsB = hits('mcnemarTest', checkPair('mcnemarTest', yTrue, b));
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < hitsA.length; i++) counts[2 * hitsA[i]! + hitsB[i]!]! += 1;
  const [bothWrong, onlyBRight, onlyARight, bothRight] = counts as [number, number, number, number];
  const split = onlyARight + onlyBRight;
  const least = Math.min(onlyARight, onlyBRight);
  const chosen = method === 'auto' ? (split < 1000 ? 'exact' : 'chi2') : method;
  const agreement = { bothRight, onlyARight, onlyBRight, bothWrong };
  if (chosen === 'chi2') {
    const lean = Math.max(0, Math.abs(onlyARight - onlyBRight) - 1);
    const statistic = split === 0 ? 0 : lean ** 2 / split;
    return { ...agreement, statistic, pValue: erfc(Math.sqrt(statistic / 2)), method: chosen };
  }
  const { below, at } = binomialHalf(split, least);
  const upTo = chosen === 'exact' ? below + at : below + at / 2;
  return { ...agreement, statistic: least, pValue: Math.min(1, 2 * upTo), method: chosen };
}

/** P(X < k) and P(X = k) for X of n fair coins, from the top down so that nothing underflows early. */
function binomialHalf(n: number, k: number): { below: number; at: number } {
  let logAt = -n * Math.LN2;
  for (let i = 1; i <= k; i++) logAt += Math.log((n - i + 1) / i);
  const at = Math.exp(logAt);
  let below = 0;
  let term = at;
  for (let i = k; i > 0; i--) {
    term *= i / (n - i + 1);
    below += term;
  }
  return { below, at };
}
