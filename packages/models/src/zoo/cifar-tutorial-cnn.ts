import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type BasicCnnOptions, basicCnn } from './basic-cnn.js';

/**
 * The network of TensorFlow's CIFAR-10 tutorial: `basicCnn` on 32x32 colour images, ending in
 * logits (train it with a loss that takes logits). 122,570 parameters by default.
 *
 * @returns An uncompiled model; the caller disposes it.
 * @throws TypeError or RangeError for options that make no network.
 * @see https://www.tensorflow.org/tutorials/images/cnn
 */
export function cifarTutorialCnn(options: BasicCnnOptions = {}): LayersModel {
  return basicCnn({ inputShape: [32, 32, 3], outputActivation: 'linear', ...options });
}
