import type { Tensor } from '@tensorflow/tfjs-core';
import { classIndices } from '../class-indices.js';
import { fail } from '../internal/fail.js';

/** What tensors of a batch must be like, found from their shapes alone. */
export interface BatchShape {
  readonly length: number;
  /** Columns of the output: 1 is the probability of the second of two classes. */
  readonly columns: number;
  /** Columns of the targets: 1 for class indices, else as many as the output has. */
  readonly width: number;
}

/** One batch on the JavaScript side. */
export interface Batch extends BatchShape {
  readonly targets: ArrayLike<number>;
  readonly outputs: ArrayLike<number>;
  readonly sampleWeight: ArrayLike<number> | undefined;
}

/** Checks targets (class indices, one-hot rows, or rows of labels) against outputs and weights. */
export function shapeOf(
  fn: string,
  yTrue: Tensor,
  yPred: Tensor,
  sampleWeight: Tensor | undefined,
  multilabel: boolean,
): BatchShape {
  const length = yPred.shape[0] ?? 0;
  const columns = yPred.size / length;
  const width = yTrue.size / length;
  const fits = multilabel ? width === columns && width > 1 : width === 1 || width === columns;
  if (yPred.rank > 2 || !fits) {
    const targets = multilabel ? 'rows of 0 and 1' : 'class indices or one-hot rows';
    const received = `shapes [${yTrue.shape}] and [${yPred.shape}]`;
    const rule = `yTrue must be ${targets} and yPred [batch, classes]`;
    fail(fn, 'target_format', `${rule}; received ${received}.`);
  }
  if (sampleWeight && sampleWeight.size !== length) {
    const rule = `sampleWeight must have one entry a sample, ${length}`;
    fail(fn, 'lengths_differ', `${rule}; received ${sampleWeight.size}.`);
  }
  return { length, columns, width };
}

/** True and predicted class indices: the highest probability, or above 0.5 of a single column. */
export function labelsOf({ length, columns, width, targets, outputs }: Batch): {
  readonly yTrue: Int32Array;
  readonly yPred: Int32Array;
} {
  const indices = (data: ArrayLike<number>) => classIndices({ data, shape: [length, columns] });
  return {
    yTrue: width === 1 ? Int32Array.from(targets, Math.round) : indices(targets),
    yPred: columns === 1 ? Int32Array.from(outputs, (p) => Number(p > 0.5)) : indices(outputs),
  };
}

/** Rows of labels, given where the output is above the threshold. */
export function rowsOf(
  { length, columns, targets, outputs }: Batch,
  threshold: number,
): Record<'yTrue' | 'yPred', { readonly data: Uint8Array; readonly shape: [number, number] }> {
  const shape: [number, number] = [length, columns];
  return {
    yTrue: { data: Uint8Array.from(targets, (one) => Number(one > 0.5)), shape },
    yPred: { data: Uint8Array.from(outputs, (p) => Number(p > threshold)), shape },
  };
}

/** Probabilities of all classes, two columns at least, within [0, 1]. */
export function probabilitiesOf({ length, columns, outputs }: Batch): {
  readonly data: Float32Array;
  readonly shape: readonly [number, number];
} {
  if (columns > 1) return { data: Float32Array.from(outputs, clamp), shape: [length, columns] };
  const data = new Float32Array(2 * length);
  for (let i = 0; i < length; i++) {
    data[2 * i + 1] = clamp(outputs[i]!);
    data[2 * i] = 1 - data[2 * i + 1]!;
  }
  return { data, shape: [length, 2] };
}

/** Float32 softmax may pass 1 in its last bit. */
function clamp(probability: number): number {
  return Math.min(Math.max(probability, 0), 1);
}
