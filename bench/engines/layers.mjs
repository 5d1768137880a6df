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
  const { model: name, batch, steps, predictBatch, digits } = readTask();
  const model = buildModel(tfl, name);
  const shape = imageShape(name);
  const count = batch * steps;
  const data = trainingData(digits, count, shape, CLASSES);
  const xs = tf.tensor(toFloats(data.images), [count, ...shape]);
  const ys = tf.tensor(oneHot(data.labels, CLASSES), [count, CLASSES]);

  /** @param {any} tensor @param {number} rows */
  const first = (tensor, rows) => (rows >= count ? tensor : tf.slice(tensor, 0, rows));

  await serve({
    description,
    parameters: trainableParameters(model),
    async train(asked) {
      const [x, y] = [first(xs, asked * batch), first(ys, asked * batch)];
      const start = performance.now();
      const history = await model.fit(x, y, { batchSize: batch, epochs: 1, verbose: 0 });
      const ms = performance.now() - start;
      if (x !== xs) tf.dispose([x, y]);
      return { ms, loss: history.history.loss[0] };
    },
    async predict(asked) {
      const x = first(xs, asked);
      const start = performance.now();
      const probabilities = model.predict(x, { batchSize: predictBatch });
      await probabilities.data();
      const ms = performance.now() - start;
      tf.dispose(x === xs ? probabilities : [x, probabilities]);
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
