import { sum } from './internal/numpy.js';
import {
  checkMulticlass,
  readHalves,
  readProbabilities,
  totalLoss,
} from './internal/probabilities.js';
import { epsilon } from './internal/score-table.js';
import { warner } from './internal/warn.js';
import type { Labels, Rows, Targets } from './labels.js';
import type { CountOptions } from './options.js';
import type { WarningOptions } from './warning.js';

/** Options of {@link logLoss}. */
export interface LogLossOptions extends CountOptions, WarningOptions {
  /**
   * All classes, each once, whose rising order is that of the columns; not beside one-hot rows.
   * Default: those in `yTrue`.
   */
  readonly labels?: Labels | null | undefined;
}

/**
 * Says how surprised the probabilities are by the truth: the mean of -log(p of the true class), what
 * cross-entropy training lowers.
 *
 * One sample that is certain and wrong can outweigh a thousand good ones (its p is clipped at the
 * epsilon of the number type, 2.2e-16 or, for a Float32Array, 1.2e-7, so the same model scores
 * otherwise in float32). Rows are not rescaled to sum to 1; a warning says if they do not.
 *
 * @param yTrue - true labels, length n, or one-hot rows
 * @param yProba - probability of each class, n x k, columns in rising order of the labels; or of the
 *   second of two classes, length n
 * @returns the mean in nats (a sum with `normalize: false`), 0 or above; down is better
 * @throws TypeError or RangeError ({@link MetricError}) for probabilities outside [0, 1], unequal
 *   lengths, or columns that are not the classes
 * @example
 * ```ts
 * logLoss([0, 1], [[0.5, 0.5], [0.25, 0.75]]); // → 0.49041462650586314
 * logLoss(['spam', 'ham'], [1, 0.5]); // → 0.34657359027997275
 * ```
 * @see scikit-learn's `log_loss`
 */
export function logLoss(
  yTrue: Targets,
  yProba: ArrayLike<number> | Rows,
  options: LogLossOptions = {},
): number {
  const { normalize = true, sampleWeight, labels, onWarning } = options;
  const scores = readProbabilities('logLoss', yProba);
  const warn = warner('logLoss', onWarning);
  const checked = checkMulticlass('logLoss', yTrue, scores, sampleWeight, labels, warn);
  const { length, columns, proba, truth, oneLabel, isHalf, weights } = checked;
  const least = epsilon(checked.single);
  const surprise = (p: number) => -Math.log(Math.min(Math.max(p, least), 1 - least));
  const total = totalLoss('logLoss', checked, warn, (block, out) => {
    const { from, count, own } = block;
    if (isHalf) readHalves(checked, block);
    for (let i = 0; i < count; i++) {
      if (oneLabel) out[i] = surprise(own[i]!);
      else {
        out[i] = 0;
        for (let at = (from + i) * columns; at < (from + i + 1) * columns; at++) {
          if (truth[at] !== 0) out[i]! += truth[at]! * surprise(proba[at]!);
        }
      }
    }
  });
  if (!normalize) return total;
  return total / (weights ? sum(weights) : length);
}
