// `npm run bench:step`: one training step by kernel, as the engine's own threads measure it: time,
// multiply-adds a second, and what part of the threads' time went to JavaScript and to waiting. Held
// against the machine's roofline: the multiply-add rate and the memory bandwidth that it reaches in loops
// that do nothing else, on the same threads.
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { chooseBackend } from './choose-backend.mjs';
import { readCommand } from './command.mjs';
import { dataOf, oneHot, toFloats } from './data.mjs';
import { describeMachine, machineLine } from './machine.mjs';
import { buildModel, CLASSES, imageShape } from './models.mjs';
import { short, table } from './report.mjs';

const HELP = `npm run bench:step -- [options]

  --model NAME     model (B)
  --batch N        images a step (64)
  --threads N      threads (2)
  --steps N        steps that are measured (100)
  --data KIND      digits or random; other images than MNIST's are always random (digits)
  --no-build       do not build the packages first

CNNKIT_KERNELS and CNNKIT_NATIVE_WIDTH choose the build of the kernels.
`;

const values = readCommand(HELP, {
  model: 'B',
  batch: '64',
  threads: '2',
  steps: '100',
  data: 'digits',
});

/** Where a command's arguments hold its shape, as `packages/backend/kernels/` reads them. */
const GEOMETRY_AT = {
  conv2d: 5,
  conv2d_dx: 4,
  conv2d_dw: 3,
  conv2d_dw_narrow: 4,
  conv2d_dx_narrow: 3,
  conv2d_few: 5,
  conv2d_pool: 5,
  pooled_dx: 5,
  pooled_dw: 6,
  pooled_first: 10,
  winograd: 9,
  winograd_dx: 6,
  winograd_dw: 6,
};
/** Words of a command in the ring, opcode and chunks before its arguments. */
const SLOT_INTS = 32;
/** What of the first word is the opcode. */
const OPCODE = 63;
const MATMUL_AT = { matmul: 4, matmul_tn: 3 };

const [batch, steps] = [Number(values.batch), Number(values.steps)];
const description = await chooseBackend('cnnkit', Number(values.threads));
/** @type {any} */
const backend = tf.backend();
const { commands, library } = backend;
/** @type {Map<number, number>} floating-point operations by opcode, in direct summation */
const flops = new Map();
let waited = 0;
watch();
const train = await prepare();
await train();
report(await measure());

/** Counts what is sent, and how long the calling thread stays in the engine. */
function watch() {
  const send = commands.send.bind(commands);
  commands.send = (
    /** @type {number} */ op,
    /** @type {number} */ chunks,
    /** @type {number[]} */ ints,
    /** @type {any} */ floats,
  ) => {
    const work = flopsOf(op, ints);
    if (work > 0) flops.set(op, (flops.get(op) ?? 0) + work);
    send(op, chunks, ints, floats);
  };
  const sendPacked = commands.sendPacked.bind(commands);
  /** @type {WeakMap<object, [op: number, work: number][]>} */
  const known = new WeakMap();
  commands.sendPacked = (/** @type {{ count: number, i32: Int32Array }} */ packed) => {
    // Its shapes stay as they are each time it is sent.
    const works = known.get(packed) ?? worksOf(packed);
    known.set(packed, works);
    for (const [op, work] of works) flops.set(op, (flops.get(op) ?? 0) + work);
    sendPacked(packed);
  };
  const drain = library.drain.bind(library);
  library.drain = () => {
    const start = performance.now();
    drain();
    waited += performance.now() - start;
  };
}

/**
 * @param {{ count: number, i32: Int32Array }} packed
 * @returns {[op: number, work: number][]} of those commands that multiply
 */
function worksOf({ count, i32 }) {
  /** @type {[op: number, work: number][]} */
  const works = [];
  for (let i = 0; i < count; i++) {
    const [word = 0, , ...ints] = i32.subarray(i * SLOT_INTS, (i + 1) * SLOT_INTS);
    const op = word & OPCODE;
    const work = flopsOf(op, ints);
    if (work > 0) works.push([op, work]);
  }
  return works;
}

