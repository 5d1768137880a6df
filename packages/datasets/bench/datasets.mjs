// What the package costs beside Python and NumPy, in one run on one machine.
//   node bench/datasets.mjs           (after a build; CNNKIT_DATA_DIR for MNIST, PYTHON for NumPy)
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  batches,
  datasetFromCifar,
  generateDigits,
  gunzip,
  loadMnist,
  parseIdx,
} from '@cnnkit/datasets';

const dataDir = process.env.CNNKIT_DATA_DIR ?? '';
const archive = join(dataDir, 'mnist/train-images-idx3-ubyte.gz');
const ROUNDS = 7;

const median = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];

/** The median of several rounds, after one to warm up. */
async function medianMs(work) {
  const times = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    await work();
    if (round > 0) times.push(performance.now() - start);
  }
  return median(times);
}

const ours = {};
if (existsSync(archive)) {
  ours['MNIST train images from gzip, ms'] = await medianMs(async () =>
    parseIdx(await gunzip(readFileSync(archive))),
  );
  ours['loadMnist, all four files, verified, ms'] = await medianMs(() => loadMnist({ dataDir }));
}
const cifar = new Uint8Array(10_000 * 3073);
for (let i = 0; i < cifar.length; i++) cifar[i] = i % 3073 === 0 ? 0 : i & 255;
ours['10,000 CIFAR images planar to NHWC, ms'] = await medianMs(() =>
  datasetFromCifar(cifar, { classNames: ['a'] }),
);
const digits = generateDigits({ count: 60_000, seed: 1 });
/** The median of the batches of some epochs; each epoch's shuffle lies before its first batch. */
function batchUs(options) {
  const times = [];
  for (let epoch = 0; epoch <= ROUNDS; epoch++) {
    let start;
    for (const { step } of batches(digits, {
      batchSize: 64,
      epoch,
      dropRemainder: true,
      ...options,
    })) {
      if (epoch > 0 && step > 0) times.push(1000 * (performance.now() - start));
      start = performance.now();
    }
  }
  return median(times);
}
ours['shuffled, scaled batch of 64 MNIST images, µs'] = batchUs({});
ours['the same, normalised, µs'] = batchUs({ mean: 0.1307, deviation: 0.3081 });

const python = process.env.PYTHON ?? 'python3';
const script = fileURLToPath(new URL('numpy_peer.py', import.meta.url));
const { status, stdout } = spawnSync(python, [script, archive, String(ROUNDS)], {
  encoding: 'utf8',
});
const peer = status === 0 ? JSON.parse(stdout) : {};

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, Node ${process.versions.node}`);
console.log(status === 0 ? `NumPy ${peer.version}` : 'NumPy is not there: ours alone');
for (const [name, value] of Object.entries(ours)) {
  const other = peer[name];
  const beside =
    other === undefined ? '' : `  NumPy ${other.toFixed(1)}  ${(other / value).toFixed(2)}x`;
  console.log(`${name.padEnd(48)} ${value.toFixed(1).padStart(8)}${beside}`);
}
