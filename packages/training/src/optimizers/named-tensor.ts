import type { Tensor } from '@tensorflow/tfjs-core';

/** tfjs's pair of name and tensor, which it does not export. */
export interface NamedTensor {
  name: string;
  tensor: Tensor;
}
