// GFLOP/s of each heavy kernel on one thread, against this machine's peak multiply-add rate:
//   node bench/kernels.mjs [--save FILE] [--compare FILE]
// The least time of many runs is taken, which another process disturbs least. Multiply-adds count as
// two and are those of the direct method, so Winograd may pass the peak.
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { useBackend } from '../dist/index.js';

const { description } = await useBackend({ backend: 'cnnkit', threads: 1 });
const { library, commands } = tf.backend();

function least(run, ms = 250) {
  run();
  commands.sync();
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + ms;
  for (let i = 0; i < 5 || performance.now() < end; i++) {
    const start = performance.now();
    tf.tidy(() => {
      run();
      commands.sync();
    });
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
const force = (t) => tf.backend().blockOf(t);
const turns = 200_000;
const peak = (turns * 12 * 4 * 2) / least(() => void library.peak(turns)) / 1e6;
const rows = {};
const record = (name, flops, run) => {
  rows[name] = flops / least(run) / 1e6;
};

/** name, batch, side, channels, filters, kernel, padding */
const CONVOLUTIONS = [
  ['A1', 64, 28, 1, 64, 3, 'valid'],
  ['A2', 64, 26, 64, 32, 3, 'valid'],
  ['B1', 64, 28, 1, 32, 3, 'valid'],
  ['B2', 64, 13, 32, 64, 3, 'valid'],
  ['B3', 64, 5, 64, 64, 3, 'valid'],
  ['C1', 64, 28, 1, 64, 2, 'same'],
  ['C2', 64, 14, 64, 32, 2, 'same'],
  ['D2', 64, 26, 16, 32, 3, 'valid'],
  ['lenet1', 64, 28, 1, 6, 5, 'same'],
  ['lenet2', 64, 14, 6, 16, 5, 'valid'],
  ['cifar1', 32, 32, 3, 32, 3, 'same'],
  ['cifar2', 32, 32, 32, 32, 3, 'same'],
  ['1x1', 16, 16, 128, 128, 1, 'valid'],
];
for (const [name, batch, side, c, n, k, pad] of CONVOLUTIONS) {
  const xShape = [batch, side, side, c];
  const filterShape = [k, k, c, n];
  const x = tf.randomUniform(xShape, -1, 1, 'float32', 1);
  const w = tf.randomUniform(filterShape, -1, 1, 'float32', 2);
  const b = tf.zeros([n]);
  const { outShape } = tf.backend_util.computeConv2DInfo(xShape, filterShape, 1, 1, pad);
  const dy = tf.randomUniform(outShape, -1, 1, 'float32', 3);
  const flops = 2 * outShape.reduce((p, q) => p * q, 1) * k * k * c;
  const attrs = { strides: 1, pad, dataFormat: 'NHWC' };
  const run = (kernel, inputs, more) =>
    force(tf.engine().runKernel(kernel, inputs, { ...attrs, ...more }));
  record(`${name} forward`, flops, () => run('Conv2D', { x, filter: w }));
  record(`${name} with pool`, flops, () =>
    force(tf.maxPool(tf.relu(tf.add(tf.conv2d(x, w, 1, pad), b)), 2, 2, 'valid')),
  );
  if (c > 3)
    record(`${name} dx`, flops, () =>
      run('Conv2DBackpropInput', { dy, filter: w }, { inputShape: xShape }),
    );
  record(`${name} dw`, flops, () => run('Conv2DBackpropFilter', { x, dy }, { filterShape }));
  tf.dispose([x, w, b, dy]);
}
/** side, channels, kernel, stride, channel multiplier: as in small networks of separable convolutions; same padding, batch 32 */
for (const [side, c, k, strides, multiplier = 1] of [
  [32, 32, 3, 1],
  [16, 64, 3, 2],
  [8, 128, 3, 1],
  [16, 64, 5, 1],
  [16, 16, 3, 1, 2],
]) {
  const xShape = [32, side, side, c];
  const filterShape = [k, k, c, multiplier];
  const x = tf.randomUniform(xShape, -1, 1, 'float32', 1);
  const filter = tf.randomUniform(filterShape, -1, 1, 'float32', 2);
  const out = Math.ceil(side / strides);
  const dy = tf.randomUniform([32, out, out, c * multiplier], -1, 1, 'float32', 3);
  const flops = 2 * 32 * out * out * c * multiplier * k * k;
  const attrs = { strides, pad: 'same', dilations: 1 };
  const run = (kernel, inputs, more) =>
    force(tf.engine().runKernel(kernel, inputs, { ...attrs, ...more }));
  const times = multiplier === 1 ? '' : ` x${multiplier}`;
  const name = `depthwise ${side}x${side}x${c}${times} ${k}x${k} /${strides}`;
  const op = 'DepthwiseConv2dNative';
  record(`${name} forward`, flops, () => run(op, { x, filter }));
  record(`${name} dx`, flops, () =>
    run(`${op}BackpropInput`, { dy, filter }, { inputShape: xShape }),
  );
  record(`${name} dw`, flops, () => run(`${op}BackpropFilter`, { x, dy }, { filterShape }));
  tf.dispose([x, filter, dy]);
}
for (const [m, k, n] of [
  [64, 18432, 10],
  [64, 4608, 128],
  [64, 1568, 256],
  [512, 512, 512],
]) {
  const a = tf.randomUniform([m, k], -1, 1, 'float32', 1);
  const b = tf.randomUniform([k, n], -1, 1, 'float32', 2);
  const dy = tf.randomUniform([m, n], -1, 1, 'float32', 3);
  const flops = 2 * m * k * n;
  record(`matmul ${m}x${k}x${n}`, flops, () => force(tf.matMul(a, b)));
  record(`matmul ${m}x${k}x${n} dx`, flops, () => force(tf.matMul(dy, b, false, true)));
  record(`matmul ${m}x${k}x${n} dw`, flops, () => force(tf.matMul(a, dy, true, false)));
  tf.dispose([a, b, dy]);
}

const option = (name) => process.argv[process.argv.indexOf(name) + 1];
const old = process.argv.includes('--compare')
  ? JSON.parse(readFileSync(option('--compare'), 'utf8'))
  : undefined;
console.log(`${cpus()[0].model}, Node ${process.version}, ${description}`);
console.log(`peak ${peak.toFixed(1)} GFLOP/s`);
for (const [name, rate] of Object.entries(rows)) {
  // Against the peak of the same sitting: clocks differ from sitting to sitting.
  const before = old?.rows[name];
  const change =
    before === undefined ? '' : `  ${(rate / peak / (before / old.peak)).toFixed(2)} x before`;
  console.log(
    `${rate.toFixed(1).padStart(7)}  ${((100 * rate) / peak).toFixed(0).padStart(4)} %  ${name}${change}`,
  );
}
if (process.argv.includes('--save'))
  writeFileSync(option('--save'), JSON.stringify({ peak, rows }, null, 2));
