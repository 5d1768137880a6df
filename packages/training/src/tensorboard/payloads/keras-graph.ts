import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type SummaryValue, summaryValue } from '../events/event.js';
import { kerasModelJson } from './keras-model-json.js';
import { pluginMetadata } from './plugin-metadata.js';
import { stringTensor } from './tensor.js';

/** TensorBoard draws only what says it is of this version. */
const CONTENT_VERSION = new TextEncoder().encode('1');

/**
 * A model for the Graphs page (Tag: keras, Conceptual Graph), as Keras's callback writes it: the
 * model's JSON in a string tensor, plugin `graph_keras_model`. Write it once, at step 0.
 *
 * @param model any LayersModel, Sequential or Functional, models in it included; borrowed
 */
export function kerasGraphSummary(model: LayersModel): SummaryValue {
  return summaryValue({
    tag: 'keras',
    metadata: pluginMetadata('graph_keras_model', { content: CONTENT_VERSION }),
    value: { case: 'tensor', value: stringTensor([JSON.stringify(kerasModelJson(model))], []) },
  });
}
