import { RandomState } from '@cnnkit/random';

/** The order of one epoch, from seed and epoch alone, so that any epoch can be run again. */
export function epochOrder(samples: Int32Array, seed: number, epoch: number): Int32Array {
  const order = samples.slice();
  new RandomState([seed, epoch]).shuffle(order);
  return order;
}
