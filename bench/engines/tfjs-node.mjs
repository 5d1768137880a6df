// tfjs-node from the folder that peers/setup.sh makes: it brings a tfjs of its own.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import { serveLayers } from './layers.mjs';

// Node 23 removed it, tfjs-node 4.22 calls it.
Object.assign(util, { isNullOrUndefined: (/** @type {unknown} */ value) => value == null });

const folder = /** @type {string} */ (process.env.CNNKIT_BENCH_TFJS_NODE);
const tf = createRequire(join(folder, 'package.json'))('@tensorflow/tfjs-node');
await tf.ready();
const library = tf.backend().binding.TF_Version;
await serveLayers({
  tf,
  tfl: tf,
  description: `tfjs-node ${tf.version['tfjs-node'] ?? tf.version.tfjs} on TensorFlow ${library}`,
});
