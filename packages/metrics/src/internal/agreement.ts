import { average, dot, sum } from './numpy.js';
import type { CheckedTargets } from './targets.js';

/** 1 for each sample whose labels are all right, 0 for the others. */
export function hits(targets: CheckedTargets): Uint8Array {
  const { length } = targets;
  const out = new Uint8Array(length);
  if (targets.type === 'multilabel-indicator') {
    const { columns, yTrue, yPred } = targets;
    for (let i = 0; i < length; i++) {
      let right = 1;
      for (let at = i * columns; at < (i + 1) * columns; at++)
        if (yTrue[at] !== yPred[at]) right = 0;
      out[i] = right;
    }
    return out;
  }
  const { yTrue, yPred } = targets;
  for (let i = 0; i < length; i++) out[i] = yTrue[i] === yPred[i] ? 1 : 0;
  return out;
}

/** The weighted share of the samples that are 1, or their weight or count. */
export function share(
  ones: Uint8Array,
  weights: Float64Array | undefined,
  normalize: boolean,
): number {
  if (weights === undefined) {
    let count = 0;
    for (let i = 0; i < ones.length; i++) count += ones[i]!;
    return normalize ? count / ones.length : count;
  }
  const values = Float64Array.from(ones);
  return normalize ? average(values, weights) : dot(values, weights);
}

/** The weight of all samples. */
export function totalWeight({ weights, length }: CheckedTargets): number {
  return weights ? sum(weights) : length;
}
