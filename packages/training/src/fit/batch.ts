import type { Tensor } from '@tensorflow/tfjs-core';
import type { BatchSource } from './batch-source.js';
import { gatherTargets, type Targets } from './targets.js';

/** What one step is made on. */
export interface Batch {
  /** Makes a tensor of the samples; not after the next batch was made. */
  readonly xs: () => Tensor;
  /** `[n, ...shape of one sample]`. */
  readonly shape: readonly number[];
  readonly targets: Targets;
  /** One number for each sample, or undefined if all weigh 1. */
  readonly weights: Float32Array | undefined;
}

/** Data that lie in memory, checked. */
export interface LabelledSource {
  readonly samples: BatchSource;
  readonly targets: Targets;
  readonly weights: Float32Array | undefined;
}

/** The batch of the samples `order[start…end)`. */
export function gatherBatch(
  { samples, targets, weights }: LabelledSource,
  order: Int32Array,
  start: number,
  end: number,
): Batch {
  return {
    xs: () => samples.tensor(order, start, end),
    shape: [end - start, ...samples.sampleShape],
    targets: gatherTargets(targets, order, start, end),
    weights:
      weights && Float32Array.from(order.subarray(start, end), (index) => weights[index] as number),
  };
}
