// Times the draws that training leans on. Build first (`npm run build`), then: node bench/random.mjs
import { RandomState } from '../dist/index.js';

const random = new RandomState(1);
const draws = {
  'permutation(60000)': () => random.permutation(60000),
  'randomSample(1e6)': () => random.randomSample(1e6),
  'standardNormal(1e6)': () => random.standardNormal(1e6),
  "randint(0, 10, 1e6, 'int32')": () => random.randint(0, 10, 1e6, 'int32'),
  'baseline: 1e6 Math.random()': () => Float64Array.from({ length: 1e6 }, Math.random),
};

for (const [name, draw] of Object.entries(draws)) {
  const times = [];
  for (let i = 0; i < 12; i++) {
    const start = performance.now();
    draw();
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  console.log(`${name.padEnd(30)} ${times[6].toFixed(2)} ms`);
}
