// Times one dropout call of this package's layer and of tfjs's, on tfjs's cpu backend.
// Build first (`npm run build`), then: node bench/dropout.mjs
import '@tensorflow/tfjs-backend-cpu';
import { ones, setBackend, tidy } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';
import { Dropout } from '../dist/index.js';

await setBackend('cpu');
const shape = [64, 12, 12, 32];
const size = shape.reduce((a, b) => a * b);
const candidates = {
  'baseline: tfjs Dropout': layers.dropout({ rate: 0.25, seed: 1 }),
  '@cnnkit/models Dropout': new Dropout({ rate: 0.25, seed: 1 }),
};

for (const [name, layer] of Object.entries(candidates)) {
  const x = ones(shape);
  const times = [];
  for (let i = 0; i < 15; i++) {
    const start = performance.now();
    // The block returns nothing: tidy would search a returned array for tensors, value by value.
    tidy(() => {
      layer.apply(x, { training: true }).dataSync();
    });
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const ms = times[7];
  console.log(
    `${name.padEnd(25)} ${ms.toFixed(2)} ms, ${((ms * 1e6) / size).toFixed(1)} ns a value`,
  );
  x.dispose();
}
