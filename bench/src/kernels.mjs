// `npm run bench:kernels`: GFLOP/s of every convolution and matrix product of the zoo, beside what was
// recorded on the same CPU before, so that a change of compiler, V8 or kernel is seen.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { chooseBackend } from './choose-backend.mjs';
import { readCommand } from './command.mjs';
import { describeMachine, machineLine } from './machine.mjs';
import { MODEL_NAMES } from './models.mjs';
import { short, table } from './report.mjs';
import { median } from './statistics.mjs';
import { zooKernels } from './zoo-kernels.mjs';

const HELP = `npm run bench:kernels -- [options]

  --model NAME,…   models whose kernels are timed: ${MODEL_NAMES.join(', ')}, or all (all)
  --batch N        images a step (64)
  --threads N      threads (1)
  --only TEXT      only kernels whose name contains it
  --backend NAME   cnnkit or cpu (cnnkit)
  --record         keep the result as the one to compare with
  --file FILE      where it is kept (bench/recorded/ and the CPU's name)
  --no-build       do not build the packages first
`;

/** A case is timed in several passes over all cases, so that a slow moment does not hit one case only. */
const PASSES = 5;
const PASS_MS = 20;
/** Smaller changes than that are noise. */
const NOTABLE = 0.15;

const values = readCommand(HELP, {
  model: 'all',
  batch: '64',
  threads: '1',
  only: '',
  backend: 'cnnkit',
  record: false,
  file: '',
});
const machine = describeMachine();
const engine = await chooseBackend(values.backend, Number(values.threads));
const models = values.model === 'all' ? MODEL_NAMES : values.model.split(',');
const cases = zooKernels(models, Number(values.batch)).filter(({ name }) =>
  name.includes(values.only),
);

console.log(`${machineLine(machine)}\n${engine}\n`);
const rates = await measure();
const file = values.file || recordedFile();
const before = readRecord(file);
console.log(comparisonTable(rates, before?.gflops ?? {}));
if (before) console.log(`\nbefore: ${before.engine}, Node ${before.node}, ${before.date}`);
if (values.record) writeRecord(file);

/** Median GFLOP/s of each case by its name. */
async function measure() {
  /** @type {Map<string, { repeats: number, times: number[] }>} */
  const timings = new Map();
  for (let pass = 0; pass <= PASSES; pass++) {
    for (const { name, run } of cases) {
      const timing = timings.get(name) ?? { repeats: await repeatsFor(run), times: [] };
      timings.set(name, timing);
      const ms = (await timed(run, timing.repeats)) / timing.repeats;
      // The first pass warms.
      if (pass > 0) timing.times.push(ms);
    }
  }
  return Object.fromEntries(
    cases.map(({ name, flops }) => [name, flops / median(timings.get(name)?.times ?? []) / 1e6]),
  );
}

/** @param {() => any} run */
async function repeatsFor(run) {
  await timed(run, 2);
  return Math.max(1, Math.ceil((PASS_MS * 2) / (await timed(run, 2))));
}

/**
 * Milliseconds of `repeats` runs. One number of each result is read at the end: a backend that defers
 * its work, as ours does, would otherwise never compute what nobody looks at.
 * @param {() => any} run @param {number} repeats
 */
async function timed(run, repeats) {
  /** @type {any[]} */
  const corners = [];
  const start = performance.now();
  for (let i = 0; i < repeats; i++) {
    const result = run();
    corners.push(
      tf.slice(
        result,
        result.shape.map(() => 0),
        result.shape.map(() => 1),
      ),
    );
    result.dispose();
  }
  const flat = tf.tidy(() => tf.concat(corners.map((corner) => tf.reshape(corner, [1]))));
  await flat.data();
  const ms = performance.now() - start;
  tf.dispose([...corners, flat]);
  return ms;
}

/** @param {Record<string, number>} now @param {Record<string, number>} recorded */
function comparisonTable(now, recorded) {
  const rows = Object.entries(now).map(([name, rate]) => {
    const change = rate / recorded[name];
    const notable = Math.abs(Math.log(change)) > Math.log(1 + NOTABLE) ? ' !' : '';
    return [name, short(rate), short(recorded[name]), short(change) + notable];
  });
  return table(['kernel', 'GFLOP/s', 'before', 'now : before'], rows);
}

function recordedFile() {
  const cpu = `${machine.cpu} ${engine}`;
  const name = cpu.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return fileURLToPath(new URL(`../recorded/kernels-${name}.json`, import.meta.url));
}

/** @param {string} path */
function readRecord(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** @param {string} path */
function writeRecord(path) {
  const { node, v8, date, cpu, vectors } = machine;
  const gflops = Object.fromEntries(
    Object.entries({ ...before?.gflops, ...rates }).map(([name, rate]) => [
      name,
      Number(rate.toPrecision(3)),
    ]),
  );
  mkdirSync(dirname(path), { recursive: true });
  const record = { cpu, vectors, node, v8, date, engine, threads: Number(values.threads), gflops };
  writeFileSync(path, `${JSON.stringify(record, null, 2)}\n`);
  console.log(`\nrecorded in ${path}`);
}
