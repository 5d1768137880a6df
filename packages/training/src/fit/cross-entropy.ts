import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean over rows of `−weight · Σ target · log softmax(logits)`, with the exact gradient
 * `weight · (softmax − target) / rows` for targets that sum to 1.
 *
 * @param targets - [n, classes], float32, each row summing to 1
 * @param logits - [n, classes], float32
 * @param weights - [n], float32; 1 each if undefined. The mean is over rows, whatever they weigh.
 */
export function crossEntropyFromLogits(
  targets: Tensor,
  logits: Tensor,
  weights: Tensor | undefined,
): Scalar {
  const rows = logits.size / (logits.shape.at(-1) as number);
  const column = weights && tf.reshape(weights, [rows, 1]);
  const entropy = tf.customGrad((x, save) => {
    const z = x as Tensor;
    const shifted = tf.sub(z, tf.max(z, -1, true));
    const exponentials = tf.exp(shifted);
    const sums = tf.sum(exponentials, -1, true);
    (save as (tensors: Tensor[]) => void)([exponentials, sums]);
    // Row by row first: the difference of two sums over the batch would lose their digits.
    const losses = tf.sub(tf.log(sums), tf.sum(tf.mul(shifted, targets), -1, true));
    return {
      value: tf.mean<Scalar>(column === undefined ? losses : tf.mul(losses, column)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [e, s] = saved as [Tensor, Tensor];
        const scale = tf.div(dy, rows);
        const each = column === undefined ? scale : tf.mul(column, scale);
        return tf.mul(tf.sub(tf.div(e, s), targets), each);
      },
    };
  });
  return entropy(logits) as Scalar;
}
