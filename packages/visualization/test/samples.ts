import type { LayerNode } from '../src/layer-node.js';
import type { TrainingHistory } from '../src/learning-curves.js';

/** Five epochs as `fit` reports them. */
export const history: TrainingHistory = {
  epoch: [0, 1, 2, 3, 4],
  history: {
    accuracy: [0.94, 0.98, 0.985, 0.99, 0.992],
    loss: [0.19, 0.06, 0.045, 0.034, 0.027],
    val_loss: [0.07, 0.05, 0.04, 0.038, 0.041],
    val_accuracy: [0.978, 0.984, 0.987, 0.989, 0.988],
    learning_rate: [0.001, 0.001, 0.001, 0.001, 0.001],
  },
};

export const matrix: readonly (readonly number[])[] = [
  [980, 2, 0],
  [1, 1130, 4],
  [3, 0, 1029],
];

/** A model with a branch. */
export const layers: readonly LayerNode[] = [
  { name: 'input', type: 'InputLayer', outputShape: [28, 28, 1] },
  { name: 'conv2d', type: 'Conv2D', outputShape: [28, 28, 32], params: 320, activation: 'relu' },
  { name: 'add', type: 'Add', outputShape: [28, 28, 32], inputs: ['input', 'conv2d'] },
  { name: 'flatten', type: 'Flatten', outputShape: [25088] },
  { name: 'dense', type: 'Dense', outputShape: [10], params: 250890, activation: 'softmax' },
];

/** The SHA-256 of bytes in hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
