import type { Tensor } from '@tensorflow/tfjs-core';
import { classIndices } from '../class-indices.js';
import { fail } from '../internal/fail.js';

/** One batch on the JavaScript side. */
export interface Batch {
  readonly length: number;
  /** True class indices. */
  readonly yTrue: Int32Array;
  /** Predicted class indices: the highest probability, or above 0.5 of a single column. */
  readonly yPred: Int32Array;
  /** Probability of each class, row-major, at least two columns, within [0, 1]. */
  readonly yProba: { readonly data: Float32Array; readonly shape: readonly [number, number] };
}

/**
 * Reads targets (class indices or one-hot rows) and outputs (probabilities of all classes, or of the
 * second of two). Reading waits for the backend; WebGPU cannot be waited for.
 */
export function readBatch(fn: string, yTrue: Tensor, yPred: Tensor): Batch {
  const length = yPred.shape[0] ?? 0;
  const columns = yPred.size / length;
  const width = yTrue.size / length;
  if (yPred.rank > 2 || (width !== 1 && width !== columns)) {
    const received = `[${yTrue.shape}] and [${yPred.shape}]`;
    const rule = 'yTrue must be class indices or one-hot rows and yPred [batch, classes]';
    fail(fn, 'target_format', `${rule}; received shapes ${received}.`);
  }
  const outputs = yPred.dataSync();
  const targets = yTrue.dataSync();
  const data = columns === 1 ? twoColumns(outputs) : Float32Array.from(outputs, clamp);
  const yProba = { data, shape: [length, Math.max(2, columns)] as const };
  return {
    length,
    yTrue:
      width === 1
        ? Int32Array.from(targets, Math.round)
        : classIndices({ data: targets, shape: [length, width] }),
    yPred:
      columns === 1
        ? Int32Array.from(outputs, (p) => Number(p > 0.5))
        : classIndices({ data: outputs, shape: [length, columns] }),
    yProba,
  };
}

/** Float32 softmax may pass 1 in its last bit. */
function clamp(probability: number): number {
  return Math.min(Math.max(probability, 0), 1);
}

function twoColumns(outputs: ArrayLike<number>): Float32Array {
  const data = new Float32Array(2 * outputs.length);
  for (let i = 0; i < outputs.length; i++) {
    data[2 * i + 1] = clamp(outputs[i]!);
    data[2 * i] = 1 - data[2 * i + 1]!;
  }
  return data;
}
