// Ours, as somebody with tfjs code uses it: one line to choose the backend, then tfjs-layers' `fit`.
import { useBackend } from '@cnnkit/backend';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { serveLayers } from './layers.mjs';
import { readTask } from './serve.mjs';

const chosen = await useBackend({ backend: 'cnnkit', threads: readTask().threads });
await serveLayers({ tf, tfl, description: `tfjs-layers fit on ${chosen.description}` });
