import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { forward } from './forward.js';

/** Whatever of a tfjs activation object a layer's `call` uses. */
interface Activation {
  apply(x: Tensor): Tensor;
  getClassName(): string;
}

const IDENTITY = { apply: (x: Tensor): Tensor => x, getClassName: () => 'linear' };

/**
 * A way to run `model` up to its last softmax, or undefined if it does not end in one.
 *
 * tfjs has no graph to look back in for the softmax's input, as Keras does. So the last layer's
 * activation is taken off for the length of the (synchronous) call and put back.
 */
export function softmaxLogits(
  model: LayersModel,
): ((xs: Tensor, training: boolean) => Tensor) | undefined {
  const last = model.outputs[0]?.sourceLayer as unknown as
    | { activation?: Activation; outputShape: unknown; getClassName(): string }
    | undefined;
  const activation = last?.activation;
  if (last === undefined || activation?.getClassName?.() !== 'softmax') return undefined;
  if (!['Dense', 'Activation', 'Conv2D'].includes(last.getClassName())) return undefined;
  return (xs, training) => {
    last.activation = IDENTITY;
    try {
      return forward(model, xs, training);
    } finally {
      last.activation = activation;
    }
  };
}
