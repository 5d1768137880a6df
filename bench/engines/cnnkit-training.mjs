// Ours, the whole of it: @cnnkit/training's `fit` over a dataset that stays bytes until each batch,
// with its own Adam.
import { useBackend } from '@cnnkit/backend';
import { Adam, fit, predict } from '@cnnkit/training';
import * as tfl from '@tensorflow/tfjs-layers';
import { trainingData } from '../src/data.mjs';
import { buildModel, CLASSES, imageShape } from '../src/models.mjs';
import { trainableParameters } from './layers.mjs';
import { readTask, serve } from './serve.mjs';

const { model: name, batch, images: count, threads, predictBatch, digits } = readTask();
const chosen = await useBackend({ backend: 'cnnkit', threads });
const model = buildModel(tfl, name, new Adam());
const [height, width, channels] = imageShape(name);
const data = trainingData(digits, count, [height, width, channels], CLASSES);

/** @param {number} from @param {number} count */
function dataset(from, count) {
  const size = height * width * channels;
  return {
    name: digits === undefined ? 'random' : 'digits',
    images: data.images.subarray(from * size, (from + count) * size),
    labels: data.labels.subarray(from, from + count),
    shape: /** @type {const} */ ([count, height, width, channels]),
    classNames: Array.from({ length: CLASSES }, (_, i) => String(i)),
  };
}

await serve({
  description: `@cnnkit/training fit on ${chosen.description}`,
  parameters: trainableParameters(model),
  async train(steps, from) {
    const images = dataset(from, steps * batch);
    const start = performance.now();
    const { history } = await fit(model, images, { epochs: 1, batchSize: batch });
    return { ms: performance.now() - start, loss: history.loss?.[0] ?? Number.NaN };
  },
  async predict(asked) {
    const images = dataset(0, asked);
    const start = performance.now();
    await predict(model, images, { batchSize: predictBatch });
    return { ms: performance.now() - start };
  },
});
