import { average, dot, sum } from './numpy.js';
import type { CheckedTargets } from './targets.js';

/** 1 for each sample whose labels are all right, 0 for the others. */
export function hits(targets: CheckedTargets): Uint8Array {
  const { yTrue, yPred, length } = targets;
  const out = new Uint8Array(length);
  if (targets.type === 'multilabel-indicator') {
    const { columns } = targets;
    for (let i = 0; i < length; i++) {
      let right = 1;
      for (let at = i * columns; at < (i + 1) * columns; at++)
        if (yTrue[at] !== yPred[at]) right = 0;
      out[i] = right;
    }
    return out;
  }
  const truth = targets.yTrue;
  const guess = targets.yPred;
  for (let i = 0; i < length; i++) out[i] = truth[i] === guess[i] ? 1 : 0;
  return out;
}

/** The weighted share of the samples with a value of 1, or their weight or count. */
export function share(
  values: ArrayLike<number>,
  weights: Float64Array | undefined,
  normalize: boolean,
): number {
  if (normalize) return average(values, weights);
  return weights ? dot(values, weights) : sum(values);
}