/** @param {number} op @param {number[]} ints */
function flopsOf(op, ints) {
  const name = commands.names[op] ?? '';
  if (name in MATMUL_AT) {
    const at = MATMUL_AT[/** @type {keyof typeof MATMUL_AT} */ (name)];
    const [b = 0, m = 0, n = 0, k = 0] = ints.slice(at);
    return 2 * b * m * n * k;
  }
  if (!(name in GEOMETRY_AT)) return 0;
  const at = GEOMETRY_AT[/** @type {keyof typeof GEOMETRY_AT} */ (name)];
  const [b = 0, , , c = 0, kh = 0, kw = 0, oh = 0, ow = 0, n = 0] = ints.slice(at);
  const work = 2 * b * oh * ow * n * kh * kw * c;
  if (name !== 'pooled_first') return work;
  const [height = 0, width = 0] = ints.slice(4); // the first layer's, of 3 x 3 x 1
  return work + 2 * b * (height - 2) * (width - 2) * c * 9;
}

async function prepare() {
  const model = buildModel(tfl, values.model);
  const shape = imageShape(values.model);
  const data = await dataOf(values.data, batch * steps, shape, CLASSES);
  const xs = tf.tensor(toFloats(data.images), [batch * steps, ...shape]);
  const ys = tf.tensor(oneHot(data.labels, CLASSES), [batch * steps, CLASSES]);
  return () => model.fit(xs, ys, { batchSize: batch, epochs: 1, verbose: 0 });
}

async function measure() {
  commands.profiling = true;
  flops.clear();
  waited = 0;
  const start = performance.now();
  await train();
  const wall = performance.now() - start;
  const inEngine = waited;
  const profile = commands.profile();
  commands.profiling = false;
  return { wall, inEngine, profile };
}

/** @param {{ wall: number, inEngine: number, profile: any[] }} measured */
function report({ wall, inEngine, profile }) {
  const { threads } = library;
  const peak = peakRate();
  const rows = profile.map(({ command, ms, chunks }) => {
    const op = commands.names.indexOf(command);
    const rate = (flops.get(op) ?? 0) / ms / 1e6;
    const cells = rate > 0 ? [short(rate), `${((100 * rate) / peak).toFixed(0)} %`] : ['', ''];
    return [command, short(ms / steps), short(chunks / steps), ...cells];
  });
  const own = profile.reduce((sum, { msByThread }) => sum + msByThread[0], 0);
  const total = profile.reduce((sum, { ms }) => sum + ms, 0);
  const parts = [
    ['a step', wall],
    ['kernels, all threads', total],
    ['JavaScript, which runs beside the other threads', wall - inEngine],
    ['the calling thread waits for the others', inEngine - own],
    ['the others wait for work', (threads - 1) * wall - (total - own)],
  ];
  console.log(machineLine(describeMachine()));
  console.log(`${description}; model ${values.model}, batch ${batch}, fit on ${values.data}\n`);
  console.log(
    `roofline of one thread: ${short(peak)} GFLOP/s, ${short(bandwidth())} GB/s read and written\n`,
  );
  console.log(
    table(
      ['part', 'ms/step'],
      parts.map(([name, ms]) => [String(name), short(Number(ms) / steps)]),
    ),
  );
  console.log(
    `\n${table(['kernel', 'ms/step, one thread', 'chunks/step', 'GFLOP/s', 'of peak'], rows)}`,
  );
  console.log(
    "\nGFLOP/s are of direct summation: Winograd's method needs fewer multiplications, and may pass the peak.",
  );
}

/** GFLOP/s of one thread in nothing but independent multiply-adds; the best of several. */
function peakRate() {
  const lanes = library.name === 'native-avx512' ? 16 : library.name === 'native-avx2' ? 8 : 4;
  let best = 0;
  for (let i = 0; i < 20; i++) {
    const turns = 1e6;
    const start = performance.now();
    library.peak(turns);
    best = Math.max(best, (turns * 12 * 2 * lanes) / (performance.now() - start) / 1e6);
  }
  return best;
}

/** GB/s read and written by one thread's negation of 256 MB. */
function bandwidth() {
  const n = 32 << 20;
  const x = tf.ones([n]);
  let best = 0;
  for (let i = 0; i < 6; i++) {
    commands.profiling = true;
    tf.neg(x).dispose();
    const unary = commands.profile().find((/** @type {any} */ row) => row.command === 'unary');
    const threads = unary.msByThread.filter((/** @type {number} */ ms) => ms > 0);
    best = Math.max(best, (n * 8) / threads.length / Math.max(...threads) / 1e6);
  }
  commands.profiling = false;
  x.dispose();
  return best;
}
