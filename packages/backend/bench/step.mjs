// Times training steps on random data: node bench/step.mjs [MODEL=B] [BATCH=64] [STEPS=100]
// Environment: THREADS, OPTIMIZER=adam, PROFILE=1 (kernels' times; they cost a little themselves),
// FIT=1 (whole `fit` calls as well).
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../dist/index.js';
import { build, shapeOf } from './models.mjs';

const [name = 'B', batch = '64', steps = '100'] = process.argv.slice(2);
const { THREADS, PROFILE, FIT, OPTIMIZER = 'adam' } = process.env;
const size = Number(batch);
const count = Number(steps);

const chosen = await useBackend({
  backend: 'cnnkit',
  ...(THREADS ? { threads: Number(THREADS) } : {}),
});
const backend = tf.backend();
const model = build(name);
let optimizer = OPTIMIZER;
try {
  const { createOptimizer } = await import(process.env.TRAINING ?? '@cnnkit/training');
  optimizer = createOptimizer(OPTIMIZER);
} catch {}
model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
const x = tf.randomUniform([size, ...shapeOf(name)], 0, 1, 'float32', 1);
const labels = tf.tensor1d(
  Array.from({ length: size }, (_, i) => i % 10),
  'int32',
);
const y = tf.cast(tf.oneHot(labels, 10), 'float32');
for (let i = 0; i < 60; i++) await model.trainOnBatch(x, y);

backend.fallbacks.clear();
const sentBefore = backend.commands.sent;
if (PROFILE) backend.commands.profiling = true;
const times = [];
for (let i = 0; i < count; i++) {
  const start = performance.now();
  await model.trainOnBatch(x, y);
  times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
const ms = times[count >> 1];
console.log(
  `${name} batch ${size} ${OPTIMIZER}${optimizer === OPTIMIZER ? '' : ' (cnnkit)'} | ${chosen.description} | ` +
    `${ms.toFixed(2)} ms/step (least ${times[0].toFixed(2)}), ${((size * 1e3) / ms).toFixed(0)} samples/s, ` +
    `${((backend.commands.sent - sentBefore) / count).toFixed(0)} commands/step, ${(tf.memory().usedBytes / 2 ** 20).toFixed(0)} MiB in use`,
);
const fallbacks = [...backend.fallbacks].map(
  ([kernel, n]) => `${kernel} ${(n / count).toFixed(1)}`,
);
if (fallbacks.length > 0) console.log('  on tfjs cpu, a step:', fallbacks.join(', '));
if (PROFILE) {
  for (const { command, chunks, ms } of backend.commands.profile()) {
    console.log(
      `  ${(ms / count).toFixed(3).padStart(8)} ms  ${(chunks / count).toFixed(0).padStart(4)} chunks  ${command}`,
    );
  }
}
if (FIT) {
  const n = size * count;
  const xs = tf.randomUniform([n, ...shapeOf(name)], 0, 1, 'float32', 1);
  const ys = tf.cast(
    tf.oneHot(
      tf.tensor1d(
        Array.from({ length: n }, (_, i) => i % 10),
        'int32',
      ),
      10,
    ),
    'float32',
  );
  const rates = [];
  for (let i = 0; i < 4; i++) {
    const start = performance.now();
    await model.fit(xs, ys, { epochs: 1, batchSize: size, verbose: 0 });
    rates.push((n * 1e3) / (performance.now() - start));
  }
  console.log(
    '  fit samples/s',
    rates
      .slice(1)
      .sort((a, b) => a - b)
      .map(Math.round)
      .join(' '),
  );
}
