import type { Targets } from '../labels.js';
import type { AverageOptions } from '../options.js';
import { averaged, countsFor, type Prf, prf } from './prf.js';
import { checkTargets } from './targets.js';
import { warner } from './warn.js';
import { checkZeroDivision, type Ratio } from './zero-division.js';

/** Scores by the average of the options: one number a score, or one a class for `average: null`. */
export interface AveragedPrf {
  readonly precision: number | number[];
  readonly recall: number | number[];
  readonly fScore: number | number[];
  readonly support: number[] | null;
}

/** Precision, recall and F of one call, shared by the functions that return a part of it. */
export function averagedPrf(
  metric: string,
  yTrue: Targets,
  yPred: Targets,
  options: AverageOptions,
  beta: number,
  warnFor?: readonly Ratio[],
): AveragedPrf {
  const { labels, posLabel = 1, average = 'binary', zeroDivision = 'warn' } = options;
  checkZeroDivision(metric, zeroDivision);
  const targets = checkTargets(metric, yTrue, yPred, options.sampleWeight, true);
  const warn = warner(metric, options.onWarning);
  const counts = countsFor(metric, targets, average, labels, posLabel, warn);
  const scores: Prf = prf(counts, beta, { zeroDivision, average, warn }, warnFor);
  if (average === null) {
    return {
      precision: Array.from(scores.precision),
      recall: Array.from(scores.recall),
      fScore: Array.from(scores.fScore),
      support: Array.from(scores.support),
    };
  }
  const one = (values: Float64Array) => averaged(values, average, scores.support, targets.weights);
  return {
    precision: one(scores.precision),
    recall: one(scores.recall),
    fScore: one(scores.fScore),
    support: null,
  };
}
