import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/**
 * A copy of a model's weights that stays on the device. tfjs's tensors are immutable and its
 * variables take new ones, so keeping costs references, not copies.
 */
export class KeptWeights {
  #weights: Tensor[] = [];

  get empty(): boolean {
    return this.#weights.length === 0;
  }

  /** Borrowed. */
  get weights(): readonly Tensor[] {
    return this.#weights;
  }

  keep(model: LayersModel): void {
    this.keepAll(model.getWeights());
  }

  keepAll(weights: readonly Tensor[]): void {
    const next = tf.tidy(() => weights.map((weight) => tf.keep(weight.clone())));
    this.dispose();
    this.#weights = next;
  }

  restoreTo(model: LayersModel): void {
    model.setWeights(this.#weights);
  }

  dispose(): void {
    tf.dispose(this.#weights);
    this.#weights = [];
  }
}
