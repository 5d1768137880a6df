import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Targets } from './targets.js';

export interface UploadedTargets {
  /** What the loss function takes. */
  readonly ys: Tensor;
  /** Class indices, int32, if the loss is over classes. */
  readonly labels: Tensor | undefined;
}

/**
 * The targets of a batch in the form in which a loss takes them.
 *
 * @param form - `width`: outputs of the model; `sparse`: the loss wants a column of class indices;
 *   `fromSparse`: it was compiled as sparse, so rows of width 1 are class indices
 */
export function uploadTargets(
  targets: Targets,
  form: { readonly width: number; readonly sparse: boolean; readonly fromSparse: boolean },
): UploadedTargets {
  const { width, sparse, fromSparse } = form;
  if (targets.kind === 'rows' && !(fromSparse && targets.width === 1)) {
    const shape: [number, number] = [targets.values.length / targets.width, targets.width];
    return { ys: tf.tensor2d(targets.values, shape), labels: undefined };
  }
  const n = targets.values.length;
  const labels = Int32Array.from(targets.values);
  if (width === 1 || sparse) {
    const ys = tf.tensor2d(Float32Array.from(labels), [n, 1]);
    return { ys, labels: sparse ? tf.tensor1d(labels, 'int32') : undefined };
  }
  const oneHot = new Float32Array(n * width);
  for (let i = 0; i < n; i++) oneHot[i * width + (labels[i] as number)] = 1;
  return { ys: tf.tensor2d(oneHot, [n, width]), labels: tf.tensor1d(labels, 'int32') };
}
