// tfjs's plain JavaScript backend. One thread, whatever the task says.
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { serveLayers } from './layers.mjs';

await tf.setBackend('cpu');
await serveLayers({ tf, tfl, description: `tfjs cpu ${tf.version_core}` });
