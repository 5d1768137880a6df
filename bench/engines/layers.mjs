// What every tfjs engine shares: tfjs-layers' own `fit` and `predict` on whatever backend is set.
import { oneHot, toFloats, trainingData } from '../src/data.mjs';
import { buildModel, CLASSES, imageShape } from '../src/models.mjs';
import { readTask, serve } from './serve.mjs';

/**
 * @param {object} options
 * @param {any} options.tf tfjs-core, its backend set and ready
 * @param {any} options.tfl tfjs-layers
 * @param {string} options.description
 */
export async function serveLayers({ tf, tfl, description }) {
  const { model: name, batch, steps, images: count, predictBatch, digits } = readTask();
  const model = buildModel(tfl, name);
  const shape = imageShape(name);
  const data = trainingData(digits, count, shape, CLASSES);
  const size = data.images.length / count;

  // One array for all turns: what is garbage would count as the engine's memory.
  const floats = new Float32Array(batch * steps * size);
  /** @param {number} from @param {number} rows */
  const imagesOf = (from, rows) => {
    const bytes = data.images.subarray(from * size, (from + rows) * size);
    return tf.tensor(toFloats(bytes, floats.subarray(0, bytes.length)), [rows, ...shape]);
  };
  /** @param {number} from @param {number} rows */
  const labelsOf = (from, rows) =>
    tf.tensor(oneHot(data.labels.subarray(from, from + rows), CLASSES), [rows, CLASSES]);

  await serve({
    description,
    parameters: trainableParameters(model),
    async train(asked, from) {
      const [x, y] = [imagesOf(from, asked * batch), labelsOf(from, asked * batch)];
      const start = performance.now();
      const history = await model.fit(x, y, { batchSize: batch, epochs: 1, verbose: 0 });
      const ms = performance.now() - start;
      tf.dispose([x, y]);
      return { ms, loss: history.history.loss[0] };
    },
    async predict(asked) {
      const x = imagesOf(0, asked);
      const start = performance.now();
      const probabilities = model.predict(x, { batchSize: predictBatch });
      await probabilities.data();
      const ms = performance.now() - start;
      tf.dispose([x, probabilities]);
      return { ms };
    },
  });
}

/** @param {any} model */
export function trainableParameters(model) {
  return model.trainableWeights.reduce(
    (/** @type {number} */ sum, /** @type {any} */ weight) =>
      sum + weight.shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1),
    0,
  );
}
